import { spawn } from "node:child_process";

/** Output and exit status of a command. */
export interface Outcome {
    /** Exit status. Undefined if the command was ended. */
    status?: number;
    stdout: string;
    stderr: string;
    /** The command was ended because it printed more than it may. */
    isFlood: boolean;
}

export interface RunOptions {
    cwd?: string;
    stdin?: string;
    /** Seconds until the command is ended. Defaults to none. */
    deadline?: number;
    /** Bytes of output, stdout and stderr together, after which the command is ended. Defaults to none. */
    most?: number;
}

/** Milliseconds until a command that ignores its end is killed. */
const grace = 1000;

/** Run a command without a shell. Throws if the command does not exist. */
export function run(command: string[], options: RunOptions = {}): Promise<Outcome> {
    const { cwd, stdin = "", deadline, most = Infinity } = options;
    return new Promise((resolve, reject) => {
        const child = spawn(command[0]!, command.slice(1), { cwd });
        let bytes = 0;
        const read = (stream: typeof child.stdout) => {
            const chunks: Buffer[] = [];
            stream.on("data", (chunk: Buffer) => {
                bytes += chunk.length;
                if (bytes <= most) chunks.push(chunk);
                else giveUp();
            });
            return () => Buffer.concat(chunks).toString();
        };
        const [stdout, stderr] = [read(child.stdout), read(child.stderr)];
        const timers = deadline === undefined ? [] : [setTimeout(giveUp, deadline * 1000)];
        function giveUp() {
            child.kill();
            timers.push(setTimeout(() => child.kill("SIGKILL"), grace));
            // Processes that the command has started may keep the pipes open.
            child.stdout.destroy();
            child.stderr.destroy();
        }
        const stopTimers = () => timers.forEach((timer) => clearTimeout(timer));
        child.on("error", (error) => {
            stopTimers();
            reject(error);
        });
        child.on("close", (status) => {
            stopTimers();
            const isFlood = bytes > most;
            const ended = { stdout: stdout(), stderr: stderr(), isFlood };
            resolve({ ...ended, status: isFlood ? undefined : (status ?? undefined) });
        });
        // A command that ends before it reads its input prints the reason on stderr.
        child.stdin.on("error", () => undefined).end(stdin);
    });
}
