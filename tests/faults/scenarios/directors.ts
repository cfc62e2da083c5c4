import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../lab/lab";
import {
    answeredAfter,
    type Chance,
    must,
    failedAfter,
    mustBe,
    mustLast,
    none,
    type Scenario,
} from "../scenario";
import { ports, type Site } from "../site";
import { type Event, kinds, type Observation, type Seen, type Traffic } from "../traffic";

/** advertInt is 1, the successor's priority 253. */
const takeover = 3 * 1000 + ((256 - 253) / 256) * 1000;
/** What a client needs beside: it asks every 50 ms, on a machine with other work. */
const asking = 500;

const address = (site: Site, ...names: string[]) => names.map((name) => site.host(name).address);
const owners = ({ owners }: { owners: { from?: string }[] }) => owners.map(({ from }) => from);

/**
 * Each kind of client has been answered after a time, and every connection that stays: those begin
 * on three servers, and may meet on one when they had to be opened anew.
 */
async function goesOn(traffic: Traffic, time: number, servers = 3): Promise<void> {
    await waitUntil("answers to every client again", 20_000, () => {
        const { fresh, long, datagram } = traffic.sofar();
        const names = new Set(answeredAfter(long, time).map(({ from }) => from));
        return (
            names.size >= servers &&
            [fresh, datagram].every((seen) => answeredAfter(seen, time)[10])
        );
    });
}

/** The kernel tells of connections when it knows of as many as fit a packet, or after two to three seconds. */
const telling = 3200 + asking;

/** Of what fails after a time, all was begun just before the last owner took over. */
function onlyYoungSuffer({ owners, fresh, datagram, session }: Observation, since: number): void {
    const taken = owners.at(-1)!.at;
    const isOlder = ({ at }: Event) => at < taken - telling || at > taken + 200;
    for (const kind of [fresh, datagram]) {
        const failed = failedAfter(kind, since);
        none("failure at another time", failed.filter(isOlder));
        must("at most five failures", failed.length <= 5, failed);
    }
    const lost = session.lost.filter(({ at, ms }) => at + ms > since);
    none("older connection is lost", lost.filter(isOlder));
}

/** The longest time between two answers to what was asked after a time. */
function gapAfter(seen: Seen, time: number): number {
    const ends = answeredAfter(seen, time).map(({ at, ms }) => at + ms);
    ends.sort((a, b) => a - b);
    return Math.max(...ends.slice(1).map((end, index) => end - ends[index]!));
}

/** The active director loses its power, and gets it again when all goes on without it: when that was. */
async function failAndReturn(site: Site, traffic: Traffic, chance: Chance): Promise<number> {
    await site.host("ds1").cut();
    await site.cluster.untilOwner("ds2");
    await goesOn(traffic, Date.now());
    await sleep(chance.upTo(1000));
    const back = Date.now();
    await site.host("ds1").boot();
    return back;
}

export const directors: Scenario[] = [
    {
        number: 1,
        name: "director-power-off",
        does: "The active director's power is cut, at any phase of its adverts.",
        observes:
            "The virtual IP answers again within 3 × advertInt + skew (and 0.5 s for those who ask); one owner; connections that stay go on.",
        async run({ site, traffic, chance }) {
            await sleep(chance.upTo(1000));
            await site.host("ds1").cut();
            await site.cluster.untilOwner("ds2");
            await goesOn(traffic, Date.now());
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking);
            none("connection that stays is lost", seen.long.lost);
            mustBe("owners", owners(seen), address(site, "ds1", "ds2"));
        },
    },
    {
        number: 2,
        name: "director-stop",
        does: "keepalived is stopped in order on the active director.",
        observes:
            "The other takes over within its skew (and 0.5 s for those who ask). Only connections that were begun within the last three seconds before, of which the owner had not told yet, may be reset.",
        async run({ site, traffic, chance }) {
            const ds1 = site.host("ds1");
            site.undo(() => ds1.run("systemctl start keepalived"));
            await sleep(chance.upTo(1000));
            await ds1.run("systemctl stop keepalived");
            await site.cluster.untilOwner("ds2");
            await goesOn(traffic, Date.now());
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, asking);
            mustBe("owners", owners(seen), address(site, "ds1", "ds2"));
            onlyYoungSuffer(seen, 0);
            none("connection that stays is lost", seen.long.lost);
        },
    },
    {
        number: 3,
        name: "director-returns",
        does: "A director that had failed is turned on again, and takes the virtual IP back.",
        observes:
            "No second outage: the virtual IP answers all the time. Only connections that were begun within the last three seconds before, of which the owner had not told yet, may be reset.",
        async run({ site, traffic, chance }) {
            const back = await failAndReturn(site, traffic, chance);
            await site.cluster.untilOwner("ds1", 30_000);
            await goesOn(traffic, Date.now());
            const seen = await traffic.stop();
            mustBe("owners", owners(seen), address(site, "ds1", "ds2", "ds1"));
            onlyYoungSuffer(seen, back);
            for (const kind of [seen.fresh, seen.datagram]) {
                mustLast("longest gap", gapAfter(kind, back), asking);
            }
            none("connection that stays is lost", seen.long.lost);
        },
    },
    {
        number: 3,
        name: "director-returns-and-waits",
        does: "A director that had failed is turned on again, where the plan says nopreempt.",
        observes: "The virtual IP stays where it is, and nothing fails.",
        async run({ site, traffic, chance }) {
            await site.change(({ vrrpInstances }) => (vrrpInstances[0]!.nopreempt = true));
            await site.cluster.untilOwner("ds1");
            const back = await failAndReturn(site, traffic, chance);
            await site.untilServing("ds1", ports.web, ["rs1", "rs2", "rs3"], 30_000);
            await sleep(takeover);
            const seen = await traffic.stop();
            mustBe("owners", owners(seen), address(site, "ds1", "ds2"));
            for (const kind of kinds) none("failure", failedAfter(seen[kind], back));
            none("connection that stays is lost", seen.long.lost);
        },
    },
    {
        number: 6,
        name: "keepalived-killed",
        does: "All processes of keepalived on the active director get SIGKILL.",
        observes:
            "The virtual IP answers again within 3 × advertInt + skew, and one director has it, with all its servers. Connections may be reset, once.",
        async run({ site, traffic, chance }) {
            const ds1 = site.host("ds1");
            site.undo(() => ds1.run("systemctl start keepalived"));
            await sleep(chance.upTo(1000));
            await ds1.run("systemctl kill -s KILL keepalived");
            const killed = Date.now();
            // ds1 comes back and takes over from ds2, so that the owner may be another in between.
            await waitUntil("one owner, with all its servers", 20_000, async () => {
                const [owner, ...others] = await site.cluster.owners();
                const serving = owner
                    ? (await site.cluster.serving(owner, ports.web)).join()
                    : "none";
                const isOver = Date.now() - killed > takeover + asking;
                if (isOver && others.length === 0 && serving === "rs1,rs2,rs3") return true;
                throw new Error(`owner: ${owner}, also ${others.join()}; serving: ${serving}`);
            });
            await goesOn(traffic, Date.now(), 1);
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking);
            // While the new keepalived starts, clients try in vain to connect again.
            const lost = seen.long.lost.flatMap(({ from = [] }) => from);
            must("a connection is lost once at most", new Set(lost).size === lost.length, lost);
        },
    },
    {
        number: 34,
        name: "network-restart",
        does: "The network of the active director is set up anew, as a restart of its network service does: its card loses all addresses, and gets its own again.",
        observes:
            "The virtual IP is kept, or another director has it within 3 × advertInt + skew; in the end one has it.",
        async run({ site, traffic, chance }) {
            const ds1 = site.host("ds1");
            await sleep(chance.upTo(1000));
            await ds1.run(
                `ip address flush dev eth0 scope global
                ip address add ${ds1.address}/24 broadcast + dev eth0
                ip address add ${ds1.ipv6}/64 dev eth0 nodad`,
            );
            const at = Date.now();
            await waitUntil("one owner", 15_000, async () => {
                const owners = await site.cluster.owners();
                if (owners.length === 1) return true;
                throw new Error(`owners: ${owners.join()}`);
            });
            await goesOn(traffic, at + takeover);
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking);
            none("connection that stays is lost", seen.long.lost);
        },
    },
    {
        number: 35,
        name: "reboot",
        does: "Every host is rebooted, one after the other, in any order; then all at once.",
        observes:
            "A host comes back with all that it needs, without an up: kernel settings, the virtual IP on lo, adverts and tables. A director's reboot is a gap of at most 3 × advertInt + skew.",
        async run({ site, traffic, chance }) {
            const { cluster } = site;
            const kept = () =>
                Promise.all(
                    cluster.members.map((host) =>
                        host.run(
                            `sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce
                            sysctl net.ipv4.ip_forward
                            sysctl -e net.ipv4.vs.sync_threshold net.ipv4.vs.expire_nodest_conn
                            ip -o -4 address show dev lo | sed 's/valid_lft.*//'`,
                        ),
                    ),
                );
            const before = await kept();
            const order = [...cluster.members];
            while (order.length > 0) {
                const [host] = order.splice(Math.floor(chance.upTo(order.length)), 1);
                await host!.reboot();
                await site.untilHealthy();
            }
            const seen = await traffic.stop();
            mustLast("longest gap", seen.fresh.longestGap, takeover + asking);
            mustBe("settings and addresses", await kept(), before);
            await Promise.all(cluster.members.map((host) => host.reboot()));
            await site.untilHealthy();
            mustBe("settings and addresses", await kept(), before);
            mustBe("answers", new Set(await cluster.bodies(6)).size, 3);
        },
    },
];
