import * as path from "node:path";
import { run } from "../../lab/run";
import { interleaved, summary } from "../measuring";
import type { ProgramCost } from "./program";

/** Real servers, services, rounds. */
const sizes = [
    [100, 1, 5],
    [400, 1, 3],
    [1000, 1, 2],
    [100, 20, 5],
    [400, 20, 3],
    [1000, 20, 2],
];

/**
 * Measure processor time and memory of a program before anything is sent to a host. Compare a
 * cluster with bare commands that send as many bytes.
 */
export async function benchPrograms(dir: string): Promise<void> {
    const file = path.join(dir, "sizes.json");
    for (const [realServers, services, rounds] of sizes) {
        const memory: Record<string, number> = {};
        const contender =
            (name: string, ...counts: number[]) =>
            async () => {
                const cost = await program(name, file, ...counts);
                memory[name] = Math.max(memory[name] ?? 0, cost.megabytes);
                return cost.processorSeconds;
            };
        const cluster = contender("cluster", realServers!, services!);
        // This run writes the sizes for the commands.
        await cluster();
        const costs = await interleaved({ commands: contender("commands"), cluster }, rounds!);
        console.log(`\n${realServers} real servers, ${services} services`);
        for (const [name, samples] of Object.entries(costs)) {
            const text = summary(name, samples, "s of a processor", costs["commands"]);
            console.log(`  ${text}, at most ${memory[name]!.toFixed(0)} MB`);
        }
    }
}

/** Run `program.ts`. Return its cost. */
export async function program(
    name: string,
    file: string,
    ...counts: number[]
): Promise<ProgramCost> {
    const command = ["node", "--import", "tsx", path.join(__dirname, "program.ts"), name, file];
    return JSON.parse(await run([...command, ...counts.map(String)])) as ProgramCost;
}
