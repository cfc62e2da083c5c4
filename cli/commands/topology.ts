import * as fs from "node:fs/promises";
import type { Argv, CommandModule } from "yargs";
import { mermaid } from "../mermaid";
import { CliError } from "../cliError";
import { svg } from "../svg";
import { pictureOf } from "../topology";
import { type CommonOptions, configFile, type Done, print } from "./common";
import { knownHosts, previewHosts } from "./previewed";

interface TopologyOptions extends CommonOptions {
    svg: boolean;
    out?: string;
    configFile?: string;
    cluster?: string;
}

export function topology(done: Done): CommandModule<CommonOptions, TopologyOptions> {
    return {
        command: "topology",
        describe: "draw the cluster",
        builder: withHelp,
        handler: async (options) => {
            await run(options);
            done(0);
        },
    };
}

async function run(options: TopologyOptions): Promise<void> {
    const preview = await previewHosts(options);
    const clusters = [...new Set(preview.hosts.map((host) => host.cluster))];
    const { out, cluster = clusters[0] } = options;
    if ((clusters.length > 1 && options.cluster === undefined) || !clusters.includes(cluster!)) {
        throw new CliError(
            `--cluster: the program makes several clusters. Name one of ${clusters.join(", ")}.`,
        );
    }
    const known = await knownHosts(options, preview);
    const found = pictureOf(
        preview.hosts.filter((host) => host.cluster === cluster),
        (address) => known.find(({ addresses }) => addresses.includes(address))?.name,
    );
    const text = options.svg || out?.endsWith(".svg") ? svg(found) : mermaid(found);
    if (out === undefined) print([text.trimEnd()]);
    else await fs.writeFile(out, text);
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<TopologyOptions> {
    return own
        .usage(
            "$0 topology\n\n" +
                "Draw the virtual IPs, directors, real servers, services, methods and ports of the current\n" +
                "configuration, as a Mermaid chart or an SVG picture. `lvs` connects to no host.",
        )
        .option("svg", {
            type: "boolean",
            default: false,
            describe: "Print an SVG picture instead of a Mermaid chart",
        })
        .option("out", {
            type: "string",
            requiresArg: true,
            describe: "Write to this file; a name that ends in .svg gives an SVG picture",
        })
        .option("cluster", {
            type: "string",
            requiresArg: true,
            describe: "Cluster to draw, if the program makes several",
        })
        .option("config-file", configFile);
}
