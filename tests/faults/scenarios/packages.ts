import { ports } from "../../../lab/traffic/cluster";
import type { Host } from "../../../lab/host";
import { waitUntil } from "../../../lab/lab";
import { holdAptLocks, releaseAptLocks } from "../../e2e/support/aptLocks";
import { type Change, spareRealServer } from "../../../lab/article";
import {
    type Chance,
    must,
    mustBe,
    mustLast,
    expectOutput,
    type Scenario,
    unharmed,
} from "../scenario";
import type { FaultBed } from "../bed";
import { newRepair, newWeight } from "./plans";

/** A real server joins whose web server is not installed, and cannot be at first. */
function notInstalled(
    name: string,
    does: string,
    { stop, says, mend, alsoOf = () => [] }: Trouble,
    patienceMs: number,
): Scenario {
    return {
        number: 27,
        name,
        does: `A real server joins, and ${does}.`,
        observes:
            "up fails in bounded time and says why; nothing else changes, and nobody else is connected to; who has its packages can be changed meanwhile; the next up takes it in.",
        async run({ bed, traffic, chance }) {
            const newcomer = bed.host("rs4");
            const hosts = [newcomer, ...alsoOf(bed)];
            const mendAll = () => Promise.all(hosts.map(mend));
            await takeWebServer(newcomer);
            bed.undo(mendAll);
            await stop(hosts, chance);
            const before = await states(bed);
            const logins = await bed.cluster.logins();

            const start = Date.now();
            expectOutput("up", await bed.failingChange(joins), says);
            mustLast("up", Date.now() - start, patienceMs);
            mustBe("directors", await states(bed), before);
            const { rs4 } = await bed.cluster.logins();
            mustBe("logins", await bed.cluster.logins(), { ...logins, rs4 });

            // Every step of every host runs again.
            const { weight, change } = newWeight();
            await bed.change((config) => {
                change(config);
                config.repair = newRepair();
            });
            const owner = await bed.host("ds1").run("cat /etc/keepalived/keepalived.conf");
            must("the owner has the change", owner.includes(`weight ${weight}`), owner);

            await mendAll();
            await bed.change(joins);
            await served(bed);
            unharmed(await traffic.stop());
        },
    };
}

interface Trouble {
    stop: (hosts: Host[], chance: Chance) => Promise<unknown>;
    says: RegExp;
    /** Is also asked when all is well. */
    mend: (host: Host) => Promise<unknown>;
    /** Who has the same trouble, and need not care. */
    alsoOf?: (bed: FaultBed) => Host[];
}

/** As on a machine that never had one, and has never asked its package source. */
const takeWebServer = (host: Host) =>
    host.run("apt-get -q -y purge apache2; rm -rf /var/lib/apt/lists");

const joins: Change = ({ realServers }) => realServers.push(spareRealServer());

const states = (bed: FaultBed) =>
    Promise.all(bed.cluster.directors.map(({ name }) => bed.directorState(name)));

/** The newcomer serves, on both directors. */
async function served(bed: FaultBed): Promise<void> {
    for (const { name } of bed.cluster.directors) {
        await bed.untilServing(name, ports.web, ["rs1", "rs2", "rs3", "rs4"], 30_000);
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
            stop: (hosts, chance) => {
                const [address, mac] = chance.pick<[string, string?]>(
                    // A machine that refuses, an address that nobody has, one whose packets are lost.
                    ["10.128.190.252"],
                    ["10.128.190.9"],
                    ["10.128.190.10", "02:00:00:00:00:10"],
                );
                const lose =
                    mac === undefined ? ":" : `ip neighbour add ${address} lladdr ${mac} dev eth0`;
                return Promise.all(
                    hosts.map((host) =>
                        host.run(
                            `cp ${sources} /root/sources
                            sed -i 's|//[^/]*/|//${address}:9/|' ${sources}
                            ${lose}`,
                        ),
                    ),
                );
            },
            says: /rs4: cannot install apache2: E: .*apache2/,
            mend: (host) =>
                host.run(
                    `[ ! -e /root/sources ] || mv /root/sources ${sources}
                    ip neighbour flush nud permanent dev eth0`,
                ),
            alsoOf: ({ cluster }) => cluster.members,
        },
        180_000,
    ),
    notInstalled(
        "apt-locked",
        "another apt there never ends",
        {
            stop: ([host]) => holdAptLocks(host!, 600),
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
        async run({ bed, traffic, chance }) {
            const newcomer = bed.host("rs4");
            await takeWebServer(newcomer);
            bed.undo(() => releaseAptLocks(newcomer));
            await holdAptLocks(newcomer, 3 + Math.floor(chance.upTo(5)));
            await bed.change(joins);
            await served(bed);
            unharmed(await traffic.stop());
        },
    },
    notInstalled(
        "dpkg-interrupted",
        "its dpkg was killed at work",
        {
            stop: async ([host]) => {
                await host!.run(
                    `${slowPackage}
                    touch /run/lab-slow
                    nohup dpkg -i /tmp/slow.deb >/tmp/slow.log 2>&1 </dev/null & echo $! >/tmp/dpkg`,
                );
                await waitUntil("a dpkg at work", 20_000, async () =>
                    (await host!.run("cat /tmp/slow.log")).includes("Setting up lab-slow"),
                );
                await host!.run("kill -KILL $(cat /tmp/dpkg); rm /run/lab-slow");
            },
            says: /rs4: cannot install apache2: E: dpkg was interrupted, you must manually run 'dpkg --configure -a'/,
            mend: (host) =>
                host.run("dpkg --configure -a && dpkg -P lab-slow; rm -rf /tmp/slow* /tmp/dpkg"),
        },
        60_000,
    ),
];
