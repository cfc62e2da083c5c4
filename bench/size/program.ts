import { readFileSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { cluster, commands, type Sizes } from "./contenders";

/** Cost of a program. */
export interface ProgramCost {
    processorSeconds: number;
    /** Peak memory. */
    megabytes: number;
}

/**
 * Run one program with Pulumi's mocks in a separate process: a cluster, or bare commands that send
 * as many bytes. Loading the modules does not count.
 *
 *     program.ts cluster SIZES REAL-SERVERS SERVICES    writes the file SIZES
 *     program.ts commands SIZES                         reads it
 */
async function main([contender, sizesFile, ...counts]: string[]): Promise<void> {
    // A published package is plain JavaScript without source maps.
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
    const cost: ProgramCost = {
        processorSeconds: (user + system) / 1e6,
        megabytes: process.resourceUsage().maxRSS / 1024,
    };
    console.log(JSON.stringify(cost));
}

void main(process.argv.slice(2));
