import { spawn } from "node:child_process";

/** What a command printed and how it ended. */
export interface Outcome {
    /** Exit status; nothing when it was ended for taking too long. */
    status?: number;
    stdout: string;
    stderr: string;
}

export interface RunOptions {
    cwd?: string;
    stdin?: string;
    /** Seconds until it is ended. Defaults to none. */
    deadline?: number;
}

/** Runs a command without a shell. Throws when there is no such command. */
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
            // What it has started may keep the pipes open.
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
        // A command that ends without reading its input says why on stderr.
        child.stdin.on("error", () => undefined).end(stdin);
    });
}
