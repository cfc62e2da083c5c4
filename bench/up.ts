import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { bundle } from "../host/bundle";
import { installedDisk } from "../lab/installedDisk";
import { Lab } from "../lab/lab";
import { LabStack, seedConfig, type StackConfig } from "../lab/stack";
import { seed } from "../lab/topology";
import type { Cluster } from "../lvs/model";
import { planDirector } from "../lvs/plan";
import { directorFiles } from "../lvs/render";

/**
 * How long `pulumi up` takes beside what it cannot go below, on the article's cluster: the engine
 * with a program that does nothing, and the same bytes sent over plain ssh. All in turn, in each
 * round, since the machine's speed drifts.
 */
async function main(rounds: number): Promise<void> {
    const lab = await Lab.up(seed, { disk: () => installedDisk() });
    try {
        const stack = await LabStack.create(lab);
        stack.report.forEach((line) => console.log(line));
        const first = await seconds(() => stack.up());
        console.log(`first up, packages present: ${first.toFixed(1)} s`);

        const empty = await emptyProject();
        const times: Record<string, number[]> = {};
        const measure = async (what: string, work: () => Promise<unknown>) =>
            (times[what] ??= []).push(await seconds(work));
        for (let round = 0; round < rounds; round++) {
            await measure("engine alone", () => stack.upOf(empty));
            await measure("up, nothing changed", () => stack.up());
            const config = await weighted(round + 2);
            await stack.configure(config);
            await measure("up, a weight changed (2 hosts)", () => stack.up());
            // The hosts are in the plan's state now, so the other way of doing it changes it back.
            await measure("the same by ssh alone", () => bySsh(lab, round + 102));
            await bySsh(lab, round + 2);
        }
        await fs.rm(empty, { recursive: true });

        for (const [what, samples] of Object.entries(times)) {
            const sorted = samples.sort((a, b) => a - b);
            const ratio = median(sorted) / median(times["engine alone"]!);
            console.log(
                `${what.padEnd(32)} median ${median(sorted).toFixed(2)} s` +
                    ` (${sorted[0]!.toFixed(2)}–${sorted.at(-1)!.toFixed(2)}), ` +
                    `${ratio.toFixed(2)} × the engine alone`,
            );
        }
    } finally {
        await lab.down();
    }
}

/** The second director first, as the components do it. */
async function bySsh(lab: Lab, weight: number): Promise<void> {
    const cluster = (await weighted(weight)) as unknown as Cluster;
    for (const name of ["ds2", "ds1"]) {
        const stdin = bundle("director", directorFiles(planDirector(cluster, name)));
        const login = ["ssh", "-F", path.join(lab.dir, "ssh_config"), "-S", "none", name];
        await lab.exec([...login, "sh -s apply"], { stdin });
    }
}

async function weighted(weight: number): Promise<StackConfig> {
    const config = await seedConfig();
    config.realServers![0]!.weight = weight;
    return config;
}

async function emptyProject(): Promise<string> {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "empty-"));
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: empty\nruntime: nodejs\n");
    await fs.writeFile(path.join(dir, "package.json"), '{ "main": "index.ts" }');
    await fs.writeFile(path.join(dir, "index.ts"), "export const nothing = 0;\n");
    const modules = path.join(__dirname, "..", "node_modules");
    await fs.symlink(modules, path.join(dir, "node_modules"));
    await fs.writeFile(path.join(dir, "tsconfig.json"), '{ "compilerOptions": {} }');
    return dir;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
}

function median(sorted: number[]): number {
    return sorted[Math.floor(sorted.length / 2)]!;
}

void main(Number(process.argv[2] ?? 7));
