import type { CommandModule } from "yargs";
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
        describe: "show what the next `up` would change in the hosts' files",
        builder: (own) =>
            own
                .usage(
                    "$0 diff [HOST..]\n\n" +
                        "Compare the files of the current configuration (`lvs render`) with those on the hosts:\n" +
                        "`-` is on the host now, `+` comes with the next `up`. The VRRP password is not\n" +
                        "compared. The exit status is 1 if there is a difference.",
                )
                .positional("hosts", {
                    type: "string",
                    array: true,
                    describe: "Hosts to compare. Defaults to all",
                })
                .option("config-file", configFile),
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
