import * as fs from "node:fs/promises";
import * as path from "node:path";
import { createHash } from "node:crypto";
import { cardsOf, writeIdentity } from "./identity";
import { hostKey } from "./keys";
import { Container } from "./machine/container";
import { type Card, type Machine } from "./machine/machine";
import { MachineProcess } from "./machine/process";
import { UserModeLinux } from "./machine/uml";
import type { Namespace } from "./namespace";
import type { Parts } from "./parts";
import { Refusal } from "./progress";
import { run, type RunOptions, type RunResult, tryRun } from "./run";
import { sshFilesOf } from "./sshFiles";
import { type HostSpec, isContainer, type Suite, suiteOf, type Topology } from "./topology";
import { GiveUp, waitUntil } from "./wait";

/** How long a host may take to boot: five at once on a slow machine take 45 s. */
const bootDeadline = 180_000;

/** How a command is run on a host. */
export interface HostRunOptions extends RunOptions {
    /** Who runs it: root, unless it is "admin" (who may sudo) or "nosudo" (who may not). */
    user?: string;
}

/** What a lab tells each of its hosts. */
export interface HostOptions {
    /** Folder for large files. */
    dir: string;
    /** Folder in memory, with a name short enough for sockets. */
    shortDir: string;
    namespace: Namespace;
    topology: Topology;
    parts: Parts;
    /** The processor that it runs on, where it has a kernel of its own. */
    processor: number;
}

/** A machine of a lab. */
export class Host {
    readonly name: string;
    /** IPv4 address of its first card, where it is logged in to. */
    readonly address: string;
    /** IPv6 address of its first card. */
    readonly ipv6: string;
    /** The release of Debian that it runs. */
    readonly suite: Suite;
    /** Its public host key: `ssh-ed25519 AAAA…`. */
    readonly hostKey: string;
    /** What it has written to its console since it was first booted, for a look when it hangs. */
    readonly consoleLog: string;
    /** Is it a container? Otherwise it has a kernel of its own. */
    readonly isContainer: boolean;
    private readonly cards: Card[];
    private readonly dir: string;
    /** The second disk: see `writeIdentity`. */
    private readonly identity: string;
    private readonly machine: Machine;
    private readonly process: MachineProcess;

    constructor(
        private readonly lab: HostOptions,
        private readonly spec: HostSpec,
    ) {
        this.name = spec.name;
        this.cards = cardsOf(spec, lab.topology);
        this.address = this.card().address;
        this.ipv6 = this.card().ipv6;
        this.suite = suiteOf(spec);
        this.hostKey = hostKey(spec.name).public;
        this.dir = path.join(lab.dir, "hosts", spec.name);
        this.identity = path.join(this.dir, "identity.tar");
        this.consoleLog = path.join(this.dir, "console.log");
        this.isContainer = isContainer(spec);
        const options = {
            name: spec.name,
            machineId: digest(`machine ${spec.name}`).slice(0, 32),
            cards: this.cards,
            dir: this.dir,
            shortDir: lab.shortDir,
            identity: this.identity,
            inside: (command: string[]) => this.inside(command),
        };
        this.machine = this.isContainer
            ? new Container(options)
            : new UserModeLinux({
                  ...options,
                  kernel: lab.parts.kernel,
                  memoryMB: spec.memoryMB ?? 160,
                  processor: lab.processor,
              });
        this.process = new MachineProcess(spec.name, this.dir, lab.namespace);
    }

    /** Its card in a network, by default the first. */
    card(network = this.cards[0]!.network): Card {
        const card = this.cards.find((one) => one.network === network);
        if (card) return card;
        const networks = this.cards.map((one) => one.network).join(", ");
        throw new Refusal(`${this.name} has no card in ${network}, only in ${networks}`);
    }

    /** Runs a shell script on the host; returns what it printed; throws if it fails. */
    async run(script: string, options: HostRunOptions = {}): Promise<string> {
        return run(this.sshCommand(script, options), { timeout: 120_000, ...options });
    }

    /** Runs a shell script on the host, whatever comes of it. Status 255 is ssh's own. */
    async tryRun(script: string, options: HostRunOptions = {}): Promise<RunResult> {
        return tryRun(this.sshCommand(script, options), { timeout: 120_000, ...options });
    }

    /** The command that logs in to the host on a terminal, or runs `script` there. */
    login(script: string): string[] {
        const terminal = script ? [] : ["RequestTTY=yes"];
        // Without a script there must be no word for one.
        return this.sshCommand(script, {}, terminal).filter((word) => word !== "");
    }

    /** Does the machine run (or is it frozen)? */
    async isUp(): Promise<boolean> {
        return (await this.process.leader()) !== undefined;
    }

    /** Pulls the plug: nothing on the host gets to say or write another word. */
    async cut(): Promise<void> {
        await this.process.end();
        await this.forgetConnection();
    }

    /** Turns the host off in order: all that it has written is on its disk. */
    async shutDown(): Promise<void> {
        await this.requireLife();
        // The connection may end before the answer comes.
        await this.tryRun("systemctl poweroff");
        await this.forgetConnection();
        await waitUntil(`end of ${this.name}`, 60_000, async () => !(await this.isUp()));
        await this.process.end();
    }

    /** Turns the host on, with its disk as it was left, and waits until ssh answers. */
    async boot(): Promise<void> {
        if (await this.isUp()) throw new Error(`${this.name} is running already`);
        await this.powerOn();
        await this.waitForSsh();
    }

    /** Shuts the host down in order and boots it; returns when it answers again. */
    async reboot(): Promise<void> {
        const before = await this.bootId();
        // The connection may end before the answer comes.
        await this.tryRun("systemctl reboot");
        await this.forgetConnection();
        await waitUntil(`reboot of ${this.name}`, bootDeadline, async () => {
            await this.requireLife();
            const now = await this.bootId();
            return now !== undefined && now !== before;
        });
    }

    /** Makes the host stand still at once: it neither answers nor notices. */
    async freeze(): Promise<void> {
        await this.machine.freeze(await this.requireLife());
    }

    /** Lets a frozen host go on from where it stood. */
    async thaw(): Promise<void> {
        await this.machine.thaw(await this.requireLife());
    }

    /** Pulls the network cable of one of the host's cards out, or plugs it in. */
    async link(state: "up" | "down", network?: string): Promise<void> {
        const card = this.card(network);
        // The card does not get over a device that is taken down: it is unplugged at the far end.
        const end = state === "up" ? ["master", card.network] : ["nomaster"];
        await run(this.inside(["ip", "link", "set", card.tap, ...end]));
    }

    /**
     * Puts a new disk in and boots from it: a bare one, as on the day the host was delivered, or
     * one that `installedDisk` made.
     */
    async reset(disk?: string): Promise<void> {
        await this.cut();
        await this.startNew(disk);
        await this.waitForSsh();
    }

    /** Makes the host's folder and network devices; for `Lab.up`. */
    async create(): Promise<void> {
        await fs.mkdir(this.dir, { recursive: true });
        await writeIdentity(this.identity, this.spec, this.lab.topology);
        await this.machine.plugIn();
    }

    /** Starts the machine with a new disk, as `reset` does, and does not wait for it. */
    async startNew(disk = this.lab.parts.suites[this.suite]!.image.disk): Promise<void> {
        await this.process.end();
        await this.machine.insert(disk);
        await this.powerOn();
    }

    /** Waits until the host lets the client in. */
    async waitForSsh(): Promise<void> {
        await waitUntil(`ssh to ${this.name}`, bootDeadline, async () => {
            await this.requireLife();
            return (await this.bootId()) !== undefined;
        });
    }

    private async powerOn(): Promise<void> {
        await fs.rm(path.join(this.lab.shortDir, this.name, "pid"), { force: true });
        const { command, env } = this.machine.powerOn();
        await this.process.start(this.inside(command), env, this.consoleLog);
    }

    /** Ends the connection that `run` keeps open. */
    private async forgetConnection(): Promise<void> {
        const sockets = path.join(this.lab.shortDir, "ssh");
        for (const socket of await fs.readdir(sockets)) {
            if (!socket.endsWith(`@${this.name}`)) continue;
            const control = [
                "ssh",
                "-o",
                `ControlPath=${path.join(sockets, socket)}`,
                "-O",
                "exit",
            ];
            await tryRun([...control, this.name], { timeout: 5000 });
            await fs.rm(path.join(sockets, socket), { force: true });
        }
    }

    /** A name for the time since the host was last turned on; undefined while ssh is silent. */
    private async bootId(): Promise<string | undefined> {
        const ssh = this.sshCommand("cat /proc/sys/kernel/random/boot_id", {}, [
            "ConnectTimeout=1",
        ]);
        const { status, stdout } = await tryRun(ssh, { timeout: 20_000 });
        return status === 0 ? stdout.trim() : undefined;
    }

    private sshCommand(
        script: string,
        options: HostRunOptions,
        sshOptions: string[] = [],
    ): string[] {
        const settings = sshOptions.flatMap((option) => ["-o", option]);
        const user = options.user ? ["-l", options.user] : [];
        const config = sshFilesOf(this.lab).config;
        return this.inside(["ssh", "-F", config, ...settings, ...user, this.name, script]);
    }

    private inside(command: string[]): string[] {
        return this.lab.namespace.command(command);
    }

    private async requireLife(): Promise<number> {
        const pid = await this.process.leader();
        if (pid !== undefined) return pid;
        const log = await fs.readFile(this.consoleLog, "utf8").catch(() => "");
        const way = this.isContainer
            ? " Where no container starts, PULUMI_LVS_LAB_MACHINES=uml gives hosts kernels of their own."
            : "";
        throw new GiveUp(`${this.name} is off.${way} The end of its console:\n${log.slice(-1500)}`);
    }
}

function digest(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
