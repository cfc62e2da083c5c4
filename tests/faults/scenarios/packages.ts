import { ports } from "../../../lab/traffic/cluster";
import type { Host } from "../../../lab/host";
import { patienceMs, waitUntil } from "../../../lab/lab";
import { holdAptLocks, releaseAptLocks } from "../../e2e/support/aptLocks";
import { type Change, spareRealServer } from "../../../lab/article";
import {
    type Chance,
    expectTrue,
    expectEqual,
    expectWithin,
    expectOutput,
    type Scenario,
    expectNoFailure,
} from "../scenario";
import type { FaultBed } from "../bed";
import { newRepair, newWeight } from "./plans";

/** A scenario in which the web server of a new real server cannot be installed at first. */
function installFails(
    name: string,
    does: string,
    { stop, message, restore, alsoOf = () => [] }: Obstacle,
    limitMs: number,
): Scenario {
    return {
        number: 27,
        name,
        does: `A real server is added, and ${does}.`,
        observes: `\`up\` fails within ${limitMs / 60_000} min and names the reason. Nothing else changes, and nothing connects to other hosts. Without the new server, an \`up\` still changes hosts that have their packages. When the obstacle is gone, the next \`up\` adds the real server.`,
        async run({ bed, traffic, chance }) {
            const newServer = bed.host("rs4");
            const hosts = [newServer, ...alsoOf(bed)];
            const restoreAll = () => Promise.all(hosts.map(restore));
            await removeWebServer(newServer);
            bed.undo(restoreAll);
            await stop(hosts, chance);
            const before = await states(bed);
            const logins = await bed.cluster.logins();

            const start = Date.now();
            expectOutput("up", await bed.failingChange(addRealServer), message);
            expectWithin("up", Date.now() - start, limitMs);
            expectEqual("directors", await states(bed), before);
            const { rs4 } = await bed.cluster.logins();
            expectEqual("logins", await bed.cluster.logins(), { ...logins, rs4 });

            // Every step of every host runs again.
            const { weight, change } = newWeight();
            await bed.change((config) => {
                change(config);
                config.repair = newRepair();
            });
            const file = await bed.host("ds1").run("cat /etc/keepalived/keepalived.conf");
            expectTrue(
                "the active director has the change",
                file.includes(`weight ${weight}`),
                file,
            );

            await restoreAll();
            await bed.change(addRealServer);
            await served(bed);
            expectNoFailure(await traffic.stop());
        },
    };
}

interface Obstacle {
    stop: (hosts: Host[], chance: Chance) => Promise<unknown>;
    message: RegExp;
    /** Repair. It also runs on hosts without the problem. */
    restore: (host: Host) => Promise<unknown>;
    /** Other hosts that get the same problem and must not be affected. */
    alsoOf?: (bed: FaultBed) => Host[];
}

/** Remove the web server and the package lists, as on a new host. */
const removeWebServer = (host: Host) =>
    host.run("apt-get -q -y purge apache2; rm -rf /var/lib/apt/lists");

const addRealServer: Change = ({ realServers }) => realServers.push(spareRealServer());

const states = (bed: FaultBed) =>
    Promise.all(bed.cluster.directors.map(({ name }) => bed.directorState(name)));

/** Expect that the new real server serves behind both directors. */
async function served(bed: FaultBed): Promise<void> {
    for (const { name } of bed.cluster.directors) {
        await bed.untilServing(name, ports.web, ["rs1", "rs2", "rs3", "rs4"]);
    }
}

const sources = "/etc/apt/sources.list";

/** A package whose installation lasts while /run/lab-slow exists. */
const slowPackage = `
    mkdir -p /tmp/slow/DEBIAN
    printf '%s\\n' 'Package: lab-slow' 'Version: 1' 'Architecture: all' \\
        'Maintainer: lab <lab@localhost>' 'Description: slow' >/tmp/slow/DEBIAN/control
    printf '%s\\n' '#!/bin/sh' 'while [ -e /run/lab-slow ]; do sleep 0.1; done' >/tmp/slow/DEBIAN/postinst
    chmod 755 /tmp/slow/DEBIAN/postinst
    dpkg-deb -b /tmp/slow /tmp/slow.deb`;

export const packages: Scenario[] = [
    installFails(
        "mirror-down",
        "its package source does not answer",
        {
            stop: (hosts, chance) => {
                const [address, mac] = chance.pick<[string, string?]>(
                    // A machine that refuses, an unused address, and an address whose packets are
                    // lost.
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
            message: /rs4: cannot install apache2: E: .*apache2/,
            restore: (host) =>
                host.run(
                    `[ ! -e /root/sources ] || mv /root/sources ${sources}
                    ip neighbour flush nud permanent dev eth0`,
                ),
            alsoOf: ({ cluster }) => cluster.members,
        },
        180_000,
    ),
    installFails(
        "apt-locked",
        "another apt on it never ends",
        {
            stop: ([host]) => holdAptLocks(host!, 600),
            message:
                /rs4: cannot install apache2: E: Could not get lock \/var\/lib\/apt\/lists\/lock.* held by process \d+/,
            restore: releaseAptLocks,
        },
        // The prepare step waits for two minutes.
        120_000 + 60_000,
    ),
    {
        number: 27,
        name: "apt-busy",
        does: "A real server is added, and another apt runs on it for some seconds.",
        observes: "`up` waits for the other apt and succeeds.",
        async run({ bed, traffic, chance }) {
            const newServer = bed.host("rs4");
            await removeWebServer(newServer);
            bed.undo(() => releaseAptLocks(newServer));
            await holdAptLocks(newServer, 3 + Math.floor(chance.upTo(5)));
            await bed.change(addRealServer);
            await served(bed);
            expectNoFailure(await traffic.stop());
        },
    },
    installFails(
        "dpkg-interrupted",
        "its dpkg was killed during an installation",
        {
            stop: async ([host]) => {
                await host!.run(
                    `${slowPackage}
                    touch /run/lab-slow
                    nohup dpkg -i /tmp/slow.deb >/tmp/slow.log 2>&1 </dev/null & echo $! >/tmp/dpkg`,
                );
                await waitUntil("a running dpkg", patienceMs, async () =>
                    (await host!.run("cat /tmp/slow.log")).includes("Setting up lab-slow"),
                );
                await host!.run("kill -KILL $(cat /tmp/dpkg); rm /run/lab-slow");
            },
            message:
                /rs4: cannot install apache2: E: dpkg was interrupted, you must manually run 'dpkg --configure -a'/,
            restore: (host) =>
                host.run("dpkg --configure -a && dpkg -P lab-slow; rm -rf /tmp/slow* /tmp/dpkg"),
        },
        60_000,
    ),
];
