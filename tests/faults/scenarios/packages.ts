import type { Host } from "../../../lab/host";
import { waitUntil } from "../../../lab/lab";
import { holdAptLocks, releaseAptLocks } from "../../e2e/support/aptLocks";
import { type Change, spare } from "../../e2e/support/cluster";
import { type Chance, mustBe, mustLast, mustSay, type Scenario, unharmed } from "../scenario";
import { ports, type Site } from "../site";

/** A real server joins whose web server is not installed, and cannot be at first. */
function notInstalled(
    name: string,
    does: string,
    { stop, says, mend }: Trouble,
    patienceMs: number,
): Scenario {
    return {
        number: 27,
        name,
        does: `A real server joins, and ${does}.`,
        observes:
            "up fails in bounded time and says why; nothing else changes, and nobody else is connected to; the next up takes it in.",
        async run({ site, traffic, chance }) {
            const newcomer = site.host("rs4");
            await takeWebServer(newcomer);
            site.undo(() => mend(newcomer));
            await stop(newcomer, chance);
            const before = await states(site);
            const logins = await site.cluster.logins();

            const start = Date.now();
            mustSay("up", await site.failingChange(joins(site)), says);
            mustLast("up", Date.now() - start, patienceMs);
            mustBe("directors", await states(site), before);
            const { rs4 } = await site.cluster.logins();
            mustBe("logins", await site.cluster.logins(), { ...logins, rs4 });

            await mend(newcomer);
            await site.deploy();
            await served(site);
            unharmed(await traffic.stop());
        },
    };
}

interface Trouble {
    stop: (host: Host, chance: Chance) => Promise<unknown>;
    says: RegExp;
    /** Is also asked when all is well. */
    mend: (host: Host) => Promise<unknown>;
}

/** As on a machine that never had one, and has never asked its package source. */
const takeWebServer = (host: Host) =>
    host.run("apt-get -q -y purge apache2; rm -rf /var/lib/apt/lists");

const joins =
    (site: Site): Change =>
    ({ realServers }) =>
        void realServers.push(spare(site.cluster));

const states = (site: Site) =>
    Promise.all(site.cluster.directors.map(({ name }) => site.directorState(name)));

/** The newcomer serves, on both directors. */
async function served(site: Site): Promise<void> {
    for (const { name } of site.cluster.directors) {
        await site.untilServing(name, ports.web, ["rs1", "rs2", "rs3", "rs4"], 30_000);
    }
}

const sources = "/etc/apt/sources.list";

/** A package whose set-up takes as long as /run/lab-slow is there. */
const slowPackage = `
    mkdir -p /tmp/slow/DEBIAN
    printf '%s\\n' 'Package: lab-slow' 'Version: 1' 'Architecture: all' \\
        'Maintainer: lab <lab@localhost>' 'Description: slow' >/tmp/slow/DEBIAN/control
    printf '%s\\n' '#!/bin/sh' 'while [ -e /run/lab-slow ]; do sleep 0.1; done' >/tmp/slow/DEBIAN/postinst
    chmod 755 /tmp/slow/DEBIAN/postinst
    dpkg-deb -b /tmp/slow /tmp/slow.deb`;

export const packages: Scenario[] = [
    notInstalled(
        "mirror-down",
        "the source of its packages does not answer",
        {
            stop: (host, chance) => {
                // A machine that refuses, or an address that nobody has.
                const nobody = chance.pick("10.128.190.253", "10.128.190.9");
                return host.run(
                    `cp ${sources} /root/sources; sed -i 's|//[^/]*/|//${nobody}:9/|' ${sources}`,
                );
            },
            says: /rs4: cannot install apache2: E: .*apache2/,
            mend: (host) => host.run(`[ ! -e /root/sources ] || mv /root/sources ${sources}`),
        },
        60_000,
    ),
    notInstalled(
        "apt-locked",
        "another apt there never ends",
        {
            stop: (host) => holdAptLocks(host, 600),
            says: /rs4: cannot install apache2: E: Could not get lock \/var\/lib\/apt\/lists\/lock.* held by process \d+/,
            mend: releaseAptLocks,
        },
        // It is waited for two minutes.
        120_000 + 60_000,
    ),
    {
        number: 27,
        name: "apt-busy",
        does: "A real server joins, and another apt there is at work for some seconds.",
        observes: "up waits for it, and ends well.",
        async run({ site, traffic, chance }) {
            const newcomer = site.host("rs4");
            await takeWebServer(newcomer);
            site.undo(() => releaseAptLocks(newcomer));
            await holdAptLocks(newcomer, 3 + Math.floor(chance.upTo(5)));
            await site.change(joins(site));
            await served(site);
            unharmed(await traffic.stop());
        },
    },
    notInstalled(
        "dpkg-interrupted",
        "its dpkg was killed at work",
        {
            stop: async (host) => {
                await host.run(
                    `${slowPackage}
                    touch /run/lab-slow
                    nohup dpkg -i /tmp/slow.deb >/tmp/slow.log 2>&1 </dev/null & echo $! >/tmp/dpkg`,
                );
                await waitUntil("a dpkg at work", 20_000, async () =>
                    (await host.run("cat /tmp/slow.log")).includes("Setting up lab-slow"),
                );
                await host.run("kill -KILL $(cat /tmp/dpkg); rm /run/lab-slow");
            },
            says: /rs4: cannot install apache2: E: dpkg was interrupted, you must manually run 'dpkg --configure -a'/,
            mend: (host) =>
                host.run("dpkg --configure -a && dpkg -P lab-slow; rm -rf /tmp/slow* /tmp/dpkg"),
        },
        60_000,
    ),
];
