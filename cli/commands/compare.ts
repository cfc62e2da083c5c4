import { existsSync } from "node:fs";
import type { Argv, CommandModule } from "yargs";
import { changesOf, pairs } from "../comparison";
import { comparisonLines, comparisonMarkdown, problemsMarkdown } from "../comparisonView";
import { plannedHosts } from "../planned";
import { type Stack, stackIn, stackName } from "../stackFile";
import { upOrder } from "../upOrder";
import { refuse, warn } from "../verdict";
import { type CommonOptions, type Done, paintOf, print } from "./common";

interface CompareOptions extends CommonOptions {
    base: string;
    head: string;
    markdown: boolean;
}

export function compare(done: Done): CommandModule<CommonOptions, CompareOptions> {
    return {
        command: "compare <base> <head>",
        describe: "show what differs on the hosts between two versions of a stack file",
        builder: withHelp,
        handler: (options) => done(run(options)),
    };
}

function run(options: CompareOptions): number {
    const name = options.stack ?? stackName(options.head);
    const head = stackIn(options.head, name);
    if ("refusals" in head) {
        if (options.markdown) print(problemsMarkdown("Refused", head.refusals));
        return refuse(head);
    }
    const { base, note } = baseOf(options.base, name);
    const hosts = pairs(base ? plannedHosts(base) : [], plannedHosts(head));
    const order = upOrder(base, head, hosts);
    const shown = { changes: changesOf(hosts), order, warnings: head.warnings, note };
    warn(head);
    print(options.markdown ? comparisonMarkdown(shown) : comparisonLines(shown, paintOf(options)));
    return order.length === 0 ? 0 : 1;
}

/** A pull request may add the file, or correct one that is refused. */
function baseOf(file: string, name: string): { base?: Stack; note?: string } {
    if (!existsSync(file)) return { note: `There is no ${file}, so whole files are shown.` };
    const base = stackIn(file, name);
    if ("refusals" in base) return { note: `${file} is refused, so whole files are shown.` };
    return { base };
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<CompareOptions> {
    return own
        .usage(
            "$0 compare BASE HEAD\n\n" +
                "Render two versions of a stack file, as `lvs render --file` does, and show what differs on\n" +
                "each host, and in which order an `up` changes the hosts. If there is no file BASE, show\n" +
                "whole files. The exit status is 1 if there is a difference, and 2 if HEAD is refused.",
        )
        .positional("base", { type: "string", demandOption: true, describe: "Old version" })
        .positional("head", { type: "string", demandOption: true, describe: "New version" })
        .option("markdown", {
            type: "boolean",
            default: false,
            describe: "Print Markdown, for a comment on a pull request",
        });
}
