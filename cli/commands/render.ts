import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { type ClusterHost, configuredHosts } from "../inventory";
import { preview } from "../pulumi";
import { Refusal } from "../refusal";
import { listing, type RenderedHost, renderedHosts } from "../rendered";
import { type CommonOptions, configFile, type Done, print } from "./common";

interface RenderOptions extends CommonOptions {
    hosts?: string[];
    out?: string;
    configFile?: string;
}

export function render(done: Done): CommandModule<CommonOptions, RenderOptions> {
    return {
        command: "render [hosts..]",
        describe: "the files that the current configuration gives, without any host",
        builder: (own) =>
            own
                .usage(
                    "$0 render [HOST..]\n\n" +
                        "Runs `pulumi preview`, which connects to no host, and prints the files that an `up` would\n" +
                        "put on each. What is secret is not shown.",
                )
                .positional("hosts", {
                    type: "string",
                    array: true,
                    describe: "Only these. Defaults to all",
                })
                .option("out", {
                    type: "string",
                    requiresArg: true,
                    describe: "Write the files to this folder, below HOST/, and print their names",
                })
                .option("config-file", configFile),
        handler: async (options) => {
            await run(options);
            done(0);
        },
    };
}

async function run(options: RenderOptions): Promise<void> {
    const hosts = await rendered(options);
    if (options.out === undefined) {
        print([hosts.map(listing).join("\n").trimEnd()]);
        return;
    }
    for (const { name, files, hidden } of hosts) {
        for (const { path: file, mode, content } of files) {
            const target = path.join(options.out, name, file);
            await fs.mkdir(path.dirname(target), { recursive: true });
            await fs.writeFile(target, content);
            await fs.chmod(target, parseInt(mode, 8));
            print([target]);
        }
        print(hidden.map(({ path: file, why }) => `${name}: ${file} is not written (${why})`));
    }
}

/** The hosts that the current program and configuration make, or those of some names. */
export async function rendered(
    options: CommonOptions & { hosts?: string[]; configFile?: string },
): Promise<RenderedHost[]> {
    return (await previewed(options)).hosts;
}

/** The same, and the hosts that the configuration names. */
export async function previewed(
    options: CommonOptions & { hosts?: string[]; configFile?: string },
): Promise<{ hosts: RenderedHost[]; configured: ClusterHost[] }> {
    const found = await preview(options);
    const hosts = renderedHosts(found);
    if (hosts.length === 0) {
        throw new Refusal("the program makes no LVS cluster: there is no host in its preview");
    }
    const names = options.hosts ?? [];
    const unknown = names.filter((name) => !hosts.some((host) => host.name === name));
    if (unknown.length > 0) {
        const all = hosts.map(({ name }) => name).join(", ");
        throw new Refusal(`there is no host ${unknown.join(", ")}, only ${all}`);
    }
    return {
        hosts: hosts.filter(({ name }) => names.length === 0 || names.includes(name)),
        configured: configuredHosts(found.config),
    };
}
