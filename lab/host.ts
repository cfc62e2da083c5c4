import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Card, cardsOf, writeIdentity } from "./identity";
import { hostKey } from "./keys";
import { Namespace, processGroup, signal } from "./namespace";
import { Parts } from "./parts";
import { Refusal } from "./progress";
import { run, RunOptions, RunResult, tryRun } from "./run";
import { HostSpec, Suite, suiteOf, Topology } from "./topology";
import { GiveUp, waitUntil } from "./wait";

/** How long a host may take to boot: five at once on a slow machine take 45 s. */
const bootDeadline = 180_000;

/** How a command is run on a host. */
export interface HostRunOptions extends RunOptions {
    /** Who runs it: root, unless it is "admin" (who may sudo) or "nosudo" (who may not). */
    user?: string;
}

/** A virtual machine of a lab. */
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
    private readonly cards: Card[];
    private readonly dir: string;
    private readonly disk: string;
    /** The second disk: see `writeIdentity`. */
    private readonly identity: string;

    constructor(
        private readonly lab: {
            dir: string;
            namespace: Namespace;
            topology: Topology;
            parts: Parts;
            processor: number;
        },
        private readonly spec: HostSpec,
    ) {
        this.name = spec.name;
        this.cards = cardsOf(spec, lab.topology);
        this.address = this.card().address;
        this.ipv6 = this.card().ipv6;
        this.suite = suiteOf(spec);
        this.hostKey = hostKey(spec.name).public;
        this.dir = path.join(lab.dir, "hosts", spec.name);
        this.disk = path.join(this.dir, "disk.cow");
        this.identity = path.join(this.dir, "identity.tar");
        this.consoleLog = path.join(this.dir, "console.log");
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

    /** Does the host's virtual machine run (or is it frozen)? */
    async isUp(): Promise<boolean> {
        return (await this.process()) !== undefined;
    }

    /** Pulls the plug: nothing on the host gets to say or write another word. */
    async cut(): Promise<void> {
        await this.endProcesses();
        await this.forgetConnection();
    }

    /** Turns the host off in order: all that it has written is on its disk. */
    async shutDown(): Promise<void> {
        await this.requireLife();
        // The connection may end before the answer comes.
        await this.tryRun("systemctl poweroff");
        await this.forgetConnection();
        await waitUntil(`end of ${this.name}`, 60_000, async () => !(await this.isUp()));
        await this.endProcesses();
    }

    /** Turns the host on, with its disk as it was left, and waits until ssh answers. */
    async boot(): Promise<void> {
        if (await this.isUp()) throw new Error(`${this.name} is running already`);
        await this.start();
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
        signal(await this.requireLife(), "SIGSTOP");
    }

    /** Lets a frozen host go on from where it stood. */
    async thaw(): Promise<void> {
        signal(await this.requireLife(), "SIGCONT");
    }

    /** Pulls the network cable of one of the host's cards out, or plugs it in. */
    async link(state: "up" | "down", network?: string): Promise<void> {
        const card = this.card(network);
        // The card does not get over a device that is taken down: it is unplugged at the far end.
        const end = state === "up" ? ["master", card.network] : ["nomaster"];
        await run(this.inside(["ip", "link", "set", this.tapOf(card), ...end]));
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

    /** Keeps the disk as it is now in a file. The host has to be off, best by `shutDown`. */
    async saveDisk(file: string): Promise<void> {
        await this.copyDisk(this.disk, path.resolve(this.dir, file));
    }

    /** Puts in the disk that was kept in a file. The host has to be off. */
    async restoreDisk(file: string): Promise<void> {
        await this.copyDisk(path.resolve(this.dir, file), this.disk);
    }

    /** Makes the host's folder and network devices; for `Lab.up`. */
    async create(): Promise<void> {
        await fs.mkdir(this.dir, { recursive: true });
        await writeIdentity(this.identity, this.spec, this.lab.topology);
        for (const card of this.cards) {
            const tap = this.tapOf(card);
            await run(this.inside(["ip", "tuntap", "add", tap, "mode", "tap"]));
            await run(this.inside(["ip", "link", "set", tap, "master", card.network, "up"]));
            // The virtual cards cannot take packets apart or put them together for one another.
            const offloads = ["tso", "off", "gso", "off", "gro", "off"];
            await run(this.inside(["ethtool", "-K", tap, ...offloads]));
        }
    }

    /** Starts the virtual machine with a new disk, as `reset` does, and does not wait for it. */
    async startNew(disk = this.lab.parts.suites[this.suite]!.image.disk): Promise<void> {
        await fs.rm(this.disk, { force: true });
        // What the host writes goes to the first of the two files, which notes the name of the other.
        await this.start(`${this.disk},${disk}`);
    }

    /** Waits until the host lets the client in. */
    async waitForSsh(): Promise<void> {
        await waitUntil(`ssh to ${this.name}`, bootDeadline, async () => {
            await this.requireLife();
            return (await this.bootId()) !== undefined;
        });
    }

    private async start(disk = this.disk): Promise<void> {
        const { dir, namespace, parts, processor } = this.lab;
        await this.endProcesses();
        const consoles = path.join(dir, "uml");
        await fs.rm(path.join(consoles, this.name), { recursive: true, force: true });
        const log = await fs.open(this.consoleLog, "a");
        const kernel = [
            ...["taskset", "-c", String(processor)],
            path.join(__dirname, "image/power-on"),
            ...parts.kernel.options,
            `umid=${this.name}`,
            `uml_dir=${consoles}`,
            `mem=${this.spec.memoryMB ?? 160}M`,
            `ubd0=${disk}`,
            `ubd1r=${this.identity}`,
            "root=/dev/ubda",
            "rw",
            ...this.cards.map((card, index) => `vec${index}:${this.vectorOptions(card)}`),
            `systemd.hostname=${this.name}`,
            `systemd.machine_id=${digest(`machine ${this.name}`).slice(0, 32)}`,
            "con=null",
            "con0=null,fd:1",
            "ssl=null",
            "selinux=0",
            // They try for a second which way to compute the parity of disks is the fastest.
            "initcall_blacklist=raid6_init,raid6_select_algo",
            "quiet",
        ];
        const [program, ...args] = namespace.command(kernel);
        // A process group of its own is what `cut` kills.
        const stdio = ["ignore", log.fd, log.fd] as const;
        const env = { ...process.env, KERNEL: parts.kernel.program };
        const child = spawn(program!, args, { cwd: "/", env, detached: true, stdio: [...stdio] });
        child.unref();
        await log.close();
        const pid = child.pid!;
        await waitUntil(`start of ${this.name}`, 10_000, () => namespace.contains(pid), 10);
        await fs.writeFile(this.pidFile(), String(pid));
    }

    /** Ends the connection that `run` keeps open. */
    private async forgetConnection(): Promise<void> {
        const sockets = path.join(this.lab.dir, "ssh");
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
        const config = path.join(this.lab.dir, "ssh_config");
        return this.inside(["ssh", "-F", config, ...settings, ...user, this.name, script]);
    }

    private inside(command: string[]): string[] {
        return this.lab.namespace.command(command);
    }

    /** The device at the other end of a card. */
    private tapOf(card: Card): string {
        return `${card.device.replace("eth", "tap")}-${this.name}`;
    }

    /** What the driver of a card is told. */
    private vectorOptions(card: Card): string {
        const tap = `transport=tap,ifname=${this.tapOf(card)}`;
        return `${tap},depth=128,gro=0,mac=${macOf(card.address)}`;
    }

    private pidFile(): string {
        return path.join(this.dir, "pid");
    }

    /** The first process of the virtual machine, which leads its process group. */
    private async process(): Promise<number | undefined> {
        const pid = await this.recordedProcess();
        // The number may have been given to a stranger since, but not in this namespace.
        const alive = pid !== undefined && (await this.lab.namespace.contains(pid));
        return alive ? pid : undefined;
    }

    private async recordedProcess(): Promise<number | undefined> {
        const text = await fs.readFile(this.pidFile(), "utf8").catch(() => undefined);
        return text === undefined ? undefined : Number(text);
    }

    /** Ends the virtual machine, or what one that ended by itself has left of its processes. */
    private async endProcesses(): Promise<void> {
        const group = await this.recordedProcess();
        if (group === undefined) return;
        await waitUntil(`end of ${this.name}`, 10_000, async () => {
            for (const pid of await processGroup(group)) {
                if (!(await this.lab.namespace.contains(pid))) continue;
                signal(-group, "SIGKILL");
                return false;
            }
            return true;
        });
    }

    private async requireLife(): Promise<number> {
        const pid = await this.process();
        if (pid !== undefined) return pid;
        const log = await fs.readFile(this.consoleLog, "utf8").catch(() => "");
        throw new GiveUp(`${this.name} is off. The end of its console:\n${log.slice(-1500)}`);
    }

    private async copyDisk(from: string, to: string): Promise<void> {
        if (await this.isUp()) throw new Error(`${this.name} is on: its disk is in use`);
        await run(["cp", "--sparse=always", from, to]);
    }
}

/** A host keeps its hardware address over every boot: 02:00 and its IPv4 address. */
function macOf(address: string): string {
    const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
    return ["02", "00", ...bytes].join(":");
}

function digest(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
