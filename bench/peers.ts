import { parseArgs } from "node:util";
import { LabCluster } from "../lab/cluster";
import { clusterPackages } from "../lab/installedDisk";
import { UserError } from "../lab/progress";
import { seed, type Topology, twentyRealServers } from "../lab/topology";
import { wholeNumber } from "../lab/wholeNumber";
import { ansible, type Config, type Contender, mitogen, pulumi, pyinfra } from "./contenders";
import { interleaved } from "./measuring";
import { resetHosts } from "./peers/bare";
import { expectServing } from "./peers/proof";
import { table, type Measurements } from "./peers/table";
import { durations } from "./peers/waits";

const topologies = [seed, twentyRealServers];

/** Ansible's modules are Python programs. */
const packages = [...clusterPackages, "python3"];

/**
 * Compare this project with Ansible, Ansible with Mitogen, and pyinfra. Hosts, final files and
 * services are the same, which is checked. Each round has three changes: a first deployment to
 * hosts with packages only, no change, and a new weight.
 */
async function main(args: string[]): Promise<void> {
    const { rounds, chosen } = parseOptions(args);
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
    const rest: Record<string, Measurements> = { "nothing changed": {}, "one weight": {} };
    const logins: Record<string, Measurements> = { "first up": {}, ...structuredClone(rest) };
    const record = (
        measurements: Record<string, Measurements>,
        measure: string,
        contender: string,
        value: number,
    ) => (measurements[measure]![contender] ??= []).push(value);
    const round = (contender: Contender) => async (): Promise<number> => {
        const { name } = contender;
        const change = async (measure: string, to: Config) => {
            const before = await cluster.logins();
            const { seconds, output: printed, failed } = await contender.change(cluster, to);
            if (failed) throw new Error(`${name}, ${measure}:\n${printed}`);
            const after = await cluster.logins();
            record(logins, measure, name, sum(after) - sum(before));
            console.log(`${name}, ${measure}: ${seconds.toFixed(1)} s`);
            return { seconds, printed };
        };
        await resetHosts(cluster, packages);
        const first = await change("first up", base);
        await expectServing(cluster, base);
        if (contender === pulumi) console.log(await durations(cluster, first.printed));
        record(rest, "nothing changed", name, (await change("nothing changed", base)).seconds);
        record(rest, "one weight", name, (await change("one weight", weighted)).seconds);
        await expectServing(cluster, weighted);
        return first.seconds;
    };
    const runs = contenders.map((contender) => [contender.name, round(contender)] as const);
    const first = await interleaved(Object.fromEntries(runs), rounds);
    const { directors, lab } = cluster;
    const realServers = lab.hosts.length - directors.length;
    console.log(`\n${directors.length} directors, ${realServers} real servers, ${rounds} rounds`);
    console.log(table({ "first up": first, ...rest }, logins, pulumi.name));
}

/** The configuration with every host of the lab and a weight of the first real server. */
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

function parseOptions(args: string[]): { rounds: number; chosen: Topology[] } {
    const { values, positionals } = parseArgs({
        args,
        options: { rounds: { type: "string", default: "5" } },
        allowPositionals: true,
    });
    const names = topologies.map(({ name }) => name);
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined) {
        throw new UserError(
            `"${unknown}" is no topology of this benchmark. Use ${names.join(" or ")}.`,
        );
    }
    const rounds = wholeNumber("--rounds", values.rounds);
    const isChosen = ({ name }: Topology) => positionals.length === 0 || positionals.includes(name);
    return { rounds, chosen: topologies.filter(isChosen) };
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
});
