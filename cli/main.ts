import yargs from "yargs";
import { printableLines } from "../lvs/printable";
import { check } from "./commands/check";
import { compare } from "./commands/compare";
import { diff } from "./commands/diff";
import { keyscan } from "./commands/keyscan";
import { preflight } from "./commands/preflight";
import { render } from "./commands/render";
import { status } from "./commands/status";
import { topology } from "./commands/topology";
import { CliError } from "./cliError";
import { refuseRepeated, secondsOption } from "./commands/common";
import { coloured, plain } from "./text";

/** Run the command line and return its exit status. */
export async function main(words: string[]): Promise<number> {
    let outcome = 0;
    const done = (status: number) => void (outcome = status);
    try {
        await parser(words, done).parseAsync();
        return outcome;
    } catch (error) {
        if (!(error instanceof CliError)) throw error;
        const paint = process.stderr.isTTY && !process.env.NO_COLOR ? coloured : plain;
        process.stderr.write(`${paint("red", "lvs:")} ${printableLines(error.message)}\n`);
        return 2;
    }
}

/** Describe the commands, their options and their help. */
function parser(words: string[], done: (status: number) => void) {
    return yargs(words)
        .scriptName("lvs")
        .usage(
            "$0 COMMAND\n\n" +
                "Report on an LVS cluster that `pulumi up` has set up. `lvs` finds the hosts in the outputs\n" +
                "of the stack in this folder, logs in with your ssh, and changes nothing on the hosts.",
        )
        .option("stack", {
            alias: "s",
            type: "string",
            requiresArg: true,
            describe: "Stack. Defaults to the selected one",
        })
        .option("cwd", {
            alias: "C",
            type: "string",
            requiresArg: true,
            describe: "Folder of the Pulumi program. Defaults to the current one",
        })
        .option("ssh", {
            type: "string",
            requiresArg: true,
            default: process.env.LVS_SSH || "ssh",
            defaultDescription: "$LVS_SSH, or ssh",
            describe: 'Command to log in, such as "ssh -F file"',
        })
        .option(
            "timeout",
            secondsOption("timeout", {
                least: 1,
                requiresArg: true,
                default: 20,
                describe: "Seconds within which a host must answer",
            }),
        )
        .option("color", {
            type: "boolean",
            default: process.stdout.isTTY && !process.env.NO_COLOR,
            defaultDescription: "on a terminal, unless $NO_COLOR is set",
            describe: "Print colours",
        })
        .command(status(done))
        .command(check(done))
        .command(diff(done))
        .command(render(done))
        .command(compare(done))
        .command(preflight(done))
        .command(keyscan(done))
        .command(topology(done))
        .command({
            command: "completion [shell]",
            describe: "print a completion script for bash or zsh",
            builder: (own) =>
                own
                    .positional("shell", {
                        choices: ["bash", "zsh"] as const,
                        describe: "Defaults to your shell",
                    })
                    .usage(
                        "$0 completion [shell]\n\nAdd to ~/.bashrc:  source <(lvs completion bash)\nAdd to ~/.zshrc:   source <(lvs completion zsh)",
                    ),
            handler: ({ shell }) => printCompletion(shell as string | undefined),
        })
        .demandCommand(1, "A command is missing. `lvs --help` lists the commands.")
        .check(refuseRepeated, true)
        .strict()
        .recommendCommands()
        .wrap(Math.min(lineOf(process.stdout.columns), 100))
        .group(["stack", "cwd", "ssh", "timeout", "color"], "Options of all commands:")
        .alias("help", "h")
        .version()
        .epilogue(
            "Exit status: 0 no problems and no differences, 1 some, 2 the command could not run.\n" +
                "Try: lvs status --watch   lvs check   lvs diff ds1   lvs topology --svg --out cluster.svg",
        )
        .fail((message, error) => {
            // yargs passes an error of a command on. About wrong arguments it has a message or an own error.
            if (error && error.name !== "YError") throw error;
            throw new CliError(`${message ?? error.message}\n(\`lvs --help\` shows the usage)`);
        });
}

function lineOf(columns: number | undefined): number {
    return columns ?? 100;
}

/** yargs reads the kind of shell from the environment. */
function printCompletion(shell: string | undefined): void {
    if (shell !== undefined) process.env.SHELL = `/bin/${shell}`;
    if (shell === "bash") delete process.env.ZSH_NAME;
    parser([], () => undefined).showCompletionScript();
}
