import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { run, type RunResult, tryRun } from "../../../lab/run";

/** Parts of a host. */
export interface HostOptions {
    /** Folder of a tree, as `keepalivedOf` makes it. */
    tree: string;
    name: string;
    /** Addresses of its eth0, with prefixes. */
    addresses: string[];
    /** Commands to count, so that a script can be ended at one of them. */
    counted?: readonly string[];
}

/** Size of the disk in bytes. Only written blocks take memory. */
const diskSize = 512 * 1024 * 1024;

const standIns = path.join(__dirname, "..", "stand-ins");

/** The network of the host is a namespace too. */
const lan = "nsenter --net=/run/stand-in/proc/$(cat /run/stand-in/lan)/ns/net sh -eu";

/** Feed a script to a shell as in an SSH session. */
const session = `
export SCRIPT=$$
ln -s /run/stand-in/proc/$$ /proc/$$
exec sh -s "$1"`;

/**
 * A host for scripts: the files of a Debian release, in namespaces on this machine's kernel. Stand-ins
 * replace kernel features and daemons that a namespace does not have.
 */
export class ScriptHost {
    private static readonly all = new Set<ScriptHost>();

    /** Remove the hosts that a failed test has left. */
    static async removeAll(): Promise<void> {
        await Promise.all([...this.all].map((host) => host.remove()));
    }

    private constructor(
        /** The whole host ends with this process. */
        private readonly machine: ChildProcess,
        private readonly tree: string,
        /** The first process of the host while it is on. */
        private pid: string,
    ) {}

    static async on({ tree, name, addresses, counted = [] }: HostOptions): Promise<ScriptHost> {
        const script = path.join(__dirname, "machine.sh");
        const machine = spawn(
            "unshare",
            ["--mount", script, String(diskSize), standIns, name, ...addresses],
            {
                cwd: tree,
                env: { PATH: process.env.PATH, COUNTED: counted.join(" ") },
            },
        );
        const host = new ScriptHost(machine, tree, await nextPid(machine));
        this.all.add(host);
        return host;
    }

    /** Folder with the files that differ from the tree, each in its place. */
    get changes(): string {
        return `/proc/${this.machine.pid}/cwd/changes`;
    }

    /** Folders with the original files, the upper one before the lower one. */
    get found(): string[] {
        return [standIns, path.join(this.tree, "tree")];
    }

    /** Cut its power and switch it on again. Its files stay. */
    async reboot(): Promise<void> {
        this.machine.stdin!.write("\n");
        this.pid = await nextPid(this.machine);
    }

    /** Leave so many KB free on its disk, or as much as at first. */
    async leaveRoom(free: number | "enough"): Promise<void> {
        const { blocks, bfree, bsize } = await fs.statfs(`/proc/${this.machine.pid}/cwd`);
        const size = free === "enough" ? diskSize : (blocks - bfree) * bsize + free * 1024;
        const enter = ["nsenter", "--target", String(this.machine.pid), "--mount"];
        const disk = path.join(this.tree, "run");
        await run([...enter, "mount", "-o", `remount,size=${size}`, disk]);
    }

    /** Remove the host and all its files. */
    async remove(): Promise<void> {
        ScriptHost.all.delete(this);
        const end = once(this.machine, "close");
        this.machine.stdin!.end();
        await end;
    }

    /** Feed a bundle to a shell, as over SSH. */
    send(bundle: string, verb: string): Promise<RunResult> {
        return this.enter(["sh", "-euc", session, "sh", verb], bundle);
    }

    /** Send the next script a signal at the counted command with this number. */
    async endAt(command: number, signal: string): Promise<void> {
        const here = "/run/stand-in";
        await this.run(`rm -f ${here}/count; echo ${command} ${signal} >${here}/point`);
    }

    /** Return the number of counted commands since then. */
    async count(): Promise<number> {
        return Number(await this.run("wc -c </run/stand-in/count"));
    }

    /** Run a shell script that must succeed, and return its output. */
    async run(script: string): Promise<string> {
        const { status, stdout, stderr } = await this.enter(["sh", "-eu"], script);
        if (status !== 0) throw new Error(`${script}\nexit status ${status}\n${stdout}${stderr}`);
        return stdout;
    }

    /** Do the same on another machine in its network. */
    async runInNetwork(script: string): Promise<void> {
        await this.run(`${lan} <<'END-OF-SCRIPT'\n${script}\nEND-OF-SCRIPT`);
    }

    private enter(command: string[], stdin: string): Promise<RunResult> {
        const spaces = [
            "--mount",
            "--net",
            "--uts",
            "--pid",
            "--wd",
            `--root=/proc/${this.pid}/cwd`,
        ];
        const session = {
            PATH: "/usr/sbin:/usr/bin",
            SSH_CONNECTION: "10.128.190.252 40000 10.128.190.253 22",
            // The process ids of the host are here.
            PROC_ROOT: "/run/stand-in/proc",
        };
        return tryRun(["nsenter", "--target", this.pid, ...spaces, ...command], {
            // A signal to a script ends its whole process group.
            session,
            stdin,
            timeout: 60_000,
        });
    }
}

/** Output of the machine when it is on. */
async function nextPid(machine: ChildProcess): Promise<string> {
    let complaint = "";
    machine.stderr!.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    const [pid] = (await Promise.race([
        once(machine.stdout!.setEncoding("utf8"), "data"),
        once(machine, "close"),
    ])) as [string | number | null];
    if (typeof pid === "string") return pid.trim();
    throw new Error(`no host was made: ${complaint.trim()}`);
}
