import * as fs from "node:fs/promises";
import { run } from "./run";
import { patienceMs, waitUntil } from "./wait";

/**
 * A network namespace that is bound to a file. Everything of a lab runs in it, so a lab can be
 * ended without a list of its processes. Its devices disappear with the namespace.
 */
export class Namespace {
    constructor(private readonly file: string) {}

    async create(): Promise<void> {
        await fs.writeFile(this.file, "");
        await run(["unshare", `--net=${this.file}`, "ip", "link", "set", "lo", "up"]);
    }

    /** Command that runs `command` in this namespace. */
    command(command: string[]): string[] {
        return ["nsenter", `--net=${this.file}`, ...command];
    }

    /** Whether the namespace exists. After a restart of the machine only the file remains. */
    async exists(): Promise<boolean> {
        const mounts = await fs.readFile("/proc/self/mountinfo", "utf8");
        return mounts.includes(` ${this.file} `);
    }

    /** Whether a process runs in this namespace. */
    async contains(pid: number): Promise<boolean> {
        const own = await fs.stat(this.file);
        const its = await fs.stat(`/proc/${pid}/ns/net`).catch(() => undefined);
        return its !== undefined && its.ino === own.ino && its.dev === own.dev;
    }

    /** All processes in this namespace. */
    async processes(): Promise<number[]> {
        const found: number[] = [];
        for (const pid of await allProcesses()) {
            if (await this.contains(pid)) found.push(pid);
        }
        return found;
    }

    /** Kill every process in this namespace except the current one, and remove the namespace. */
    async destroy(): Promise<void> {
        if (!(await this.exists())) return;
        await waitUntil("end of all processes of the lab", patienceMs, async () => {
            const others = (await this.processes()).filter((pid) => pid !== process.pid);
            others.forEach((pid) => signal(pid, "SIGKILL"));
            return others.length === 0;
        });
        await run(["umount", this.file]);
    }
}

/**
 * Send a signal to a process, or to a process group if the number is negative. It may have ended
 * already.
 */
export function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

/** The processes of a process group without zombies. */
export async function processGroup(group: number): Promise<number[]> {
    const found: number[] = [];
    for (const pid of await allProcesses()) {
        const stat = await fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
        // "PID (name) state parent group …". The name may contain any character.
        const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (Number(itsGroup) === group && state !== "Z") found.push(pid);
    }
    return found;
}

async function allProcesses(): Promise<number[]> {
    return (await fs.readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}
