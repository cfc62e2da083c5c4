import { spawn } from "node:child_process";
import * as path from "node:path";

export interface RunOptions {
    cwd?: string;
    /** Variables to add to the environment of this process. */
    env?: NodeJS.ProcessEnv;
    /** Run in a session of its own, with only these variables. */
    session?: NodeJS.ProcessEnv;
    stdin?: string;
    /** Milliseconds until the command is killed. Defaults to ten minutes. */
    timeout?: number;
    /** Callback for each line of stdout and stderr. */
    onLine?: (line: string) => void;
}

export interface RunResult {
    /** Exit status. -1 if the command was killed. */
    status: number;
    stdout: string;
    stderr: string;
}

/** Run a command without a shell and return its result. */
export function tryRun(command: string[], options: RunOptions = {}): Promise<RunResult> {
    return new Promise((resolve, reject) => {
        const child = spawn(command[0]!, command.slice(1), {
            cwd: options.cwd,
            env: options.session ?? { ...process.env, ...options.env },
            detached: options.session !== undefined,
            stdio: ["pipe", "pipe", "pipe"],
        });
        const result: RunResult = { status: -1, stdout: "", stderr: "" };
        for (const stream of ["stdout", "stderr"] as const) {
            let partial = "";
            child[stream].setEncoding("utf8").on("data", (text: string) => {
                result[stream] += text;
                const lines = (partial + text).split("\n");
                partial = lines.pop()!;
                lines.forEach((line) => options.onLine?.(line));
            });
        }
        const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout ?? 600_000);
        child.on("error", (error) => {
            clearTimeout(timer);
            reject(error);
        });
        child.on("close", (status) => {
            clearTimeout(timer);
            resolve({ ...result, status: status ?? -1 });
        });
        // A command may end without reading its input.
        child.stdin.on("error", () => undefined).end(options.stdin ?? "");
    });
}

/** Run a command like `tryRun`. A status other than 0 throws with the end of the output. */
export async function run(command: string[], options: RunOptions = {}): Promise<string> {
    const { status, stdout, stderr } = await tryRun(command, options);
    if (status !== 0) {
        const printed = (stdout + stderr).trim().split("\n").slice(-15).join("\n");
        throw new Error(`${command.join(" ")}: exit status ${status}\n${printed}`);
    }
    return stdout;
}

/** Command that runs a TypeScript file of this folder in a single process. */
export function nodeCommand(file: string): string[] {
    const typescript = require.resolve("tsx/cjs");
    return [process.execPath, "--require", typescript, path.join(__dirname, file)];
}
