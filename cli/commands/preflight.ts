import type { CommandModule } from "yargs";
import { type Finding, findingLines, parseFindings, withClocks } from "../findings";
import { Refusal } from "../refusal";
import { Ssh } from "../ssh";
import { type CommonOptions, configFile, type Done, paintOf, print } from "./common";
import { previewed, reachable } from "./previewed";

interface PreflightOptions extends CommonOptions {
    configFile?: string;
}

export function preflight(done: Done): CommandModule<CommonOptions, PreflightOptions> {
    return {
        command: "preflight",
        describe: "what speaks against an `up`, on all hosts",
        builder: (own) =>
            own
                .usage(
                    "$0 preflight\n\n" +
                        "The look that `pulumi up` begins with, and all that it finds: `stop` ends an `up` before\n" +
                        "anything is changed, `warn` does not. Exit status 1 when something stops. Before the first\n" +
                        "`up` of a program of your own, hosts are logged in to by their names in the stack: give\n" +
                        "these to your ssh, in ~/.ssh/config.",
                )
                .option("config-file", configFile),
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: PreflightOptions): Promise<number> {
    const preview = await previewed(options);
    const hosts = preview.hosts.filter((host) => host.preflight !== undefined);
    if (hosts.length === 0) {
        throw new Refusal(
            "no pre-flight is known before the `up`: its values are outputs of others",
        );
    }
    const places = await reachable(options, { ...preview, hosts });
    const answers = await Ssh.with(options, (ssh) =>
        ssh.ask(places, (place) => ({ script: hosts[place]!.preflight!, verb: "report" })),
    );
    const found = answers.map(({ host, text, problem }) => ({
        name: host.name,
        findings: text === undefined ? [silent(problem!)] : parseFindings(text),
    }));
    const compared = withClocks(found);
    print(findingLines(compared, paintOf(options)));
    return compared.some(({ findings }) => findings.some(({ how }) => how === "stop")) ? 1 : 0;
}

function silent(problem: string): Finding {
    return { how: "stop", what: "ssh", sentence: problem };
}
