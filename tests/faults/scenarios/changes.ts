import { ports } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { waitUntil } from "../../../lab/lab";
import { type Change, vip } from "../../../lab/article";
import {
    must,
    mustBe,
    expectOutput,
    expectNone,
    answeredAfter,
    type Scenario,
    unharmed,
} from "../scenario";
import type { FaultBed } from "../bed";
import type { Event } from "../../../lab/traffic/traffic";
import type { RunningUp } from "../../../lab/runningUp";

/** Connections that a service of a director has had: the kernel counts up as long as it has it. */
async function counted(bed: FaultBed, port: number): Promise<number> {
    const table = await bed.host("ds1").run("ipvsadm -Ln --stats --exact");
    const line = table.split("\n").find((text) => text.includes(` ${vip}:${port} `));
    return Number(line?.trim().split(/\s+/)[2]);
}

/** Connections with lines that the owner knows a server to have, of those that are open. */
async function connectionsTo(bed: FaultBed, { address }: Host): Promise<number> {
    const table = await bed.host("ds1").run("ipvsadm -Ln");
    const line = table.split("\n").find((text) => text.includes(`-> ${address}:${ports.lines} `));
    return Number(line?.trim().split(/\s+/)[4]);
}

const states = (bed: FaultBed) =>
    Promise.all(bed.cluster.directors.map(({ name }) => bed.directorState(name)));

/** An up that is refused, on which directors stay as they were and clients notice nothing. */
function refused(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    variants: { change: Change; says: RegExp }[],
    untouched: string[],
): Scenario {
    return {
        ...scenario,
        async run({ bed, traffic }) {
            for (const { change, says } of variants) {
                const before = await states(bed);
                const logins = await bed.cluster.logins();
                expectOutput("up", await bed.failingChange(change), says);
                mustBe("state of the directors", await states(bed), before);
                const after = await bed.cluster.logins();
                for (const name of untouched) {
                    mustBe(`logins on ${name}`, after[name], logins[name]);
                }
            }
            unharmed(await traffic.stop());
        },
    };
}

/**
 * Follows how a server leaves, until the up has ended: a moment before the owner gave it no more
 * connections. As long as a director sends to it, it must have the virtual IP.
 */
async function drainOf(bed: FaultBed, server: Host, up: RunningUp): Promise<number> {
    let before = Date.now();
    let begun: number | undefined;
    let isLeft = false;
    while (up.isRunning) {
        const asked = Date.now();
        const hasAddress = (await server.run("ip -o -4 address show dev lo")).includes(vip);
        const tables = await Promise.all(
            bed.cluster.directors.map((director) => director.run("ipvsadm -Sn")),
        );
        const rules = tables.map((table) =>
            table.split("\n").filter((rule) => rule.includes(` -r ${server.address}:`)),
        );
        must("who is sent to has the virtual IP", hasAddress || rules.flat().length === 0, rules);
        if (rules[0]!.some((rule) => rule.trimEnd().endsWith(" -w 0"))) begun ??= before;
        isLeft ||= rules.flat().length === 0;
        before = asked;
        await sleep(50);
    }
    must("the owner drains the server", begun !== undefined);
    must("the server is in no table in the end", isLeft);
    return begun!;
}

export const changes: Scenario[] = [
    {
        number: 14,
        name: "drain",
        does: "A real server is drained, while every kind of client is connected to it.",
        observes:
            "Nothing fails; a second after the up it gets no new connection; what it has goes on until it ends, and then it has none.",
        async run({ bed, traffic, chance }) {
            const number = chance.pick(0, 1, 2);
            const server = bed.cluster.realServers[number]!;
            const { name } = server;
            await bed.change(({ realServers }) => (realServers[number]!.drained = true));
            const drained = Date.now() + 1000;
            await sleep(7000);
            mustBe("connections that it has", await connectionsTo(bed, server), 1);
            const seen = await traffic.stop();
            unharmed(seen);
            const itself = ({ from }: { from?: string }) => from === name.toUpperCase();
            expectNone("new connection to it", answeredAfter(seen.fresh, drained).filter(itself));
            // A connection of four seconds that it answers is younger than the drain.
            const lines = answeredAfter(seen.session, drained + 4500).filter(itself);
            expectNone("new connection to it that lasts", lines);
            must(
                "the connection that stays goes on",
                answeredAfter(seen.long, drained + 4500).some(itself),
            );
            await waitUntil(
                "a server without connections",
                20_000,
                async () => (await connectionsTo(bed, server)) === 0,
            );
        },
    },
    {
        number: 16,
        name: "scale-in",
        does: "A real server leaves the plan, while every kind of client is connected to it.",
        observes:
            "Nothing fails, connections of some seconds among it; one that stays is ended, drainTimeout after the owner of the virtual IP gives the server no more connections; the server loses the virtual IP when no director sends to it any more.",
        async run({ bed, traffic, chance }) {
            const number = chance.pick(0, 1, 2);
            const server = bed.cluster.realServers[number]!;
            const name = server.name.toUpperCase();
            const up = await bed.startUp(({ realServers }) => void realServers.splice(number, 1));
            const begun = await drainOf(bed, server, up);
            mustBe("exit status", await up.end(), 0);
            const gone = Date.now();
            await sleep(2000);
            const seen = await traffic.stop();
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                expectNone("failure", [...kind.failed, ...kind.lost]);
            }
            mustBe(
                "connections that are lost",
                seen.long.lost.map(({ from, ended }) => [from, ended]),
                [[name, "ECONNRESET"]],
            );
            const [{ at, ms }] = seen.long.lost as [Event];
            must("not before drainTimeout", at + ms > begun + 10_000, at + ms - begun);
            expectNone(
                "answer of it",
                answeredAfter(seen.fresh, gone).filter(({ from }) => from === name),
            );
        },
    },
    {
        number: 18,
        name: "unrelated-change",
        does: "A service is added beside those that clients use.",
        observes: "Nothing fails, and the counters of the other services go on.",
        async run({ bed, traffic }) {
            const pid = () => bed.host("ds1").run("systemctl show -p MainPID keepalived");
            const before = await pid();
            await waitUntil("a count", 5000, async () => (await counted(bed, ports.web)) > 20);
            const count = await counted(bed, ports.web);
            await bed.change(({ virtualServers }) =>
                virtualServers.push({ virtualIp: vip, port: 81, realServers: [{ name: "rs1" }] }),
            );
            must("the counter goes on", (await counted(bed, ports.web)) >= count);
            mustBe("keepalived", await pid(), before);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 18,
        name: "virtual-ip-added",
        does: "A virtual IP is added to a virtual router that serves, and removed again.",
        observes:
            "Nothing fails on the services that were there, and nobody but the owner says at any time that he owns them.",
        async run({ bed, traffic, chance }) {
            const added = "10.128.190.245";
            await sleep(chance.upTo(1000));
            await bed.change(({ virtualServers }) =>
                virtualServers.push({ virtualIp: added, port: ports.web }),
            );
            await waitUntil("an answer of the new one", 10_000, async () => {
                const ask = ["curl", "-sS", "--max-time", "2", `http://${added}/`];
                return /^RS[123]/.test((await bed.lab.tryExec(ask)).stdout);
            });
            await bed.change(() => undefined);
            // Who hears nobody becomes an owner after three seconds.
            await sleep(5000);
            const seen = await traffic.stop();
            const owners = seen.owners.map(({ from }) => from);
            mustBe("owners", owners, [bed.host("ds1").address]);
            unharmed(seen);
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
        [
            {
                change: ({ vrrpInstances }) => (vrrpInstances[0]!.extraConfig = "no_such_word"),
                says: /ds2: keepalived [\d.]+ refuses the configuration \(status \d\): .*keepalived\.conf: Line \d+\).*no_such_word/,
            },
        ],
        ["ds1", "rs1", "rs2", "rs3"],
    ),
    refused(
        {
            number: 20,
            name: "wrong-network",
            does: "The plan gets a virtual IP of another network, and another time an interface that is not there.",
            observes: "up fails before anything changes; traffic is intact.",
        },
        [
            {
                change: ({ virtualServers }) =>
                    virtualServers.push({ virtualIp: "192.0.2.99", port: 80 }),
                says: /ds[12]: address: 192\.0\.2\.99 is in no network of eth0/,
            },
            {
                change: ({ vrrpInstances }) => (vrrpInstances[0]!.interface = "eth9"),
                says: /ds[12]: interface: eth9 does not exist\. Use one of: eth0\./,
            },
        ],
        [],
    ),
];
