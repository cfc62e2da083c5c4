import { ports, quorumLog } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { spareRealServer } from "../../../lab/article";
import { patienceMs, waitUntil } from "../../../lab/lab";
import {
    answeredAfter,
    failedAfter,
    expectTrue,
    expectEqual,
    expectWithin,
    expectNone,
    expectNoOtherFailure,
    type Scenario,
    type ScenarioContext,
} from "../scenario";
import type { FaultBed } from "../bed";

/** Bounds with the defaults: delayLoop 5, connectTimeout 2, one retry after 1 s. */
const refusalMs = (5 + 1) * 1000;
const silenceMs = (5 + 2 * 2 + 1) * 1000;

const all = ["rs1", "rs2", "rs3"];

/**
 * Wait until a server is out of the active director's table and a hundred more requests are
 * answered.
 */
async function untilRemoved(
    { bed, traffic }: ScenarioContext,
    name: string,
    port: number,
    bound: number,
): Promise<number> {
    const others = all.filter((other) => other !== name);
    await bed.untilServing("ds1", port, others, bound);
    const out = Date.now();
    await waitUntil("a hundred answers", patienceMs, () =>
        Boolean(answeredAfter(traffic.soFar().fresh, out)[99]),
    );
    return out;
}

async function killWebServers({ cluster }: FaultBed): Promise<void> {
    const kill = "systemctl kill -s KILL apache2; systemctl stop apache2";
    await Promise.all(cluster.realServers.map((host) => host.run(kill)));
}

export const realServers: Scenario[] = [
    {
        number: 9,
        name: "server-crash",
        does: "The services of a real server are killed, so its ports refuse connections.",
        observes:
            "The directors remove the server within delayLoop + retry × delayBeforeRetry. From then on nothing fails.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const name = chance.pick(...all);
            const host = bed.host(name);
            bed.undo(() => host.run("systemctl start apache2 lab-server"));
            await sleep(chance.upTo(5000));
            await host.run(
                "systemctl kill -s KILL apache2 lab-server; systemctl stop apache2 lab-server",
            );
            const out = await Promise.all(
                Object.values(ports).map((port) => untilRemoved(stage, name, port, refusalMs)),
            );
            const seen = await traffic.stop();
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                expectNone("failure after the removal", failedAfter(kind, Math.max(...out)));
            }
            // A connection reopened before the removal may be refused: it never had an answer.
            const others = seen.long.lost.filter(
                ({ from = name.toUpperCase() }) => from !== name.toUpperCase(),
            );
            expectNone("connection to another server is lost", others);
        },
    },
    {
        number: 10,
        name: "server-hang",
        does: "The services of a real server are frozen: they accept connections and never answer.",
        observes:
            "A check that requests a page removes the server within delayLoop + (retry + 1) × connectTimeout + retry × delayBeforeRetry. A TCP check keeps the server, because this check only connects.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const name = chance.pick(...all);
            const host = bed.host(name);
            bed.undo(() => host.run("systemctl kill -s CONT apache2 lab-server"));
            await sleep(chance.upTo(5000));
            await host.run("systemctl kill -s STOP apache2 lab-server");
            const out = await untilRemoved(stage, name, ports.web, silenceMs);
            expectEqual(
                "servers of the check that only connects",
                await bed.cluster.servingRealServers("ds1", ports.lines),
                all,
            );
            expectNone("failure after the removal", failedAfter((await traffic.stop()).fresh, out));
        },
    },
    {
        number: 11,
        name: "server-power-off",
        does: "The power of a real server is cut.",
        observes:
            "The directors remove the server within delayLoop + (retry + 1) × connectTimeout + retry × delayBeforeRetry. From then on nothing fails, and connections to the server are reset and do not hang.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const name = chance.pick(...all);
            await sleep(chance.upTo(5000));
            await bed.host(name).cut();
            const out = await Promise.all(
                Object.values(ports).map((port) => untilRemoved(stage, name, port, silenceMs)),
            );
            await waitUntil("the end of the connection to the server", patienceMs, () =>
                traffic.soFar().long.lost.some(({ from }) => from === name.toUpperCase()),
            );
            const seen = await traffic.stop();
            const time = Math.max(...out);
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                expectNone("failure after the removal", failedAfter(kind, time));
            }
            expectEqual(
                "ends of connections to the server",
                [...new Set(seen.long.lost.map(({ from, ended }) => [from, ended].join()))],
                [`${name.toUpperCase()},ECONNRESET`],
            );
        },
    },
    {
        number: 12,
        name: "server-flaps",
        does: "A web server stops and starts six times. Each stop lasts for some seconds. One stop is long enough for the check to fail.",
        observes:
            "A director changes its IPVS table only when the result of its check changes. keepalived uses less than a tenth of a processor. Connections to other servers do not fail.",
        async run({ bed, traffic, chance }) {
            const name = chance.pick(...all);
            const host = bed.host(name);
            const ds1 = bed.host("ds1");
            bed.undo(() => host.run("systemctl start apache2"));
            const ticks = async () =>
                Number(
                    await ds1.run(
                        "for p in $(pidof keepalived); do cut -d' ' -f14,15 /proc/$p/stat; done | tr ' ' '\\n' | paste -sd+ | sed 's/$/+0/' | { read -r sum; echo $((sum)); }",
                    ),
                );
            const since = (await ds1.run("date +%s")).trim();
            const [begin, spent] = [Date.now(), await ticks()];
            for (let flap = 0; flap < 6; flap++) {
                await host.run("systemctl stop apache2");
                await sleep(flap === 0 ? refusalMs + 1000 : 1000 + chance.upTo(3000));
                await host.run("systemctl start apache2");
                await sleep(1000 + chance.upTo(3000));
            }
            const used = ((await ticks()) - spent) * 10;
            expectWithin("processor time of keepalived", used, (Date.now() - begin) / 10);
            await bed.untilServing("ds1", ports.web, all, 2 * refusalMs);
            const log = await ds1.run(`journalctl -q -u keepalived -o cat --since @${since}`);
            const changes = [...log.matchAll(/^.*(Adding|Removing) service .* (?:to|from) VS/gm)];
            const actions = changes.map(([, action]) => action);
            expectTrue("the server is removed and added", actions.length >= 2, log);
            expectTrue(
                "at most six times",
                actions.length <= 12 &&
                    actions.every((action, index) => action === ["Removing", "Adding"][index % 2]),
                actions,
            );
            const settled = Date.now();
            await sleep(2000);
            const seen = await traffic.stop();
            expectNone("failure after the last start", failedAfter(seen.fresh, settled));
            expectNoOtherFailure(seen);
        },
    },
    {
        number: 13,
        name: "no-server",
        does: "All web servers are killed and started again.",
        observes:
            "When the directors have removed all servers, the kernel refuses new connections. It sends one refusal per second to each client. Each director runs `quorumDown` once and `quorumUp` once.",
        async run({ bed, traffic, chance }) {
            const { realServers, directors } = bed.cluster;
            const start = () =>
                Promise.all(realServers.map((host) => host.run("systemctl start apache2")));
            bed.undo(start);
            await Promise.all(directors.map((host) => host.run(`: >${quorumLog}`)));
            await sleep(chance.upTo(5000));
            await killWebServers(bed);
            for (const { name } of directors) {
                await bed.untilServing(name, ports.web, [], refusalMs);
            }
            const out = Date.now();
            await sleep(4000);
            const failed = failedAfter(traffic.soFar().fresh, out);
            const refused = failed.filter(({ error }) => error === "ECONNREFUSED");
            expectTrue("new connections are refused", refused.length >= 3, failed);
            await start();
            for (const { name } of directors) {
                await bed.untilServing(name, ports.web, all, 2 * refusalMs);
            }
            const back = Date.now();
            for (const director of directors) {
                await waitUntil(
                    `calls of quorumDown and quorumUp on ${director.name}`,
                    5000,
                    async () => {
                        const calls = await director.run(`cat ${quorumLog}`);
                        if (calls === "down\nup\n") return true;
                        throw new Error(JSON.stringify(calls));
                    },
                );
            }
            await sleep(1000);
            const seen = await traffic.stop();
            expectNone("failure after the servers are back", failedAfter(seen.fresh, back));
            expectNoOtherFailure(seen);
        },
    },
    {
        number: 13,
        name: "sorry-server",
        does: "All web servers are killed. The plan has a sorry server.",
        observes:
            "When the directors have removed all servers, the sorry server answers, and nothing fails any more.",
        async run({ bed, traffic, chance }) {
            const { realServers } = bed.cluster;
            await bed.change((config) => {
                const sorry = spareRealServer();
                const pool = config.realServers.map(({ name }) => ({ name }));
                config.realServers.push({ ...sorry, demoPage: "SORRY" });
                for (const service of config.virtualServers) service.realServers = pool;
                config.virtualServers[0]!.sorryServer = { host: sorry.host };
            });
            bed.undo(() =>
                Promise.all(realServers.map((host) => host.run("systemctl start apache2"))),
            );
            await sleep(chance.upTo(5000));
            await killWebServers(bed);
            await bed.untilServing("ds1", ports.web, ["rs4"], refusalMs);
            const out = Date.now();
            await sleep(2000);
            const seen = await traffic.stop();
            expectNone("failure once all servers are out", failedAfter(seen.fresh, out));
            const names = new Set(answeredAfter(seen.fresh, out).map(({ from }) => from));
            expectEqual("answering servers", [...names], ["SORRY"]);
            expectNoOtherFailure(seen);
        },
    },
];
