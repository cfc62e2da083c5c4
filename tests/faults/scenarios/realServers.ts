import { ports, quorumLog } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { spareRealServer } from "../../../lab/article";
import { waitUntil } from "../../../lab/lab";
import {
    answeredAfter,
    failedAfter,
    must,
    mustBe,
    mustLast,
    expectNone,
    othersUnharmed,
    type Scenario,
    type Stage,
} from "../scenario";
import type { FaultBed } from "../bed";

/** Bounds of the checks as they are by default: delayLoop 5, connectTimeout 2, retry 1 after 1 s. */
const refusing = (5 + 1) * 1000;
const silent = (5 + 2 * 2 + 1) * 1000;
/** For whoever asks the director time and again. */
const asking = 2000;

const all = ["rs1", "rs2", "rs3"];

/** Waits until a server is out of the owner's table, and long enough to see what comes after. */
async function ejected(
    { bed, traffic }: Stage,
    name: string,
    port: number,
    bound: number,
): Promise<number> {
    const others = all.filter((other) => other !== name);
    await bed.untilServing("ds1", port, others, bound + asking);
    const out = Date.now();
    await waitUntil("a hundred answers", 15_000, () =>
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
        does: "The services of a real server are killed: their ports refuse connections.",
        observes:
            "It is out after at most delayLoop + retry × delayBeforeRetry; from then on nothing fails.",
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
                Object.values(ports).map((port) => ejected(stage, name, port, refusing)),
            );
            const seen = await traffic.stop();
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                expectNone("failure after the ejection", failedAfter(kind, Math.max(...out)));
            }
            // One that is opened anew before the ejection may be refused: nobody has answered on it.
            const strangers = seen.long.lost.filter(
                ({ from = name.toUpperCase() }) => from !== name.toUpperCase(),
            );
            expectNone("connection to another server is lost", strangers);
        },
    },
    {
        number: 10,
        name: "server-hang",
        does: "The services of a real server stand still: they take connections and never answer.",
        observes:
            "The check that asks for the page takes it out within delayLoop + (retry + 1) × connectTimeout + retry × delayBeforeRetry; the check that only connects is blind to it, as documented.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const name = chance.pick(...all);
            const host = bed.host(name);
            bed.undo(() => host.run("systemctl kill -s CONT apache2 lab-server"));
            await sleep(chance.upTo(5000));
            await host.run("systemctl kill -s STOP apache2 lab-server");
            const out = await ejected(stage, name, ports.web, silent);
            mustBe(
                "servers of the blind check",
                await bed.cluster.servingRealServers("ds1", ports.lines),
                all,
            );
            expectNone(
                "failure after the ejection",
                failedAfter((await traffic.stop()).fresh, out),
            );
        },
    },
    {
        number: 11,
        name: "server-power-off",
        does: "A real server's power is cut.",
        observes:
            "It is out within delayLoop + (retry + 1) × connectTimeout + retry × delayBeforeRetry; from then on nothing fails, and connections to it are ended, not left hanging.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const name = chance.pick(...all);
            await sleep(chance.upTo(5000));
            await bed.host(name).cut();
            const out = await Promise.all(
                Object.values(ports).map((port) => ejected(stage, name, port, silent)),
            );
            await waitUntil("the end of the connection to it", 15_000, () =>
                traffic.soFar().long.lost.some(({ from }) => from === name.toUpperCase()),
            );
            const seen = await traffic.stop();
            const time = Math.max(...out);
            for (const kind of [seen.fresh, seen.session, seen.datagram]) {
                expectNone("failure after the ejection", failedAfter(kind, time));
            }
            mustBe(
                "how connections to it ended",
                [...new Set(seen.long.lost.map(({ from, ended }) => [from, ended].join()))],
                [`${name.toUpperCase()},ECONNRESET`],
            );
        },
    },
    {
        number: 12,
        name: "server-flaps",
        does: "A web server stops and starts again six times, each for some seconds, once for longer than a check may miss.",
        observes:
            "One change of a director's table for each change of the server that its check sees, and no more; keepalived takes less than a tenth of a processor; what goes elsewhere is not touched.",
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
                await sleep(flap === 0 ? refusing + 1000 : 1000 + chance.upTo(3000));
                await host.run("systemctl start apache2");
                await sleep(1000 + chance.upTo(3000));
            }
            const used = ((await ticks()) - spent) * 10;
            mustLast("processor time of keepalived", used, (Date.now() - begin) / 10);
            await bed.untilServing("ds1", ports.web, all, 2 * refusing + asking);
            const log = await ds1.run(`journalctl -q -u keepalived -o cat --since @${since}`);
            const changes = [...log.matchAll(/^.*(Adding|Removing) service .* (?:to|from) VS/gm)];
            const turns = changes.map(([, turn]) => turn);
            must("it is removed and added in turn", turns.length >= 2, log);
            must(
                "at most six times",
                turns.length <= 12 &&
                    turns.every((turn, index) => turn === ["Removing", "Adding"][index % 2]),
                turns,
            );
            const settled = Date.now();
            await sleep(2000);
            const seen = await traffic.stop();
            expectNone("failure after the last start", failedAfter(seen.fresh, settled));
            othersUnharmed(seen);
        },
    },
    {
        number: 13,
        name: "no-server",
        does: "All web servers are killed, and come back.",
        observes:
            "Once they are out, new connections are refused, once a second and client: that is how often the kernel says so. Each director runs quorumDown once and quorumUp once.",
        async run({ bed, traffic, chance }) {
            const { realServers, directors } = bed.cluster;
            const start = () =>
                Promise.all(realServers.map((host) => host.run("systemctl start apache2")));
            bed.undo(start);
            await Promise.all(directors.map((host) => host.run(`: >${quorumLog}`)));
            await sleep(chance.upTo(5000));
            await killWebServers(bed);
            for (const { name } of directors) {
                await bed.untilServing(name, ports.web, [], refusing + asking);
            }
            const out = Date.now();
            await sleep(4000);
            const asked = failedAfter(traffic.soFar().fresh, out);
            const refused = asked.filter(({ error }) => error === "ECONNREFUSED");
            must("new connections are refused", refused.length >= 3, asked);
            await start();
            for (const { name } of directors) {
                await bed.untilServing(name, ports.web, all, 2 * refusing + asking);
            }
            const back = Date.now();
            for (const director of directors) {
                await waitUntil(`what ${director.name} was told`, 5000, async () => {
                    const told = await director.run(`cat ${quorumLog}`);
                    if (told === "down\nup\n") return true;
                    throw new Error(JSON.stringify(told));
                });
            }
            await sleep(1000);
            const seen = await traffic.stop();
            expectNone("failure after they are back", failedAfter(seen.fresh, back));
            othersUnharmed(seen);
        },
    },
    {
        number: 13,
        name: "sorry-server",
        does: "All web servers are killed, where the plan has a sorry server.",
        observes: "Once they are out, the sorry server answers, and nothing fails any more.",
        async run({ bed, traffic, chance }) {
            const { realServers } = bed.cluster;
            await bed.change((config) => {
                const sorry = spareRealServer();
                const pool = config.realServers.map(({ name }) => ({ name }));
                config.realServers.push({ ...sorry, httpd: { page: "SORRY" } });
                for (const service of config.virtualServers) service.realServers = pool;
                config.virtualServers[0]!.sorryServer = { host: sorry.host };
            });
            bed.undo(() =>
                Promise.all(realServers.map((host) => host.run("systemctl start apache2"))),
            );
            await sleep(chance.upTo(5000));
            await killWebServers(bed);
            await bed.untilServing("ds1", ports.web, ["rs4"], refusing + asking);
            const out = Date.now();
            await sleep(2000);
            const seen = await traffic.stop();
            expectNone("failure once they are out", failedAfter(seen.fresh, out));
            const names = new Set(answeredAfter(seen.fresh, out).map(({ from }) => from));
            mustBe("who answers", [...names], ["SORRY"]);
            othersUnharmed(seen);
        },
    },
];
