import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Namespace, processGroup, signal } from "../namespace";
import { waitUntil } from "../wait";

/** The processes of a machine. The first one leads a process group; a file contains its id. */
export class MachineProcess {
    private readonly pidFile: string;

    constructor(
        private readonly name: string,
        dir: string,
        private readonly namespace: Namespace,
    ) {
        this.pidFile = path.join(dir, "pid");
    }

    /** Start a command that enters the lab's namespace. Return when it has entered. */
    async start(command: string[], env: NodeJS.ProcessEnv, logFile: string): Promise<void> {
        await this.end();
        const log = await fs.open(logFile, "a");
        const [program, ...args] = command;
        // `end` kills the whole process group.
        const child = spawn(program!, args, {
            cwd: "/",
            env: { ...process.env, ...env },
            detached: true,
            stdio: ["ignore", log.fd, log.fd],
        });
        child.unref();
        await log.close();
        const pid = child.pid!;
        await waitUntil(`start of ${this.name}`, 10_000, () => this.namespace.contains(pid), 10);
        await fs.writeFile(this.pidFile, String(pid));
    }

    /** The first process if it is running. */
    async leader(): Promise<number | undefined> {
        const pid = await this.recordedPid();
        // Another program may have the same id now, but not in this namespace.
        const alive = pid !== undefined && (await this.namespace.contains(pid));
        return alive ? pid : undefined;
    }

    /** Kill all processes, including those that a stopped machine left behind. */
    async end(): Promise<void> {
        const group = await this.recordedPid();
        if (group === undefined) return;
        await waitUntil(`end of ${this.name}`, 10_000, async () => {
            for (const pid of await processGroup(group)) {
                if (!(await this.namespace.contains(pid))) continue;
                signal(-group, "SIGKILL");
                return false;
            }
            return true;
        });
    }

    private async recordedPid(): Promise<number | undefined> {
        const text = await fs.readFile(this.pidFile, "utf8").catch(() => undefined);
        return text === undefined ? undefined : Number(text);
    }
}
