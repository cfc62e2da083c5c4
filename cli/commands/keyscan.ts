import type { Argv, CommandModule } from "yargs";
import { keyLines, parseTarget, scan } from "../keyscan";
import { type CommonOptions, type Done, paintOf, print } from "./common";

interface KeyscanOptions extends CommonOptions {
    hosts: string[];
}

export function keyscan(done: Done): CommandModule<CommonOptions, KeyscanOptions> {
    return {
        command: "keyscan <hosts..>",
        describe: "print host keys, as lines for a stack file",
        builder: withHelp,
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: KeyscanOptions): Promise<number> {
    const scans = await scan(options.hosts.map(parseTarget));
    print(keyLines(scans));
    const silent = scans.filter(({ problem }) => problem !== undefined);
    const paint = paintOf({ color: process.stderr.isTTY && options.color });
    for (const { host, port, problem } of silent) {
        process.stderr.write(`${paint("red", "lvs:")} ${host}, port ${port}: ${problem}\n`);
    }
    return silent.length > 0 ? 1 : 0;
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<KeyscanOptions> {
    return own
        .usage(
            "$0 keyscan HOST[:PORT]..\n\n" +
                "Fetch the public key of each host over the network, without a login. Compare each key on\n" +
                "its host before you trust it; the comment above the key shows how. `keyscan` does not go\n" +
                "through a bastion.",
        )
        .positional("hosts", {
            type: "string",
            array: true,
            demandOption: true,
            describe: "Addresses or names of hosts",
        });
}
