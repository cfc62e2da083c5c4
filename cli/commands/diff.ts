import type { Argv, CommandModule } from "yargs";
import { bundle } from "../../host/bundle";
import { driftLines, hostDrift, isUnchanged } from "../diffView";
import { Ssh } from "../ssh";
import { type CommonOptions, configFile, type Done, paintOf, print } from "./common";
import { reportSettings } from "../inventory";
import { previewHosts, connectionsTo } from "./previewed";

interface DiffOptions extends CommonOptions {
    hosts?: string[];
    configFile?: string;
}

export function diff(done: Done): CommandModule<CommonOptions, DiffOptions> {
    return {
        command: "diff [hosts..]",
        describe: "compare the hosts' files with the configuration",
        builder: withHelp,
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: DiffOptions): Promise<number> {
    const found = await previewHosts(options);
    const places = await connectionsTo(options, found);
    const answers = await Ssh.with(options, (ssh) =>
        ssh.ask(places, (place) => ({
            script: bundle("report", found.hosts[place]!.files, {
                settings: reportSettings(places[place]!),
            }),
            verb: "diff",
        })),
    );
    const compared = answers.map(hostDrift);
    print(driftLines(compared, "no changes", paintOf(options)));
    return isUnchanged(compared) ? 0 : 1;
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<DiffOptions> {
    return own
        .usage(
            "$0 diff [HOST..]\n\n" +
                "Compare the files of the current configuration (`lvs render`) with those on the hosts:\n" +
                "`-` is on the host now, `+` is configured. The next `up` restores a host only if it also\n" +
                "changes this host, or if `repair` has a new word. `lvs diff` does not compare the VRRP\n" +
                "password. The exit status is 1 if there is a difference.",
        )
        .positional("hosts", {
            type: "string",
            array: true,
            describe: "Hosts to compare. Defaults to all",
        })
        .option("config-file", configFile);
}
