import type { Argv, CommandModule } from "yargs";
import { type Finding, findingLines, parseFindings, compareClocks } from "../findings";
import { CliError } from "../cliError";
import { Ssh } from "../ssh";
import { type CommonOptions, configFile, type Done, paintOf, print } from "./common";
import { previewHosts, connectionsTo } from "./previewed";

interface PreflightOptions extends CommonOptions {
    configFile?: string;
}

export function preflight(done: Done): CommandModule<CommonOptions, PreflightOptions> {
    return {
        command: "preflight",
        describe: "check all hosts before an `up`",
        builder: withHelp,
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: PreflightOptions): Promise<number> {
    const preview = await previewHosts(options);
    const hosts = preview.hosts.filter((host) => host.preflight !== undefined);
    if (hosts.length === 0) {
        throw new CliError(
            "the preflight needs outputs that do not exist before the `up`. Run `pulumi up`.",
        );
    }
    const places = await connectionsTo(options, { ...preview, hosts });
    const answers = await Ssh.with(options, (ssh) =>
        ssh.ask(places, (place) => ({ script: hosts[place]!.preflight!, verb: "report" })),
    );
    const found = answers.map(({ host, text, problem }) => ({
        name: host.name,
        findings: text === undefined ? [silent(problem!)] : parseFindings(text),
    }));
    const compared = compareClocks(found);
    print(findingLines(compared, paintOf(options)));
    return compared.some(({ findings }) => findings.some(({ how }) => how === "stop")) ? 1 : 0;
}

function silent(problem: string): Finding {
    return { how: "stop", what: "ssh", sentence: problem };
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<PreflightOptions> {
    return own
        .usage(
            "$0 preflight\n\n" +
                "Run the preflight of `pulumi up` on every host and print all findings. `stop` ends an `up`\n" +
                "before it changes anything; `warn` does not. The exit status is 1 if a finding stops.\n" +
                "Before the first `up` of your own Pulumi program, `lvs` logs in to the hosts by their names\n" +
                "in the stack. Add these names to ~/.ssh/config.",
        )
        .option("config-file", configFile);
}
