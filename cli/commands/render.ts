import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { CommandModule } from "yargs";
import { listing } from "../rendered";
import { type CommonOptions, configFile, type Done, print } from "./common";
import { previewHosts } from "./previewed";

interface RenderOptions extends CommonOptions {
    hosts?: string[];
    out?: string;
    configFile?: string;
}

export function render(done: Done): CommandModule<CommonOptions, RenderOptions> {
    return {
        command: "render [hosts..]",
        describe: "print the files of the current configuration, without any host",
        builder: (own) =>
            own
                .usage(
                    "$0 render [HOST..]\n\n" +
                        "Run `pulumi preview`, which connects to no host, and print the files that an `up` would\n" +
                        "write to each host. Secrets are not shown.",
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
                .option("config-file", configFile),
        handler: async (options) => {
            await run(options);
            done(0);
        },
    };
}

async function run(options: RenderOptions): Promise<void> {
    const { hosts } = await previewHosts(options);
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
