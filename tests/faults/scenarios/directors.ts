import { ports } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { waitUntil } from "../../../lab/lab";
import {
    answeredAfter,
    type Chance,
    must,
    failedAfter,
    mustBe,
    mustLast,
    expectNone,
    noneBegunAfter,
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

/** advertInt is 1, the successor's priority 253. */
const takeover = 3 * 1000 + ((256 - 253) / 256) * 1000;
/**
 * What a client needs beside: it asks every 50 ms, and an answer takes its time on a machine with
 * other work: as long as the slowest did when nothing was wrong.
 */
function asking(seen: Observation, wrongAt: number): number {
    const before = kinds.flatMap((kind) =>
        seen[kind].requests.filter(({ at, ms }) => at + ms < wrongAt),
    );
    return 200 + Math.max(...before.map(({ ms }) => ms));
}

const address = (bed: FaultBed, ...names: string[]) => names.map((name) => bed.host(name).address);
const owners = ({ owners }: { owners: { from?: string }[] }) => owners.map(({ from }) => from);

/**
 * Each kind of client has been answered after a time, and every connection that stays: those begin
 * on three servers, and may meet on one when they had to be opened anew.
 */
async function goesOn(traffic: Traffic, time: number, servers = 3): Promise<void> {
    await waitUntil("answers to every client again", 20_000, () => {
        const { fresh, long, datagram } = traffic.soFar();
        const names = new Set(answeredAfter(long, time).map(({ from }) => from));
        return (
            names.size >= servers &&
            [fresh, datagram].every((seen) => answeredAfter(seen, time)[10])
        );
    });
}

/**
 * The kernel tells of connections when it knows of as many as fit a packet, or after two to three
 * seconds, and half a second later on a machine with other work.
 */
const telling = 3700;

/**
 * Of what fails after a time, all was begun while the virtual IP moved, or just before. Where its
 * owner did not give it up in order, nobody had it for a while (`silence`).
 */
function onlyYoungSuffer(seen: Observation, { since = 0, silence = 0 } = {}): void {
    const { activeDirectors: owners, fresh, datagram, session } = seen;
    const moves = owners.slice(1).filter(({ at }) => at > since);
    const isOther = ({ at }: TrafficEvent) =>
        moves.every((move) => at < move.at - silence - telling || at > move.at + 200);
    for (const kind of [fresh, datagram]) {
        expectNone("failure at another time", failedAfter(kind, since).filter(isOther));
    }
    expectNone(
        "older connection is lost",
        session.lost.filter(({ at, ms }) => at + ms > since).filter(isOther),
    );
}

/** When a host was rebooted, and serves again. */
interface Absence {
    name: string;
    begin: number;
    end: number;
}

/** What was seen without the failures of a real server's clients while it was rebooted. */
function besides(away: Absence[], seen: Observation): Observation {
    const servers = away.filter(({ name }) => name.startsWith("rs"));
    /** A request that nobody has answered may have been for any server. */
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
    const { fresh, long, session, datagram, activeDirectors: owners } = seen;
    return {
        fresh: others(fresh),
        long: others(long),
        session: others(session),
        datagram: others(datagram),
        activeDirectors: owners,
    };
}

/** Where the virtual IP is given up in order. */
function fewFail(seen: Observation, since = 0): void {
    for (const kind of [seen.fresh, seen.datagram]) {
        const failed = failedAfter(kind, since);
        must("at most five failures", failed.length <= 5, failed);
    }
}

/** The longest time between two answers to what was asked after a time. */
function gapAfter(seen: ClientResult, time: number): number {
    const ends = answeredAfter(seen, time).map(({ at, ms }) => at + ms);
    ends.sort((a, b) => a - b);
    return Math.max(...ends.slice(1).map((end, index) => end - ends[index]!));
}

/** The active director loses its power, and gets it again when all goes on without it: when. */
async function failAndReturn(
    bed: FaultBed,
    traffic: Traffic,
    chance: Chance,
): Promise<{ cut: number; back: number }> {
    const cut = Date.now();
    await bed.host("ds1").cut();
    await bed.cluster.untilActive("ds2");
    await goesOn(traffic, Date.now());
    await sleep(chance.upTo(1000));
    const back = Date.now();
    await bed.host("ds1").boot();
    return { cut, back };
}

/** The card of the active director loses the virtual IP, by whoever sets its network up. */
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
            "The virtual IP is kept, or another director has it within 3 × advertInt + skew; in the end one has it. Connections that stay go on.",
        async run({ bed, traffic, chance }) {
            const ds1 = bed.host("ds1");
            const at = Date.now();
            await prepare(bed, ds1);
            await bed.untilHealthy();
            await sleep(chance.upTo(1000));
            await restart(ds1, chance);
            const restarted = Date.now();
            await waitUntil("one owner", 15_000, async () => {
                const owners = await bed.cluster.activeDirectors();
                if (owners.length === 1) return true;
                throw new Error(`owners: ${owners.join()}`);
            });
            await goesOn(traffic, restarted + takeover);
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking(seen, at));
            expectNone("connection that stays is lost", seen.long.lost);
            onlyYoungSuffer(seen, { silence: takeover });
        },
    };
}

export const directors: Scenario[] = [
    {
        number: 1,
        name: "director-power-off",
        does: "The active director's power is cut, at any phase of its adverts.",
        observes:
            "The virtual IP answers again within 3 × advertInt + skew; one owner; connections that stay go on. What fails was begun meanwhile, or within the last three seconds before, of which the owner had not told yet.",
        async run({ bed, traffic, chance }) {
            await sleep(chance.upTo(1000));
            const cut = Date.now();
            await bed.host("ds1").cut();
            await bed.cluster.untilActive("ds2");
            await goesOn(traffic, Date.now());
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking(seen, cut));
            expectNone("connection that stays is lost", seen.long.lost);
            mustBe("owners", owners(seen), address(bed, "ds1", "ds2"));
            onlyYoungSuffer(seen, { silence: takeover });
        },
    },
    {
        number: 2,
        name: "director-stop",
        does: "keepalived is stopped in order on the active director.",
        observes:
            "The other takes over within its skew. Only connections that were begun within the last three seconds before, of which the owner had not told yet, may be reset.",
        async run({ bed, traffic, chance }) {
            const ds1 = bed.host("ds1");
            bed.undo(() => ds1.run("systemctl start keepalived"));
            await sleep(chance.upTo(1000));
            const stopped = Date.now();
            await ds1.run("systemctl stop keepalived");
            await bed.cluster.untilActive("ds2");
            // Those that are opened anew, which is not to be, may meet on one server.
            await goesOn(traffic, Date.now(), 1);
            const seen = await traffic.stop();
            mustBe("owners", owners(seen), address(bed, "ds1", "ds2"));
            expectNone("connection that stays is lost", seen.long.lost);
            onlyYoungSuffer(seen);
            fewFail(seen);
            mustLast("longest gap", seen.fresh.longestGap, asking(seen, stopped));
        },
    },
    {
        number: 3,
        name: "director-returns",
        does: "A director that had failed is turned on again, and takes the virtual IP back.",
        observes:
            "No second outage: the virtual IP answers all the time. Only connections that were begun within the last three seconds before, of which the owner had not told yet, may be reset.",
        async run({ bed, traffic, chance }) {
            const { cut, back } = await failAndReturn(bed, traffic, chance);
            await bed.cluster.untilActive("ds1", { deadlineMs: 30_000 });
            await goesOn(traffic, Date.now());
            const seen = await traffic.stop();
            mustBe("owners", owners(seen), address(bed, "ds1", "ds2", "ds1"));
            onlyYoungSuffer(seen, { since: back });
            fewFail(seen, back);
            for (const kind of [seen.fresh, seen.datagram]) {
                mustLast("longest gap", gapAfter(kind, back), asking(seen, cut));
            }
            expectNone("connection that stays is lost", seen.long.lost);
        },
    },
    {
        number: 3,
        name: "director-returns-and-waits",
        does: "A director that had failed is turned on again, where the plan says nopreempt.",
        observes: "The virtual IP stays where it is, and nothing fails.",
        async run({ bed, traffic, chance }) {
            await bed.change(({ vrrpInstances }) => (vrrpInstances[0]!.nopreempt = true));
            await bed.cluster.untilActive("ds1");
            const { back } = await failAndReturn(bed, traffic, chance);
            await bed.untilServing("ds1", ports.web, ["rs1", "rs2", "rs3"], 30_000);
            await sleep(takeover);
            const seen = await traffic.stop();
            mustBe("owners", owners(seen), address(bed, "ds1", "ds2"));
            for (const kind of kinds) expectNone("failure", failedAfter(seen[kind], back));
            expectNone("connection that stays is lost", seen.long.lost);
        },
    },
    {
        number: 6,
        name: "keepalived-killed",
        does: "All processes of keepalived on the active director get SIGKILL.",
        observes:
            "The virtual IP answers again within 3 × advertInt + skew, and one director has it, with all its servers. Connections may be reset, once.",
        async run({ bed, traffic, chance }) {
            const ds1 = bed.host("ds1");
            bed.undo(() => ds1.run("systemctl start keepalived"));
            await sleep(chance.upTo(1000));
            const killed = Date.now();
            await ds1.run("systemctl kill -s KILL keepalived");
            // ds1 comes back and takes over from ds2, so that the owner may be another in between.
            await waitUntil("one owner, with all its servers", 20_000, async () => {
                const [owner, ...others] = await bed.cluster.activeDirectors();
                const serving = owner
                    ? (await bed.cluster.servingRealServers(owner, ports.web)).join()
                    : "none";
                const isOver = Date.now() - killed > takeover + 1000;
                if (isOver && others.length === 0 && serving === "rs1,rs2,rs3") return true;
                throw new Error(`owner: ${owner}, also ${others.join()}; serving: ${serving}`);
            });
            const settled = Date.now();
            await goesOn(traffic, settled, 1);
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking(seen, killed));
            noneBegunAfter(settled, seen);
            // Each hears of the other and gives way: two owners would be heard in turn.
            const [one, other] = address(bed, "ds1", "ds2");
            must(
                "ds1 comes back before another takes over, or takes over from it",
                [one, [one, other, one].join()].includes(owners(seen).join()),
                owners(seen),
            );
            // While the new keepalived starts, clients try in vain to connect again.
            const lost = seen.long.lost.flatMap(({ from }) => from ?? []);
            must("a connection is lost once at most", new Set(lost).size === lost.length, lost);
        },
    },
    networkRestarted(
        "network-restart",
        "The network of the active director is set up anew, as a restart of its network service does: its card loses all addresses, and gets its own again.",
        (ds1) =>
            ds1.run(
                `ip address flush dev eth0 scope global
                ip address add ${ds1.address}/24 broadcast + dev eth0
                ip address add ${ds1.ipv6}/64 dev eth0 nodad`,
            ),
    ),
    networkRestarted(
        "networkd-restart",
        "systemd-networkd, which has configured the card of the active director, is restarted, or configures it anew: it takes away every address that it has not put there.",
        (ds1, chance) =>
            ds1.run(
                chance.pick("systemctl restart systemd-networkd", "networkctl reconfigure eth0"),
            ),
        async (bed, ds1) => {
            const file = "/etc/systemd/network/10-lab.network";
            bed.undo(() =>
                ds1.run(`systemctl -q stop systemd-networkd.socket systemd-networkd; rm ${file}`),
            );
            // It waits until udev knows a card, and hosts of the lab have no udev.
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
            await waitUntil("networkd's configuration of the card", 20_000, async () =>
                / eth0 .* configured/.test(await ds1.run("networkctl --no-pager")),
            );
        },
    ),
    {
        number: 35,
        name: "reboot",
        does: "Every host is rebooted, one after the other, in any order; then all at once.",
        observes:
            "A host comes back with all that it needs, without an up: kernel settings and module options, the virtual IP on lo, adverts and tables. The virtual IP answers all the time; what fails was at the real server that is rebooted, or was begun just before the virtual IP moved.",
        async run({ bed, traffic, chance }) {
            const { cluster } = bed;
            // An option of a module counts from the next time that it is loaded.
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
            const away: Absence[] = [];
            while (order.length > 0) {
                const [host] = order.splice(Math.floor(chance.upTo(order.length)), 1);
                const begin = Date.now();
                await host!.reboot();
                await bed.untilHealthy();
                away.push({ name: host!.name, begin, end: Date.now() });
            }
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, asking(seen, away[0]!.begin));
            onlyYoungSuffer(besides(away, seen));
            const bits = "cat /sys/module/ip_vs/parameters/conn_tab_bits";
            for (const director of cluster.directors) {
                mustBe(`conn_tab_bits of ${director.name}`, await director.run(bits), "14\n");
            }
            mustBe("settings and addresses", await kept(), before);
            await Promise.all(cluster.members.map((host) => host.reboot()));
            await bed.untilHealthy();
            mustBe("settings and addresses", await kept(), before);
            mustBe("answers", new Set(await cluster.bodies(6)).size, 3);
        },
    },
];
