import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "../../lab/run";
import { interleaved, summary } from "../measuring";
import type { ProgramCost } from "./program";

/** Real servers, services, rounds. */
const sizes = [
    [100, 1, 7],
    [400, 1, 5],
    [1000, 1, 3],
    [100, 20, 7],
    [400, 20, 5],
    [1000, 20, 3],
];

/**
 * Measure processor time and memory of a program before anything is sent to a host. Compare a
 * cluster with bare commands that send as many bytes.
 */
export async function benchPrograms(): Promise<void> {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "bench-size-"));
    try {
        for (const [realServers, services, rounds] of sizes) {
            const memory: Record<string, number> = {};
            const contender =
                (name: string, ...size: number[]) =>
                async () => {
                    const command = ["node", "--import", "tsx", path.join(__dirname, "program.ts")];
                    const file = path.join(dir, "sizes.json");
                    const stdout = await run([...command, name, file, ...size.map(String)]);
                    const cost = JSON.parse(stdout) as ProgramCost;
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
    } finally {
        await fs.rm(dir, { recursive: true });
    }
}
