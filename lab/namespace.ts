import * as fs from "node:fs/promises";
import { run } from "./run";
import { waitUntil } from "./wait";

/**
 * A network namespace that a file stands for. All that a lab runs, it runs in here: to end a lab,
 * nobody has to have kept count of its processes, and its devices go with the namespace.
 */
export class Namespace {
    constructor(private readonly file: string) {}

    async create(): Promise<void> {
        await fs.writeFile(this.file, "");
        await run(["unshare", `--net=${this.file}`, "ip", "link", "set", "lo", "up"]);
    }

    /** The command that runs `command` in here. */
    command(command: string[]): string[] {
        return ["nsenter", `--net=${this.file}`, ...command];
    }

    /** Is it there? After a restart of the machine the file is, and the namespace is not. */
    async exists(): Promise<boolean> {
        const mounts = await fs.readFile("/proc/self/mountinfo", "utf8");
        return mounts.includes(` ${this.file} `);
    }

    /** Is that process one of those in here? */
    async contains(pid: number): Promise<boolean> {
        const own = await fs.stat(this.file);
        const its = await fs.stat(`/proc/${pid}/ns/net`).catch(() => undefined);
        return its !== undefined && its.ino === own.ino && its.dev === own.dev;
    }

    /** Every process in here. */
    async processes(): Promise<number[]> {
        const found: number[] = [];
        for (const pid of await allProcesses()) {
            if (await this.contains(pid)) found.push(pid);
        }
        return found;
    }

    /** Ends every process in here, except the one that asks, and the namespace with its devices. */
    async destroy(): Promise<void> {
        if (!(await this.exists())) return;
        await waitUntil("end of all processes of the lab", 20_000, async () => {
            const others = (await this.processes()).filter((pid) => pid !== process.pid);
            others.forEach((pid) => signal(pid, "SIGKILL"));
            return others.length === 0;
        });
        await run(["umount", this.file]);
    }
}

/** Signals a process, or with a negative number a process group, which may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

/** The processes of a process group, without those that have ended and only wait for a parent. */
export async function processGroup(group: number): Promise<number[]> {
    const found: number[] = [];
    for (const pid of await allProcesses()) {
        const stat = await fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
        // "PID (name) state parent group …", where the name may hold anything.
        const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (Number(itsGroup) === group && state !== "Z") found.push(pid);
    }
    return found;
}

async function allProcesses(): Promise<number[]> {
    return (await fs.readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}
