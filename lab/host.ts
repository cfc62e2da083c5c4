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
import { UserError } from "./progress";
import { run, type RunOptions, type RunResult, tryRun } from "./run";
import { sshFilesOf } from "./sshFiles";
import { releases } from "./release";
import { type HostSpec, isContainer, type Suite, suiteOf, type Topology } from "./topology";
import { GiveUp, patienceMs, waitUntil } from "./wait";

/** Limit for a boot. Five hosts at once take 45 s on a slow machine. */
const bootDeadline = 180_000;

/** How to run a command on a host. */
export interface HostRunOptions extends RunOptions {
    /** User that runs the command: "admin" may use sudo, "nosudo" may not. Defaults to root. */
    user?: string;
}

/** Everything that a host needs from its lab. */
export interface HostOptions {
    /** Folder for large files. */
    dir: string;
    /** Folder in memory. Its name is short enough for sockets. */
    shortDir: string;
    namespace: Namespace;
    topology: Topology;
    parts: Parts;
    /** Processor of a host that has its own kernel. */
    processor: number;
}

/** A machine of a lab. */
export class Host {
    readonly name: string;
    /** IPv4 address of the first card. ssh uses this address. */
    readonly address: string;
    /** IPv6 address of the first card. */
    readonly ipv6: string;
    /** Debian release of the host. */
    readonly suite: Suite;
    /** Public host key: `ssh-ed25519 AAAA…`. */
    readonly hostKey: string;
    /** File with everything that the host has written to its console since its first boot. */
    readonly consoleLog: string;
    /** Whether the host is a container. Otherwise it has its own kernel. */
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
            inNamespace: (command: string[]) => this.inNamespace(command),
        };
        this.machine = this.isContainer
            ? new Container(options)
            : new UserModeLinux({
                  ...options,
                  kernel: lab.parts.kernel,
                  memoryMB: spec.memoryMB ?? releases[this.suite].memoryMB,
                  processor: lab.processor,
              });
        this.process = new MachineProcess(spec.name, this.dir, lab.namespace);
    }

    /** The host's card in a network. Defaults to the first card. */
    card(network = this.cards[0]!.network): Card {
        const card = this.cards.find((one) => one.network === network);
        if (card) return card;
        const networks = this.cards.map((one) => one.network).join(", ");
        throw new UserError(`${this.name} has no card in ${network}. Use ${networks}.`);
    }

    /** Run a shell script on the host and return its output. Throws if the script fails. */
    async run(script: string, options: HostRunOptions = {}): Promise<string> {
        return run(this.sshCommand(script, options), { timeout: 120_000, ...options });
    }

    /** Run a shell script on the host and return its result. Status 255 comes from ssh itself. */
    async tryRun(script: string, options: HostRunOptions = {}): Promise<RunResult> {
        return tryRun(this.sshCommand(script, options), { timeout: 120_000, ...options });
    }

    /** Command that logs in to the host on a terminal, or runs `script` there. */
    login(script: string): string[] {
        const terminal = script ? [] : ["RequestTTY=yes"];
        // ssh would run an empty argument as a command.
        return this.sshCommand(script, {}, terminal).filter((word) => word !== "");
    }

    /** Whether the host is on. A frozen host is on. */
    async isUp(): Promise<boolean> {
        return (await this.process.leader()) !== undefined;
    }

    /** Cut the power. The host can neither send nor write anything more. */
    async cut(): Promise<void> {
        await this.process.end();
        await this.closeConnection();
    }

    /** Shut the host down cleanly: its disk has everything that it wrote. */
    async shutDown(): Promise<void> {
        await this.requireRunning();
        // ssh may be disconnected before the answer arrives.
        await this.tryRun("systemctl poweroff");
        await this.closeConnection();
        await waitUntil(`end of ${this.name}`, patienceMs, async () => !(await this.isUp()));
        await this.process.end();
    }

    /** Turn the host on with its disk unchanged, and wait until ssh answers. */
    async boot(): Promise<void> {
        if (await this.isUp()) throw new Error(`${this.name} is running already`);
        await this.powerOn();
        await this.waitForSsh();
    }

    /** Shut the host down cleanly and boot it. Return when ssh answers. */
    async reboot(): Promise<void> {
        const before = await this.bootId();
        // ssh may be disconnected before the answer arrives.
        await this.tryRun("systemctl reboot");
        await this.closeConnection();
        await waitUntil(`reboot of ${this.name}`, bootDeadline, async () => {
            await this.requireRunning();
            const now = await this.bootId();
            return now !== undefined && now !== before;
        });
    }

    /** Stop all processes of the host at once. Nothing answers until `thaw`. */
    async freeze(): Promise<void> {
        await this.machine.freeze(await this.requireRunning());
    }

    /** Resume a frozen host. */
    async thaw(): Promise<void> {
        await this.machine.thaw(await this.requireRunning());
    }

    /** Unplug or plug in the network cable of a card. */
    async link(state: "up" | "down", network?: string): Promise<void> {
        const card = this.card(network);
        // The card of a guest does not recover if its device is down: detach the bridge instead.
        const end = state === "up" ? ["master", card.network] : ["nomaster"];
        await run(this.inNamespace(["ip", "link", "set", card.tap, ...end]));
    }

    /** Boot from a new disk: a bare one without packages, or one that `installedDisk` made. */
    async reset(disk?: string): Promise<void> {
        await this.cut();
        await this.startNew(disk);
        await this.waitForSsh();
    }

    /** Create the host's folder and network devices. `Lab.up` calls this. */
    async create(): Promise<void> {
        await fs.mkdir(this.dir, { recursive: true });
        await writeIdentity(this.identity, this.spec, this.lab.topology);
        await this.machine.createDevices();
    }

    /** Start the machine with a new disk, as `reset` does, without waiting for it. */
    async startNew(disk = this.lab.parts.suites[this.suite]!.image.disk): Promise<void> {
        await this.process.end();
        await this.machine.useDisk(disk);
        await this.powerOn();
    }

    /** Wait until ssh to the host works. */
    async waitForSsh(): Promise<void> {
        await waitUntil(`ssh to ${this.name}`, bootDeadline, async () => {
            await this.requireRunning();
            return (await this.bootId()) !== undefined;
        });
    }

    private async powerOn(): Promise<void> {
        await fs.rm(path.join(this.lab.shortDir, this.name, "pid"), { force: true });
        const { command, env } = this.machine.powerOn();
        await this.process.start(this.inNamespace(command), env, this.consoleLog);
    }

    /** Close the connection that `run` shares. */
    private async closeConnection(): Promise<void> {
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

    /** Identifier of the current boot. undefined while ssh does not answer. */
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
        return this.inNamespace(["ssh", "-F", config, ...settings, ...user, this.name, script]);
    }

    private inNamespace(command: string[]): string[] {
        return this.lab.namespace.command(command);
    }

    private async requireRunning(): Promise<number> {
        const pid = await this.process.leader();
        if (pid !== undefined) return pid;
        const log = await fs.readFile(this.consoleLog, "utf8").catch(() => "");
        const way = this.isContainer
            ? " If containers do not start on this machine, set PULUMI_LVS_LAB_MACHINES=uml to use virtual machines."
            : "";
        throw new GiveUp(`${this.name} is off.${way} End of its console:\n${log.slice(-1500)}`);
    }
}

function digest(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
