import { spawn } from "node:child_process";

/** Output and exit status of a command. */
export interface Outcome {
    /** Exit status. Undefined if the command exceeded its deadline. */
    status?: number;
    stdout: string;
    stderr: string;
}

export interface RunOptions {
    cwd?: string;
    stdin?: string;
    /** Seconds until the command is ended. Defaults to none. */
    deadline?: number;
}

/** Run a command without a shell. Throws if the command does not exist. */
export function run(command: string[], options: RunOptions = {}): Promise<Outcome> {
    const { cwd, stdin = "", deadline } = options;
    return new Promise((resolve, reject) => {
        const child = spawn(command[0]!, command.slice(1), { cwd });
        const outcome: Outcome = { stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (text: string) => (outcome.stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (outcome.stderr += text));
        const timer = deadline && setTimeout(giveUp, deadline * 1000);
        function giveUp() {
            child.kill();
            // Processes that the command has started may keep the pipes open.
            child.stdout.destroy();
            child.stderr.destroy();
        }
        child.on("error", (error) => {
            clearTimeout(timer);
            reject(error);
        });
        child.on("close", (status) => {
            clearTimeout(timer);
            resolve({ ...outcome, status: status ?? undefined });
        });
        // A command that ends before it reads its input prints the reason on stderr.
        child.stdin.on("error", () => undefined).end(stdin);
    });
}
