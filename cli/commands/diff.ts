import type { CommandModule } from "yargs";
import { bundle } from "../../host/bundle";
import { driftLines, hostDrift, isWhole } from "../diffView";
import { Ssh } from "../ssh";
import { type CommonOptions, configFile, type Done, paintOf, print } from "./common";
import { previewed, reachable } from "./previewed";

interface DiffOptions extends CommonOptions {
    hosts?: string[];
    configFile?: string;
}

export function diff(done: Done): CommandModule<CommonOptions, DiffOptions> {
    return {
        command: "diff [hosts..]",
        describe: "what the next `up` would change in the hosts' files",
        builder: (own) =>
            own
                .usage(
                    "$0 diff [HOST..]\n\n" +
                        "Compares the files that the current configuration gives (`lvs render`) with those that are\n" +
                        "on the hosts now, whoever has changed them: `-` is on the host, `+` would be. What is\n" +
                        "secret is not compared. Exit status 1 when anything differs.",
                )
                .positional("hosts", {
                    type: "string",
                    array: true,
                    describe: "Only these. Defaults to all",
                })
                .option("config-file", configFile),
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: DiffOptions): Promise<number> {
    const found = await previewed(options);
    const places = await reachable(options, found);
    const answers = await Ssh.with(options, (ssh) =>
        ssh.ask(places, (place) => ({
            script: bundle("report", found.hosts[place]!.files),
            verb: "diff",
        })),
    );
    const compared = answers.map(hostDrift);
    print(driftLines(compared, "nothing to change", paintOf(options)));
    return isWhole(compared) ? 0 : 1;
}
