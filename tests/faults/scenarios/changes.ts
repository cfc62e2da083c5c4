import { ports } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { patienceMs, waitUntil } from "../../../lab/lab";
import { type Change, vip } from "../../../lab/article";
import {
    expectTrue,
    expectEqual,
    expectOutput,
    expectNone,
    answeredAfter,
    type Scenario,
    expectNoFailure,
} from "../scenario";
import type { FaultBed } from "../bed";
import type { TrafficEvent } from "../../../lab/traffic/traffic";
import type { RunningUp } from "../../../lab/runningUp";

/**
 * Number of connections that the kernel has counted for a service. It restarts with the service.
 */
async function counted(bed: FaultBed, port: number): Promise<number> {
    const table = await bed.host("ds1").run("ipvsadm -Ln --stats --exact");
    const line = table.split("\n").find((text) => text.includes(` ${vip}:${port} `));
    return Number(line?.trim().split(/\s+/)[2]);
}

/** Number of open line connections to a server in the active director's table. */
async function connectionsTo(bed: FaultBed, { address }: Host): Promise<number> {
    const table = await bed.host("ds1").run("ipvsadm -Ln");
    const line = table.split("\n").find((text) => text.includes(`-> ${address}:${ports.lines} `));
    return Number(line?.trim().split(/\s+/)[4]);
}

const states = (bed: FaultBed) =>
    Promise.all(bed.cluster.directors.map(({ name }) => bed.directorState(name)));

/** A scenario of an up that fails: directors keep their state, and clients notice nothing. */
function refused(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    variants: { change: Change; message: RegExp }[],
    untouched: string[],
): Scenario {
    return {
        ...scenario,
        async run({ bed, traffic }) {
            for (const { change, message } of variants) {
                const before = await states(bed);
                const logins = await bed.cluster.logins();
                expectOutput("up", await bed.failingChange(change), message);
                expectEqual("state of the directors", await states(bed), before);
                const after = await bed.cluster.logins();
                for (const name of untouched) {
                    expectEqual(`logins on ${name}`, after[name], logins[name]);
                }
            }
            expectNoFailure(await traffic.stop());
        },
    };
}

/**
 * Watch the removal of a server until the up ends. Return a moment before the active director set
 * its weight to 0. The server must have the virtual IP while a director sends to it.
 */
async function watchRemoval(bed: FaultBed, server: Host, up: RunningUp): Promise<number> {
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
        expectTrue(
            "a server in a table has the virtual IP",
            hasAddress || rules.flat().length === 0,
            rules,
        );
        if (rules[0]!.some((rule) => rule.trimEnd().endsWith(" -w 0"))) begun ??= before;
        isLeft ||= rules.flat().length === 0;
        before = asked;
        await sleep(50);
    }
    expectTrue("the active director drains the server", begun !== undefined);
    expectTrue("the server is in no table in the end", isLeft);
    return begun!;
}

export const changes: Scenario[] = [
    {
        number: 14,
        name: "drain",
        does: "A real server is drained while every kind of client is connected to it.",
        observes:
            "Nothing fails. From one second after the `up` the server gets no new connection. Its established connections continue. When the clients have closed these, the table shows 0 connections.",
        async run({ bed, traffic, chance }) {
            const number = chance.pick(0, 1, 2);
            const server = bed.cluster.realServers[number]!;
            const { name } = server;
            await bed.change(({ realServers }) => (realServers[number]!.drained = true));
            const drained = Date.now() + 1000;
            await sleep(7000);
            expectEqual("connections of the server", await connectionsTo(bed, server), 1);
            const seen = await traffic.stop();
            expectNoFailure(seen);
            const ofServer = ({ from }: { from?: string }) => from === name.toUpperCase();
            expectNone(
                "new connection to the server",
                answeredAfter(seen.fresh, drained).filter(ofServer),
            );
            // A session lasts four seconds: later answers belong to new connections.
            const lines = answeredAfter(seen.session, drained + 4500).filter(ofServer);
            expectNone("new session with the server", lines);
            expectTrue(
                "the lasting connection continues",
                answeredAfter(seen.long, drained + 4500).some(ofServer),
            );
            await waitUntil(
                "a server without connections",
                patienceMs,
                async () => (await connectionsTo(bed, server)) === 0,
            );
        },
    },
    {
        number: 16,
        name: "scale-in",
        does: "A real server is removed from the plan while every kind of client is connected to it.",
        observes:
            "Nothing fails but the lasting connection to this server. This connection is reset `drainTimeout` seconds after the active director stopped sending new connections to the server. The server keeps the virtual IP until no director sends to it.",
        async run({ bed, traffic, chance }) {
            const number = chance.pick(0, 1, 2);
            const server = bed.cluster.realServers[number]!;
            const name = server.name.toUpperCase();
            const up = await bed.startUp(({ realServers }) => void realServers.splice(number, 1));
            const begun = await watchRemoval(bed, server, up);
            expectEqual("exit status", await up.waitForExit(), 0);
            const gone = Date.now();
            await sleep(2000);
            const seen = await traffic.stop();
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                expectNone("failure", [...kind.failed, ...kind.lost]);
            }
            expectEqual(
                "lost connections",
                seen.long.lost.map(({ from, ended }) => [from, ended]),
                [[name, "ECONNRESET"]],
            );
            const [{ at, ms }] = seen.long.lost as [TrafficEvent];
            expectTrue("not before drainTimeout", at + ms > begun + 10_000, at + ms - begun);
            expectNone(
                "answer of the removed server",
                answeredAfter(seen.fresh, gone).filter(({ from }) => from === name),
            );
        },
    },
    {
        number: 18,
        name: "unrelated-change",
        does: "A service is added that no client uses.",
        observes: "Nothing fails, and the counters of the other services continue.",
        async run({ bed, traffic }) {
            const pid = () => bed.host("ds1").run("systemctl show -p MainPID keepalived");
            const before = await pid();
            await waitUntil("a count", 5000, async () => (await counted(bed, ports.web)) > 20);
            const count = await counted(bed, ports.web);
            await bed.change(({ virtualServers }) =>
                virtualServers.push({ virtualIp: vip, port: 81, realServers: [{ name: "rs1" }] }),
            );
            expectTrue("the counter continues", (await counted(bed, ports.web)) >= count);
            expectEqual("keepalived", await pid(), before);
            expectNoFailure(await traffic.stop());
        },
    },
    {
        number: 18,
        name: "virtual-ip-added",
        does: "A virtual IP is added to a serving virtual router and removed again.",
        observes: "The existing services do not fail, and only the active director sends adverts.",
        async run({ bed, traffic, chance }) {
            const added = "10.128.190.245";
            await sleep(chance.upTo(1000));
            await bed.change(({ virtualServers }) =>
                virtualServers.push({ virtualIp: added, port: ports.web }),
            );
            await waitUntil("an answer of the new virtual IP", patienceMs, async () => {
                const ask = ["curl", "-sS", "--max-time", "2", `http://${added}/`];
                return /^RS[123]/.test((await bed.lab.tryExec(ask)).stdout);
            });
            await bed.change(() => undefined);
            // A director that receives no adverts becomes active after three seconds.
            await sleep(5000);
            const seen = await traffic.stop();
            const active = seen.activeDirectors.map(({ from }) => from);
            expectEqual("active directors", active, [bed.host("ds1").address]);
            expectNoFailure(seen);
        },
    },
    refused(
        {
            number: 19,
            name: "bad-configuration",
            does: "The configuration gets a keyword that keepalived does not know.",
            observes:
                "`up` fails and names the file, the line and the keyword. Both directors keep serving, and nothing connects to the second director.",
        },
        [
            {
                change: ({ vrrpInstances }) => (vrrpInstances[0]!.extraConfig = "no_such_word"),
                message:
                    /ds2: keepalived [\d.]+ refuses the configuration \(status \d\): .*keepalived\.conf: Line \d+\).*no_such_word/,
            },
        ],
        ["ds1", "rs1", "rs2", "rs3"],
    ),
    refused(
        {
            number: 20,
            name: "wrong-network",
            does: "One `up` has a virtual IP of another network, a second one an interface that does not exist.",
            observes: "Each `up` fails before anything changes, and no client notices.",
        },
        [
            {
                change: ({ virtualServers }) =>
                    virtualServers.push({ virtualIp: "192.0.2.99", port: 80 }),
                message: /ds[12]: address: 192\.0\.2\.99 is in no network of eth0/,
            },
            {
                change: ({ vrrpInstances }) => (vrrpInstances[0]!.interface = "eth9"),
                message: /ds[12]: interface: eth9 does not exist\. Use one of: eth0\./,
            },
        ],
        [],
    ),
];
