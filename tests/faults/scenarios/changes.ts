import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../lab/lab";
import { type Change, vip } from "../../e2e/support/cluster";
import {
    type Chance,
    must,
    mustBe,
    mustSay,
    none,
    answeredAfter,
    type Scenario,
    unharmed,
} from "../scenario";
import { ports, type Site } from "../site";

/** Connections that a service of a director has had: the kernel counts up as long as it has it. */
async function counted(site: Site, port: number): Promise<number> {
    const table = await site.host("ds1").run("ipvsadm -Ln --stats --exact");
    const line = table.split("\n").find((text) => text.includes(` ${vip}:${port} `));
    return Number(line?.trim().split(/\s+/)[2]);
}

const states = (site: Site) =>
    Promise.all(site.cluster.directors.map(({ name }) => site.directorState(name)));

/** An up that is refused, on which directors stay as they were and clients notice nothing. */
function refused(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    choose: (chance: Chance) => { change: Change; says: RegExp },
    untouched: string[],
): Scenario {
    return {
        ...scenario,
        async run({ site, traffic, chance }) {
            const { change, says } = choose(chance);
            const before = await states(site);
            const logins = await site.cluster.logins();
            mustSay("up", await site.failingChange(change), says);
            mustBe("state of the directors", await states(site), before);
            const after = await site.cluster.logins();
            for (const name of untouched) mustBe(`logins on ${name}`, after[name], logins[name]);
            unharmed(await traffic.stop());
        },
    };
}

export const changes: Scenario[] = [
    {
        number: 14,
        name: "drain",
        does: "A real server is drained, while every kind of client is connected to it.",
        observes:
            "Nothing fails; a second after the up it gets no new connection; what it has goes on until it ends, and then it has none.",
        async run({ site, traffic, chance }) {
            const number = Math.floor(chance.upTo(3));
            const { name, address } = site.cluster.realServers[number]!;
            await site.change(({ realServers }) => (realServers[number]!.drained = true));
            const drained = Date.now() + 1000;
            await sleep(7000);
            const seen = await traffic.stop();
            unharmed(seen);
            const itself = ({ from }: { from?: string }) => from === name.toUpperCase();
            none("new connection to it", answeredAfter(seen.fresh, drained).filter(itself));
            // A connection of four seconds that it answers is younger than the drain.
            const lines = answeredAfter(seen.session, drained + 4500).filter(itself);
            none("new connection to it that lasts", lines);
            must(
                "the connection that stays goes on",
                answeredAfter(seen.long, drained + 4500).some(itself),
            );
            await waitUntil("a server without connections", 20_000, async () => {
                const table = await site.host("ds1").run("ipvsadm -Ln");
                const line = table
                    .split("\n")
                    .find((text) => text.includes(`-> ${address}:${ports.lines} `));
                return line?.trim().split(/\s+/)[4] === "0";
            });
        },
    },
    {
        number: 16,
        name: "scale-in",
        does: "A real server leaves the plan, while every kind of client is connected to it.",
        observes:
            "Nothing fails, connections of some seconds among it; one that stays is ended, at the earliest after drainTimeout.",
        async run({ site, traffic, chance }) {
            const number = Math.floor(chance.upTo(3));
            const name = site.cluster.realServers[number]!.name.toUpperCase();
            const began = Date.now();
            await site.change(({ realServers }) => void realServers.splice(number, 1));
            await sleep(2000);
            const seen = await traffic.stop();
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                none("failure", [...kind.failed, ...kind.lost]);
            }
            for (const lost of seen.long.lost) {
                mustBe("whose connection is lost", lost.from, name);
                must("not before drainTimeout", lost.at + lost.ms > began + 10_000, lost);
            }
            none(
                "answer of it",
                answeredAfter(seen.fresh, Date.now() - 2000).filter(({ from }) => from === name),
            );
        },
    },
    {
        number: 18,
        name: "unrelated-change",
        does: "A service is added beside those that clients use.",
        observes: "Nothing fails, and the counters of the other services go on.",
        async run({ site, traffic }) {
            const pid = () => site.host("ds1").run("systemctl show -p MainPID keepalived");
            const before = await pid();
            await waitUntil("a count", 5000, async () => (await counted(site, ports.web)) > 20);
            const count = await counted(site, ports.web);
            await site.change(({ virtualServers }) =>
                virtualServers.push({ virtualIp: vip, port: 81, realServers: [{ name: "rs1" }] }),
            );
            must("the counter goes on", (await counted(site, ports.web)) >= count);
            mustBe("keepalived", await pid(), before);
            unharmed(await traffic.stop());
        },
    },
    refused(
        {
            number: 19,
            name: "bad-configuration",
            does: "The configuration gets a word that keepalived does not know.",
            observes:
                "up fails with file, line and word; both directors serve as before, and the second one is not connected to.",
        },
        () => ({
            change: ({ vrrpInstances }) => (vrrpInstances[0]!.extraConfig = "no_such_word"),
            says: /ds2: keepalived [\d.]+ refuses the configuration \(status \d\): .*keepalived\.conf: Line \d+\).*no_such_word/,
        }),
        ["ds1", "rs1", "rs2", "rs3"],
    ),
    refused(
        {
            number: 20,
            name: "wrong-network",
            does: "The plan gets a virtual IP of another network, or another time an interface that is not there.",
            observes: "up fails before anything changes; traffic is intact.",
        },
        (chance) =>
            chance.pick(
                {
                    change: ({ virtualServers }) =>
                        virtualServers.push({ virtualIp: "192.0.2.99", port: 80 }),
                    says: /ds[12]: address: 192\.0\.2\.99 is in no network of eth0/,
                },
                {
                    change: ({ vrrpInstances }) => (vrrpInstances[0]!.interface = "eth9"),
                    says: /ds[12]: interface: there is no eth9, only eth0/,
                },
            ),
        [],
    ),
];
