import { readFileSync, writeFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "../../components";
import { clusterOf } from "./cluster";

/** Cost of a program. */
export interface ProgramCost {
    processorSeconds: number;
    /** Peak memory. */
    megabytes: number;
    resources: number;
}

/** Number of characters that each command sends, by name. */
type Sizes = Record<string, number>;

/**
 * Run one program with Pulumi's mocks in a separate process: a cluster, or bare commands that send
 * as many bytes. Loading the modules does not count.
 *
 *     program.ts cluster SIZES REAL-SERVERS SERVICES    writes the file SIZES
 *     program.ts commands SIZES                         reads it
 */
async function main([contender, sizesFile, realServers, services]: string[]): Promise<void> {
    // A published package is plain JavaScript without source maps.
    process.setSourceMapsEnabled(false);
    const sizes: Sizes = {};
    let resources = 0;
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => {
                resources++;
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
    const program =
        contender === "cluster"
            ? () => void new LvsCluster("web", clusterOf(Number(realServers), Number(services)))
            : commands(JSON.parse(readFileSync(sizesFile!, "utf8")) as Sizes);
    const start = process.cpuUsage();
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    await pulumi.runtime.disconnect();
    const { user, system } = process.cpuUsage(start);
    if (contender === "cluster") writeFileSync(sizesFile!, JSON.stringify(sizes));
    const cost: ProgramCost = {
        processorSeconds: (user + system) / 1e6,
        megabytes: process.resourceUsage().maxRSS / 1024,
        resources,
    };
    console.log(JSON.stringify(cost));
}

/** Bare commands. Each sends a different text that consists of lines, as a bundle does. */
function commands(sizes: Sizes): () => void {
    const text = "    a line of some shell script or configuration file that is sent to a host\n";
    const { connection } = clusterOf(0, 0);
    return () => {
        for (const [name, size] of Object.entries(sizes)) {
            const lines = Array.from({ length: Math.ceil(size / text.length) }, () => text);
            new remote.Command(name, {
                connection: { host: "10.0.0.2", ...connection },
                create: "sh -s apply",
                delete: "sh -s remove",
                stdin: [name, ...lines].join("\n").slice(0, size),
            });
        }
    };
}

void main(process.argv.slice(2));
