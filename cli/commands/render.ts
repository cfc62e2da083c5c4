import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Argv, CommandModule } from "yargs";
import { hostsNamed } from "../inventory";
import { plannedHosts } from "../planned";
import { listing, type RenderedHost } from "../rendered";
import { stackIn } from "../stackFile";
import { refuse, warn } from "../verdict";
import { type CommonOptions, configFile, type Done, print } from "./common";
import { previewHosts } from "./previewed";

interface RenderOptions extends CommonOptions {
    hosts?: string[];
    out?: string;
    configFile?: string;
    file?: string;
}

export function render(done: Done): CommandModule<CommonOptions, RenderOptions> {
    return {
        command: "render [hosts..]",
        describe: "print the files of the current configuration, without any host",
        builder: withHelp,
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: RenderOptions): Promise<number> {
    const { file, stack } = options;
    if (file === undefined) {
        await show((await previewHosts(options)).hosts, options);
        return 0;
    }
    const found = stackIn(file, stack);
    if ("refusals" in found) return refuse(found);
    warn(found);
    const hosts = plannedHosts(found).map(({ host }) => host);
    await show(hostsNamed(hosts, options.hosts ?? []), options);
    return 0;
}

async function show(hosts: RenderedHost[], options: RenderOptions): Promise<void> {
    if (options.out === undefined) {
        print([hosts.map(listing).join("\n").trimEnd()]);
        return;
    }
    for (const { name, files, hidden } of hosts) {
        for (const { path: file, mode, content } of files.filter(({ secret }) => !secret)) {
            const target = path.join(options.out, name, file);
            await fs.mkdir(path.dirname(target), { recursive: true });
            await fs.writeFile(target, content);
            await fs.chmod(target, parseInt(mode, 8));
            print([target]);
        }
        const secret = files
            .filter((file) => file.secret)
            .map((file) => ({ ...file, why: "secret" }));
        print(
            [...secret, ...hidden].map(
                ({ path: file, why }) => `${name}: ${file} is not written (${why})`,
            ),
        );
    }
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<RenderOptions> {
    return own
        .usage(
            "$0 render [HOST..]\n\n" +
                "Run `pulumi preview`, which connects to no host, and print the files that an `up` would\n" +
                "write to each host. Secrets are not shown.\n" +
                "With --file, `lvs` reads that stack file alone, without Pulumi, a passphrase or a login.\n" +
                "It prints warnings, and the exit status is 2 if the file is refused.",
        )
        .positional("hosts", {
            type: "string",
            array: true,
            describe: "Hosts to render. Defaults to all",
        })
        .option("out", {
            type: "string",
            requiresArg: true,
            describe: "Write the files to DIR/HOST/, and print their names",
        })
        .option("file", {
            type: "string",
            requiresArg: true,
            conflicts: "config-file",
            describe: "Stack file to render without Pulumi",
        })
        .option("config-file", configFile);
}
