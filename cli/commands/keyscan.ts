import type { CommandModule } from "yargs";
import { keyLines, parseTarget, scan } from "../keyscan";
import { type CommonOptions, type Done, paintOf, print } from "./common";

interface KeyscanOptions extends CommonOptions {
    hosts: string[];
}

export function keyscan(done: Done): CommandModule<CommonOptions, KeyscanOptions> {
    return {
        command: "keyscan <hosts..>",
        describe: "host keys, as lines to paste into a stack file",
        builder: (own) =>
            own
                .usage(
                    "$0 keyscan HOST[:PORT]..\n\n" +
                        "Asks each host for its public key, over the network and without a login: compare what\n" +
                        "answers with the host itself, as the comment says, before you trust it. Bastions are not\n" +
                        "passed through.",
                )
                .positional("hosts", {
                    type: "string",
                    array: true,
                    demandOption: true,
                    describe: "Addresses or names",
                }),
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: KeyscanOptions): Promise<number> {
    const scans = await scan(options.hosts.map(parseTarget));
    print(keyLines(scans));
    const silent = scans.filter(({ hostKey }) => hostKey === undefined);
    const paint = paintOf({ color: process.stderr.isTTY && options.color });
    for (const { host, port } of silent) {
        process.stderr.write(
            `${paint("red", "lvs:")} nobody tells a key at ${host}, port ${port}\n`,
        );
    }
    return silent.length > 0 ? 1 : 0;
}
