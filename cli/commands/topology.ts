import * as fs from "node:fs/promises";
import type { CommandModule } from "yargs";
import { mermaid } from "../mermaid";
import { Refusal } from "../refusal";
import { svg } from "../svg";
import { topologyOf } from "../topology";
import { type CommonOptions, configFile, type Done, print } from "./common";
import { knownHosts, previewed } from "./previewed";

interface TopologyOptions extends CommonOptions {
    svg: boolean;
    out?: string;
    configFile?: string;
    cluster?: string;
}

export function topology(done: Done): CommandModule<CommonOptions, TopologyOptions> {
    return {
        command: "topology",
        describe: "the cluster as a picture",
        builder: (own) =>
            own
                .usage(
                    "$0 topology\n\n" +
                        "Virtual IPs, directors and real servers, services, methods and ports, as the current\n" +
                        "configuration has them: as a Mermaid chart, or as an SVG picture. No host is connected to.",
                )
                .option("svg", {
                    type: "boolean",
                    default: false,
                    describe: "An SVG picture instead of Mermaid",
                })
                .option("out", {
                    type: "string",
                    requiresArg: true,
                    describe: "Write it to this file; one that ends in .svg is a picture",
                })
                .option("cluster", {
                    type: "string",
                    requiresArg: true,
                    describe: "Which cluster, where the program makes several",
                })
                .option("config-file", configFile),
        handler: async (options) => {
            await run(options);
            done(0);
        },
    };
}

async function run(options: TopologyOptions): Promise<void> {
    const preview = await previewed(options);
    const clusters = [...new Set(preview.hosts.map((host) => host.cluster))];
    const { out, cluster = clusters[0] } = options;
    if ((clusters.length > 1 && options.cluster === undefined) || !clusters.includes(cluster!)) {
        throw new Refusal(`say which with --cluster: ${clusters.join(", ")}`);
    }
    const known = await knownHosts(options, preview);
    const found = topologyOf(
        preview.hosts.filter((host) => host.cluster === cluster),
        (address) => known.find(({ addresses }) => addresses.includes(address))?.name,
    );
    const text = options.svg || out?.endsWith(".svg") ? svg(found) : mermaid(found);
    if (out === undefined) print([text.trimEnd()]);
    else await fs.writeFile(out, text);
}
