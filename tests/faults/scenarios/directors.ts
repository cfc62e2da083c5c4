import { ports } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { patienceMs, waitUntil } from "../../../lab/lab";
import {
    answeredAfter,
    type Chance,
    expectTrue,
    failedAfter,
    expectEqual,
    expectWithin,
    expectNone,
    expectNoFailureAfter,
    type Scenario,
} from "../scenario";
import type { FaultBed } from "../bed";
import {
    type TrafficEvent,
    kinds,
    type Observation,
    type ClientResult,
    type Traffic,
} from "../../../lab/traffic/traffic";

/** Time until a backup of priority 253 is active, with advertInt 1. */
const failoverMs = 3 * 1000 + ((256 - 253) / 256) * 1000;
/**
 * Additional time that a client needs to notice: the interval of 50 ms, and the slowest answer
 * before the fault on this machine.
 */
function clientDelay(seen: Observation, wrongAt: number): number {
    const before = kinds.flatMap((kind) =>
        seen[kind].requests.filter(({ at, ms }) => at + ms < wrongAt),
    );
    return 200 + Math.max(...before.map(({ ms }) => ms));
}

const addresses = (bed: FaultBed, ...names: string[]) =>
    names.map((name) => bed.host(name).address);
const senders = ({ activeDirectors }: Observation) => activeDirectors.map(({ from }) => from);

/**
 * Wait until each kind of client is answered after a time, and all lasting connections are. These
 * start on three servers, but reopened ones may share a server.
 */
async function untilAnswered(traffic: Traffic, time: number, servers = 3): Promise<void> {
    await waitUntil("answers to every client again", patienceMs, () => {
        const { fresh, long, datagram } = traffic.soFar();
        const names = new Set(answeredAfter(long, time).map(({ from }) => from));
        return (
            names.size >= servers &&
            [fresh, datagram].every((seen) => answeredAfter(seen, time)[10])
        );
    });
}

/**
 * Time until a connection is on the backup director. The kernel synchronises when a packet is full,
 * or after two to three seconds, and half a second later on a busy machine.
 */
const syncMs = 3700;

/**
 * Expect that all failures after a time began during a failover or just before it. `silence` is the
 * time without an active director if the old one did not hand over cleanly.
 */
function expectOnlyRecentFailures(seen: Observation, { since = 0, silence = 0 } = {}): void {
    const { activeDirectors, fresh, datagram, session } = seen;
    const moves = activeDirectors.slice(1).filter(({ at }) => at > since);
    const isOther = ({ at }: TrafficEvent) =>
        moves.every((move) => at < move.at - silence - syncMs || at > move.at + 200);
    for (const kind of [fresh, datagram]) {
        expectNone("failure at another time", failedAfter(kind, since).filter(isOther));
    }
    expectNone(
        "older connection is lost",
        session.lost.filter(({ at, ms }) => at + ms > since).filter(isOther),
    );
}

/** The time from a host's reboot until it serves again. */
interface Reboot {
    name: string;
    begin: number;
    end: number;
}

/** Observations without the failures that belong to the reboot of a real server. */
function withoutReboots(reboots: Reboot[], seen: Observation): Observation {
    const servers = reboots.filter(({ name }) => name.startsWith("rs"));
    /** An unanswered request may have been for any server. */
    const isOther = ({ at, ms, from }: TrafficEvent) =>
        servers.every(
            ({ name, begin, end }) =>
                (from !== undefined && from !== name.toUpperCase()) || at + ms < begin || at > end,
        );
    const others = ({ failed, lost, ...rest }: ClientResult): ClientResult => ({
        ...rest,
        failed: failed.filter(isOther),
        lost: lost.filter(isOther),
    });
    const { fresh, long, session, datagram, activeDirectors } = seen;
    return {
        fresh: others(fresh),
        long: others(long),
        session: others(session),
        datagram: others(datagram),
        activeDirectors,
    };
}

/** Expect few failures, as after a clean handover. */
function expectFewFailures(seen: Observation, since = 0): void {
    for (const kind of [seen.fresh, seen.datagram]) {
        const failed = failedAfter(kind, since);
        expectTrue("at most five failures", failed.length <= 5, failed);
    }
}

/** Longest time between two answers to requests that started after a time. */
function gapAfter(seen: ClientResult, time: number): number {
    const ends = answeredAfter(seen, time).map(({ at, ms }) => at + ms);
    ends.sort((a, b) => a - b);
    return Math.max(...ends.slice(1).map((end, index) => end - ends[index]!));
}

/** Cut the power of the active director, and boot it when the backup serves. Return both times. */
async function cutAndBoot(
    bed: FaultBed,
    traffic: Traffic,
    chance: Chance,
): Promise<{ cut: number; back: number }> {
    const cut = Date.now();
    await bed.host("ds1").cut();
    await bed.cluster.untilActive("ds2");
    await untilAnswered(traffic, Date.now());
    await sleep(chance.upTo(1000));
    const back = Date.now();
    await bed.host("ds1").boot();
    return { cut, back };
}

/**
 * A scenario in which the network service removes the virtual IP from the active director's card.
 */
function networkRestarted(
    name: string,
    does: string,
    restart: (ds1: Host, chance: Chance) => Promise<unknown>,
    prepare: (bed: FaultBed, ds1: Host) => Promise<void> = () => Promise.resolve(),
): Scenario {
    return {
        number: 34,
        name,
        does,
        observes:
            "The virtual IP stays, or another director has it within 3 × advertInt + skew. In the end one director has it. Lasting connections continue.",
        async run({ bed, traffic, chance }) {
            const ds1 = bed.host("ds1");
            const at = Date.now();
            await prepare(bed, ds1);
            await bed.untilHealthy();
            await sleep(chance.upTo(1000));
            await restart(ds1, chance);
            const restarted = Date.now();
            await waitUntil("one active director", patienceMs, async () => {
                const active = await bed.cluster.activeDirectors();
                if (active.length === 1) return true;
                throw new Error(`active: ${active.join()}`);
            });
            await untilAnswered(traffic, restarted + failoverMs);
            const seen = await traffic.stop();
            expectWithin("longest gap", seen.fresh.longestGap, failoverMs + clientDelay(seen, at));
            expectNone("lasting connection is lost", seen.long.lost);
            expectOnlyRecentFailures(seen, { silence: failoverMs });
        },
    };
}

export const directors: Scenario[] = [
    {
        number: 1,
        name: "director-power-off",
        does: "The power of the active director is cut, at a random moment between two adverts.",
        observes:
            "The virtual IP answers again within 3 × advertInt + skew, and one director is active. Lasting connections continue. Only requests may fail that begin during the failover or in the last three seconds before it. The kernel has not synchronised their connections yet.",
        async run({ bed, traffic, chance }) {
            await sleep(chance.upTo(1000));
            const cut = Date.now();
            await bed.host("ds1").cut();
            await bed.cluster.untilActive("ds2");
            await untilAnswered(traffic, Date.now());
            const seen = await traffic.stop();
            expectWithin("longest gap", seen.fresh.longestGap, failoverMs + clientDelay(seen, cut));
            expectNone("lasting connection is lost", seen.long.lost);
            expectEqual("active directors", senders(seen), addresses(bed, "ds1", "ds2"));
            expectOnlyRecentFailures(seen, { silence: failoverMs });
        },
    },
    {
        number: 2,
        name: "director-stop",
        does: "keepalived is stopped cleanly on the active director.",
        observes:
            "The backup director takes over within its skew. Only connections of the last three seconds, which are not synchronised yet, may be reset.",
        async run({ bed, traffic, chance }) {
            const ds1 = bed.host("ds1");
            bed.undo(() => ds1.run("systemctl start keepalived"));
            await sleep(chance.upTo(1000));
            const stopped = Date.now();
            await ds1.run("systemctl stop keepalived");
            await bed.cluster.untilActive("ds2");
            // Connections that were reopened may share a server. The test fails later if there are
            // any.
            await untilAnswered(traffic, Date.now(), 1);
            const seen = await traffic.stop();
            expectEqual("active directors", senders(seen), addresses(bed, "ds1", "ds2"));
            expectNone("lasting connection is lost", seen.long.lost);
            expectOnlyRecentFailures(seen);
            expectFewFailures(seen);
            expectWithin("longest gap", seen.fresh.longestGap, clientDelay(seen, stopped));
        },
    },
    {
        number: 3,
        name: "director-returns",
        does: "A director that lost power is turned on again and becomes active again.",
        observes:
            "From the moment when the director is turned on, the virtual IP answers all the time. Only connections of the last three seconds before the switch, which are not synchronised yet, may be reset.",
        async run({ bed, traffic, chance }) {
            const { cut, back } = await cutAndBoot(bed, traffic, chance);
            await bed.cluster.untilActive("ds1");
            await untilAnswered(traffic, Date.now());
            const seen = await traffic.stop();
            expectEqual("active directors", senders(seen), addresses(bed, "ds1", "ds2", "ds1"));
            expectOnlyRecentFailures(seen, { since: back });
            expectFewFailures(seen, back);
            for (const kind of [seen.fresh, seen.datagram]) {
                expectWithin("longest gap", gapAfter(kind, back), clientDelay(seen, cut));
            }
            expectNone("lasting connection is lost", seen.long.lost);
        },
    },
    {
        number: 3,
        name: "director-returns-and-waits",
        does: "A director that lost power is turned on again. The plan has `nopreempt`.",
        observes:
            "The other director stays active. From the moment when the director is turned on, nothing fails.",
        async run({ bed, traffic, chance }) {
            await bed.change(({ vrrpInstances }) => (vrrpInstances[0]!.nopreempt = true));
            await bed.cluster.untilActive("ds1");
            const { back } = await cutAndBoot(bed, traffic, chance);
            await bed.untilServing("ds1", ports.web, ["rs1", "rs2", "rs3"]);
            await sleep(failoverMs);
            const seen = await traffic.stop();
            expectEqual("active directors", senders(seen), addresses(bed, "ds1", "ds2"));
            for (const kind of kinds) expectNone("failure", failedAfter(seen[kind], back));
            expectNone("lasting connection is lost", seen.long.lost);
        },
    },
    {
        number: 6,
        name: "keepalived-killed",
        does: "All processes of keepalived on the active director get SIGKILL.",
        observes:
            "The virtual IP answers again within 3 × advertInt + skew. One director is active, with all real servers. Each connection may be reset, at most once.",
        async run({ bed, traffic, chance }) {
            const ds1 = bed.host("ds1");
            bed.undo(() => ds1.run("systemctl start keepalived"));
            await sleep(chance.upTo(1000));
            const became = async () =>
                Number(
                    await ds1.run("journalctl -q -u keepalived -o cat | grep -c 'MASTER STATE'"),
                );
            const before = await became();
            const killed = Date.now();
            await ds1.run("systemctl kill -s KILL keepalived");
            // ds2 may be active in between. A dead keepalived leaves its virtual IPs, so ds1 counts only
            // when its new keepalived says that it is active.
            await waitUntil(
                "ds1 alone is active again, with all real servers",
                patienceMs,
                async () => {
                    const active = (await bed.cluster.activeDirectors()).join();
                    const serving = (await bed.cluster.servingRealServers("ds1", ports.web)).join();
                    const isAgain = (await became()) > before;
                    if (isAgain && active === "ds1" && serving === "rs1,rs2,rs3") return true;
                    throw new Error(`active: ${active}; again: ${isAgain}; serving: ${serving}`);
                },
            );
            const settled = Date.now();
            await untilAnswered(traffic, settled, 1);
            const seen = await traffic.stop();
            expectWithin(
                "longest gap",
                seen.fresh.longestGap,
                failoverMs + clientDelay(seen, killed),
            );
            expectNoFailureAfter(settled, seen);
            // Two active directors give way to each other: their adverts would alternate.
            const [one, other] = addresses(bed, "ds1", "ds2");
            expectTrue(
                "ds1 restarts before ds2 becomes active, or becomes active again after it",
                [one, [one, other, one].join()].includes(senders(seen).join()),
                senders(seen),
            );
            // Clients fail to reconnect while the new keepalived starts.
            const lost = seen.long.lost.flatMap(({ from }) => from ?? []);
            expectTrue(
                "a connection is lost once at most",
                new Set(lost).size === lost.length,
                lost,
            );
        },
    },
    networkRestarted(
        "network-restart",
        "The network card of the active director loses all its addresses and gets its own addresses back, as after a restart of the network service.",
        (ds1) =>
            ds1.run(
                `ip address flush dev eth0 scope global
                ip address add ${ds1.address}/24 broadcast + dev eth0
                ip address add ${ds1.ipv6}/64 dev eth0 nodad`,
            ),
    ),
    networkRestarted(
        "networkd-restart",
        "systemd-networkd manages the card of the active director. This service is restarted or configures the card again, and removes every address that it did not configure itself.",
        (ds1, chance) =>
            ds1.run(
                chance.pick("systemctl restart systemd-networkd", "networkctl reconfigure eth0"),
            ),
        async (bed, ds1) => {
            const file = "/etc/systemd/network/10-lab.network";
            bed.undo(() =>
                ds1.run(`systemctl -q stop systemd-networkd.socket systemd-networkd; rm ${file}`),
            );
            // networkd waits until udev knows a card. Hosts of the lab have no udev.
            await ds1.run(
                `mkdir -p /run/udev/data
                echo I:1 >"/run/udev/data/n$(cat /sys/class/net/eth0/ifindex)"
                cat >${file}
                systemctl start systemd-networkd`,
                {
                    stdin: [
                        "[Match]",
                        "Name=eth0",
                        "[Network]",
                        `Address=${ds1.address}/24`,
                        `Address=${ds1.ipv6}/64`,
                        "IPv6AcceptRA=no",
                        "",
                    ].join("\n"),
                },
            );
            await waitUntil("networkd's configuration of the card", patienceMs, async () =>
                / eth0 .* configured/.test(await ds1.run("networkctl --no-pager")),
            );
        },
    ),
    {
        number: 35,
        name: "reboot",
        does: "Every host is rebooted: one after the other in any order, then all at once.",
        observes:
            "A host returns complete without an `up`: sysctls, module options, the virtual IP on `lo`, adverts and tables. While the hosts reboot one after the other, the virtual IP answers all the time. Only requests may fail that are at a rebooting real server, or begin just before a failover.",
        async run({ bed, traffic, chance }) {
            const { cluster } = bed;
            // A module option takes effect when the module is loaded.
            await bed.change((config) => (config.kernel = { connTabBits: 14 }));
            const kept = () =>
                Promise.all(
                    cluster.members.map((host) =>
                        host.run(
                            `sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce
                            sysctl net.ipv4.ip_forward
                            sysctl -e net.ipv4.vs.sync_threshold net.ipv4.vs.expire_nodest_conn
                            sysctl -e net.ipv4.vs.sync_refresh_period
                            ip -o -4 address show dev lo | sed 's/valid_lft.*//'`,
                        ),
                    ),
                );
            const before = await kept();
            const order = [...cluster.members];
            const reboots: Reboot[] = [];
            while (order.length > 0) {
                const [host] = order.splice(Math.floor(chance.upTo(order.length)), 1);
                const begin = Date.now();
                await host!.reboot();
                await bed.untilHealthy();
                reboots.push({ name: host!.name, begin, end: Date.now() });
            }
            const seen = await traffic.stop();
            expectWithin(
                "longest gap",
                seen.fresh.longestGap,
                clientDelay(seen, reboots[0]!.begin),
            );
            expectOnlyRecentFailures(withoutReboots(reboots, seen));
            const bits = "cat /sys/module/ip_vs/parameters/conn_tab_bits";
            for (const director of cluster.directors) {
                expectEqual(`conn_tab_bits of ${director.name}`, await director.run(bits), "14\n");
            }
            expectEqual("settings and addresses", await kept(), before);
            await Promise.all(cluster.members.map((host) => host.reboot()));
            await bed.untilHealthy();
            expectEqual("settings and addresses", await kept(), before);
            expectEqual("answers", new Set(await cluster.bodies(6)).size, 3);
        },
    },
];
