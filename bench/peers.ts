import { parseArgs } from "node:util";
import { LabCluster } from "../lab/cluster";
import { clusterPackages } from "../lab/installedDisk";
import { UserError } from "../lab/progress";
import { seed, type Topology, twentyRealServers } from "../lab/topology";
import { ansible, type Config, type Contender, mitogen, pulumi, pyinfra } from "./contenders";
import { interleaved } from "./measuring";
import { bare } from "./peers/bare";
import { proveServing } from "./peers/proof";
import { table, type Taken } from "./peers/table";
import { waits } from "./peers/waits";

const topologies = [seed, twentyRealServers];

/** Modules of Ansible are programs in Python. */
const packages = [...clusterPackages, "python3"];

/**
 * This project beside Ansible, Ansible with Mitogen, and pyinfra: the same hosts, and in the end the
 * same files and services, which is looked at. Each begins with hosts that have the packages and
 * nothing else, then has nothing to do, then a weight to change; all in turn, in each round.
 */
async function main(args: string[]): Promise<void> {
    const { rounds, chosen } = wishes(args);
    const contenders = [pulumi, await ansible(), await mitogen(), await pyinfra()];
    for (const topology of chosen) {
        const cluster = await LabCluster.boot({ topology, packages });
        try {
            cluster.stack.report.forEach((line) => console.log(line));
            await compare(cluster, contenders, rounds);
        } finally {
            await cluster.down();
        }
    }
}

async function compare(cluster: LabCluster, contenders: Contender[], rounds: number) {
    const [base, weighted] = [await configOf(cluster, 1), await configOf(cluster, 3)];
    const rest: Record<string, Taken> = { "nothing changed": {}, "one weight": {} };
    const logins: Record<string, Taken> = { "first up": {}, ...structuredClone(rest) };
    const note = (taken: Record<string, Taken>, what: string, who: string, value: number) =>
        (taken[what]![who] ??= []).push(value);
    const turn = (contender: Contender) => async (): Promise<number> => {
        const { name } = contender;
        const change = async (what: string, to: Config) => {
            const before = await cluster.logins();
            const { seconds, printed, failed } = await contender.change(cluster, to);
            if (failed) throw new Error(`${name}, ${what}:\n${printed}`);
            const after = await cluster.logins();
            note(logins, what, name, sum(after) - sum(before));
            console.log(`${name}, ${what}: ${seconds.toFixed(1)} s`);
            return { seconds, printed };
        };
        await bare(cluster, packages);
        const first = await change("first up", base);
        await proveServing(cluster, base);
        if (contender === pulumi) console.log(await waits(cluster, first.printed));
        note(rest, "nothing changed", name, (await change("nothing changed", base)).seconds);
        note(rest, "one weight", name, (await change("one weight", weighted)).seconds);
        await proveServing(cluster, weighted);
        return first.seconds;
    };
    const turns = contenders.map((contender) => [contender.name, turn(contender)] as const);
    const first = await interleaved(Object.fromEntries(turns), rounds);
    const { directors, lab } = cluster;
    const realServers = lab.hosts.length - directors.length;
    console.log(`\n${directors.length} directors, ${realServers} real servers, ${rounds} rounds`);
    console.log(table({ "first up": first, ...rest }, logins, pulumi.name));
}

/** Every host of the lab in its part, with a weight of the first real server. */
async function configOf(cluster: LabCluster, weight: number): Promise<Config> {
    const names = cluster.lab.hosts.map(({ name }) => name).filter((name) => /^rs/.test(name));
    return cluster.config((config) => {
        config.authPass = "first1";
        config.realServers = cluster.webServerArgs(...names);
        config.realServers[0]!.weight = weight;
    });
}

function sum(counts: Record<string, number>): number {
    return Object.values(counts).reduce((all, one) => all + one, 0);
}

function wishes(args: string[]): { rounds: number; chosen: Topology[] } {
    const { values, positionals } = parseArgs({
        args,
        options: { rounds: { type: "string", default: "5" } },
        allowPositionals: true,
    });
    const names = topologies.map(({ name }) => name);
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined) {
        throw new UserError(`There is no topology ${unknown} here: take ${names.join(" or ")}.`);
    }
    const rounds = Number(values.rounds);
    if (!(rounds >= 1)) throw new UserError(`--rounds ${values.rounds} is no number of rounds.`);
    const isChosen = ({ name }: Topology) => positionals.length === 0 || positionals.includes(name);
    return { rounds, chosen: topologies.filter(isChosen) };
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
});
