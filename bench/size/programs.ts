import * as path from "node:path";
import { run } from "../../lab/run";
import { interleaved, line } from "../measuring";
import type { Taken } from "./program";

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
 * What a program costs before anything is sent to a host: processor time and memory of a cluster beside
 * those of as many bare commands that are sent as much.
 */
export async function benchPrograms(dir: string): Promise<void> {
    const file = path.join(dir, "sizes.json");
    for (const [realServers, services, rounds] of sizes) {
        const memory: Record<string, number> = {};
        const contender =
            (name: string, ...counts: number[]) =>
            async () => {
                const taken = await program(name, file, ...counts);
                memory[name] = Math.max(memory[name] ?? 0, taken.megabytes);
                return taken.processorSeconds;
            };
        const cluster = contender("cluster", realServers!, services!);
        // It also says what the commands are to be sent.
        await cluster();
        const taken = await interleaved({ commands: contender("commands"), cluster }, rounds!);
        console.log(`\n${realServers} real servers, ${services} services`);
        for (const [name, samples] of Object.entries(taken)) {
            const text = line(name, samples, "s of a processor", taken["commands"]);
            console.log(`  ${text}, at most ${memory[name]!.toFixed(0)} MB`);
        }
    }
}

/** Runs `program.ts`. */
export async function program(name: string, file: string, ...counts: number[]): Promise<Taken> {
    const command = ["node", "--import", "tsx", path.join(__dirname, "program.ts"), name, file];
    return JSON.parse(await run([...command, ...counts.map(String)])) as Taken;
}
