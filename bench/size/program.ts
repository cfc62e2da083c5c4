import { readFileSync, writeFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "../../components";
import { clusterOf } from "./cluster";

/** What a program of some size took. */
export interface Taken {
    processorSeconds: number;
    /** The most memory that it had. */
    megabytes: number;
    resources: number;
}

/** How many signs each command is sent, by its name. */
type Sizes = Record<string, number>;

/**
 * One program with Pulumi's mocks, in a process of its own: a cluster, or as many commands that are
 * sent as much. What it took is counted from when everything is loaded.
 *
 *     program.ts cluster SIZES REAL-SERVERS SERVICES    writes the file SIZES
 *     program.ts commands SIZES                         reads it
 */
async function main([contender, sizesFile, realServers, services]: string[]): Promise<void> {
    // A package is run as JavaScript, and maps no stack to its sources.
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
    const taken: Taken = {
        processorSeconds: (user + system) / 1e6,
        megabytes: process.resourceUsage().maxRSS / 1024,
        resources,
    };
    console.log(JSON.stringify(taken));
}

/** Each is sent a text of its own, put together of lines as a bundle is. */
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
