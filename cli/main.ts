import yargs from "yargs";
import { check } from "./commands/check";
import { diff } from "./commands/diff";
import { keyscan } from "./commands/keyscan";
import { preflight } from "./commands/preflight";
import { render } from "./commands/render";
import { status } from "./commands/status";
import { topology } from "./commands/topology";
import { Refusal } from "./refusal";
import { coloured, plain } from "./text";

/** Runs the command line, and says with which status the process is to end. */
export async function main(words: string[]): Promise<number> {
    let outcome = 0;
    const done = (status: number) => void (outcome = status);
    try {
        await parser(words, done).parseAsync();
        return outcome;
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const paint = process.stderr.isTTY && !process.env.NO_COLOR ? coloured : plain;
        process.stderr.write(`${paint("red", "lvs:")} ${error.message}\n`);
        return 2;
    }
}

/** The commands, their options and their help. */
function parser(words: string[], done: (status: number) => void) {
    return yargs(words)
        .scriptName("lvs")
        .usage(
            "$0 COMMAND\n\n" +
                "Looks at an LVS cluster that `pulumi up` has set up, over your own ssh. It finds the hosts\n" +
                "in the outputs of the stack in this folder, and changes nothing on them.",
        )
        .option("stack", {
            alias: "s",
            type: "string",
            requiresArg: true,
            describe: "The stack. Defaults to the selected one",
        })
        .option("cwd", {
            alias: "C",
            type: "string",
            requiresArg: true,
            describe: "Folder of the Pulumi program. Defaults to this one",
        })
        .option("ssh", {
            type: "string",
            requiresArg: true,
            default: process.env.LVS_SSH ?? "ssh",
            defaultDescription: "$LVS_SSH, or ssh",
            describe: 'How to log in, such as "ssh -F file"',
        })
        .option("timeout", {
            type: "number",
            requiresArg: true,
            default: 20,
            describe: "Seconds that a host has to answer in full",
        })
        .option("color", {
            type: "boolean",
            default: process.stdout.isTTY && !process.env.NO_COLOR,
            defaultDescription: "on a terminal, unless $NO_COLOR is set",
            describe: "Colours",
        })
        .command(status(done))
        .command(check(done))
        .command(diff(done))
        .command(render(done))
        .command(preflight(done))
        .command(keyscan(done))
        .command(topology(done))
        .command({
            command: "completion [shell]",
            describe: "print what makes bash or zsh complete commands",
            builder: (own) =>
                own
                    .positional("shell", {
                        choices: ["bash", "zsh"] as const,
                        describe: "Defaults to the one that you use",
                    })
                    .usage(
                        "$0 completion [shell]\n\nAdd to ~/.bashrc:  source <(lvs completion bash)\nAdd to ~/.zshrc:   source <(lvs completion zsh)",
                    ),
            handler: ({ shell }) => printCompletion(shell as string | undefined),
        })
        .demandCommand(1, "Say what to show: `lvs --help` lists the commands.")
        .strict()
        .recommendCommands()
        .wrap(Math.min(lineOf(process.stdout.columns), 100))
        .group(["stack", "cwd", "ssh", "timeout", "color"], "Everywhere:")
        .alias("help", "h")
        .version()
        .epilogue(
            "Exit status: 0 all is well, 1 something is wrong or differs, 2 the question cannot be put.\n" +
                "Try: lvs status --watch   lvs check   lvs diff ds1   lvs topology --svg --out cluster.svg",
        )
        .fail((message, error) => {
            // With an error it is one of ours, or a fault of the program.
            throw error ?? new Refusal(`${message}\n(\`lvs --help\` shows how)`);
        });
}

function lineOf(columns: number | undefined): number {
    return columns ?? 100;
}

/** yargs goes by the environment for which shell a script is for. */
function printCompletion(shell: string | undefined): void {
    if (shell !== undefined) process.env.SHELL = `/bin/${shell}`;
    if (shell === "bash") delete process.env.ZSH_NAME;
    parser([], () => undefined).showCompletionScript();
}
