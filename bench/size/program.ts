import { readFileSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { cluster, commands, type Sizes } from "./contenders";

/** What a program of some size took. */
export interface Taken {
    processorSeconds: number;
    /** The most memory that it had. */
    megabytes: number;
}

/**
 * One program with Pulumi's mocks, in a process of its own: a cluster, or as many commands that are
 * sent as much. What it took is counted from when everything is loaded.
 *
 *     program.ts cluster SIZES REAL-SERVERS SERVICES    writes the file SIZES
 *     program.ts commands SIZES                         reads it
 */
async function main([contender, sizesFile, ...counts]: string[]): Promise<void> {
    // A package is run as JavaScript, and maps no stack to its sources.
    process.setSourceMapsEnabled(false);
    const sizes: Sizes = {};
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => {
                const { stdin } = inputs as { stdin?: string | { value: string } };
                if (stdin) sizes[name] = (typeof stdin === "string" ? stdin : stdin.value).length;
                return { id: name, state: { ...inputs, result: "generate" } as object };
            },
            call: () => ({}),
        },
        "lvs",
        "test",
        false,
    );
    const [realServers, services] = counts.map(Number);
    const program =
        contender === "cluster"
            ? () => cluster(realServers!, services!)
            : () => commands(JSON.parse(readFileSync(sizesFile!, "utf8")) as Sizes);
    const start = process.cpuUsage();
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    await pulumi.runtime.disconnect();
    const { user, system } = process.cpuUsage(start);
    if (contender === "cluster") writeFileSync(sizesFile!, JSON.stringify(sizes));
    const taken: Taken = {
        processorSeconds: (user + system) / 1e6,
        megabytes: process.resourceUsage().maxRSS / 1024,
    };
    console.log(JSON.stringify(taken));
}

void main(process.argv.slice(2));
