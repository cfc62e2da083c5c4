import { ChildProcess, spawn, SpawnOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import { Socket } from "node:net";
import * as path from "node:path";
import { Host } from "./host";
import { clientKey } from "./keys";
import { Namespace } from "./namespace";
import { labParts, Parts } from "./parts";
import { labNames, makePlaces, placesOf, removePlaces } from "./places";
import { Probe, ProbeOptions } from "./probe";
import { processorOf } from "./processors";
import { Refusal } from "./progress";
import { nodeCommand, run, RunOptions, RunResult, tryRun } from "./run";
import { sshFilesOf, writeSshFiles } from "./sshFiles";
import { HostSpec, ipv6Of, isContainer, Network, suiteOf, Topology } from "./topology";
import { waitUntil } from "./wait";

export { Host } from "./host";
export { waitUntil } from "./wait";

/** How a lab is brought up. */
export interface LabOptions {
    /** What it is called. Defaults to a name of its own, so that labs can run side by side. */
    name?: string;
    /** Does it outlive the process that brought it up? Otherwise it ends with it. */
    lasting?: boolean;
    /** The disk that a host starts with, as `installedDisk` made it; undefined is a bare one. Defaults to bare ones. */
    disk?: (host: HostSpec) => Promise<string | undefined>;
}

/** What is written down about a running lab. */
interface LabRecord {
    topology: Topology;
    parts: Parts;
    /** How many labs there were before it: so many processors further on its kernels begin. */
    others: number;
}

/** A few hosts on a network of their own, on this machine. */
export class Lab {
    readonly hosts: Host[];
    /** The lab's namespace: its addresses in the first network, and the key that hosts let in. */
    readonly client: {
        address: string;
        ipv6: string;
        privateKeyFile: string;
        privateKey: string;
    };
    /** Which of the kernels serves, and where the parts of the lab are. */
    readonly parts: Parts;
    /** Folder with the large files that the lab writes; it goes with the lab. */
    readonly dir: string;
    /** Folder in memory with its sockets, and what containers write. */
    readonly shortDir: string;
    readonly topology: Topology;
    private readonly namespace: Namespace;

    private constructor(
        readonly name: string,
        private readonly record: LabRecord,
    ) {
        const { topology, parts, others } = record;
        this.topology = topology;
        this.parts = parts;
        const places = placesOf(name);
        this.dir = places.dir;
        this.shortDir = places.shortDir;
        this.namespace = namespaceOf(name);
        const own = { ...places, namespace: this.namespace, topology, parts };
        let kernels = others;
        this.hosts = topology.hosts.map((spec) => {
            const processor = processorOf(isContainer(spec) ? 0 : kernels++);
            return new Host({ ...own, processor }, spec);
        });
        const first = Object.values(topology.networks)[0]!;
        this.client = {
            address: first.client,
            ipv6: ipv6Of(first.client, first),
            privateKeyFile: sshFilesOf(places).privateKey,
            privateKey: clientKey().private,
        };
    }

    /** Brings a lab up and returns when every host lets the client in. */
    static async up(topology: Topology, options: LabOptions = {}): Promise<Lab> {
        const parts = await labParts(...new Set(topology.hosts.map(suiteOf)));
        const disks = await disksOf(topology, options);
        const name = options.name ?? `${topology.name}-${randomBytes(3).toString("hex")}`;
        const lab = new Lab(name, { topology, parts, others: (await Lab.names()).length });
        await removeDeadLab(name);
        await makePlaces(lab);
        try {
            const keep = await lab.create();
            await Promise.all(lab.hosts.map((host) => host.startNew(disks.get(host.name))));
            await Promise.all(lab.hosts.map((host) => host.waitForSsh()));
            if (options.lasting) keep();
        } catch (error) {
            await lab.down();
            throw error;
        }
        return lab;
    }

    /** The lab of that name, if it is running. */
    static async attach(name: string): Promise<Lab | undefined> {
        if (!(await namespaceOf(name).exists())) return undefined;
        const record = await readRecord(name);
        return record && new Lab(name, record);
    }

    /** The names of all labs that are there, running or not. */
    static async names(): Promise<string[]> {
        return labNames();
    }

    /** Takes a lab of that name down, in whatever state it is; nothing happens if there is none. */
    static async remove(name: string): Promise<void> {
        await namespaceOf(name).destroy();
        await removePlaces(placesOf(name));
    }

    /** The host of that name. */
    host(name: string): Host {
        const host = this.hosts.find((candidate) => candidate.name === name);
        if (host) return host;
        const names = this.hosts.map((candidate) => candidate.name).join(", ");
        throw new Refusal(`${this.name} has no host ${name}, only ${names}`);
    }

    /** What to run on this machine in order to run a command on the client. */
    command(command: string[]): string[] {
        return this.namespace.command(command);
    }

    /** Runs a command on the client; returns what it printed; throws if it fails. */
    async exec(command: string[], options: RunOptions = {}): Promise<string> {
        return run(this.command(command), options);
    }

    /** Runs a command on the client, whatever comes of it. */
    async tryExec(command: string[], options: RunOptions = {}): Promise<RunResult> {
        return tryRun(this.command(command), options);
    }

    /** Starts a command on the client and does not wait for it. It ends with the lab. */
    spawn(command: string[], options: SpawnOptions = {}): ChildProcess {
        const [program, ...args] = this.command(command);
        return spawn(program!, args, options);
    }

    /** Starts a client that requests `url` again and again, until it is told to stop. */
    async probe(url: string, options: ProbeOptions = {}): Promise<Probe> {
        return Probe.start((command, stdio) => this.spawn(command, { stdio }), url, options);
    }

    /** Puts a bare disk into every host, as on the day they were delivered. */
    async reset(): Promise<void> {
        await Promise.all(this.hosts.map((host) => host.reset()));
    }

    /** Ends the lab and all that runs in it, and leaves nothing of it behind. */
    async down(): Promise<void> {
        await Lab.remove(this.name);
    }

    /** Makes all of it but its hosts. It ends with this process, until `keep` is called. */
    private async create(): Promise<() => void> {
        await this.namespace.create();
        const keep = this.endWithThisProcess();
        await fs.writeFile(path.join(this.dir, "lab.json"), JSON.stringify(this.record, null, 4));
        await writeSshFiles(this, this.hosts);

        // The client is no router, and takes an answer from whichever network it comes.
        const settings = ["net.ipv4.ip_forward=0", "net.ipv4.conf.default.rp_filter=0"];
        await this.exec(["sysctl", "-q", ...settings, "net.ipv4.conf.all.rp_filter=0"]);
        for (const [name, network] of Object.entries(this.topology.networks)) {
            await this.createNetwork(name, network);
        }
        await Promise.all(this.hosts.map((host) => host.create()));
        await this.servePackages();
        return keep;
    }

    private async createNetwork(name: string, network: Network): Promise<void> {
        const ipv6 = ipv6Of(network.client, network);
        await this.exec(["ip", "link", "add", name, "type", "bridge", "mcast_snooping", "0"]);
        await this.exec(["ip", "link", "set", name, "up"]);
        await this.exec(["ip", "address", "add", `${network.client}/24`, "dev", name]);
        await this.exec(["ip", "address", "add", `${ipv6}/64`, "dev", name, "nodad"]);
        await this.exec(["ethtool", "-K", name, "tso", "off", "gso", "off", "gro", "off"]);
    }

    /**
     * Leaves a process behind that waits for the end of this one, however it comes (a pipe closes
     * with the last process that holds its other end), and then takes the lab down. It is in the
     * lab's namespace, so whoever takes the lab down earlier ends it too. Returns how to tell it
     * that the lab is to stay.
     */
    private endWithThisProcess(): () => void {
        const down = [...nodeCommand("cli.ts"), "--name", this.name, "down"];
        const wait = ["sh", "-c", 'read -r _ || exec "$@"', "lab-watchdog", ...down];
        const watchdog = this.spawn(wait, {
            cwd: "/",
            detached: true,
            stdio: ["pipe", "ignore", "ignore"],
        });
        watchdog.unref();
        const pipe = watchdog.stdin as Socket;
        // It must not keep this process from ending, nor end it when the lab is taken down first.
        pipe.unref();
        pipe.on("error", () => undefined);
        return () => pipe.end("stay\n");
    }

    private async servePackages(): Promise<void> {
        const logFile = path.join(this.dir, "packages.log");
        const log = await fs.open(logFile, "a");
        const addresses = Object.values(this.topology.networks).map(({ client }) => client);
        const folders = Object.entries(this.parts.suites).map(
            ([suite, { packages }]) => `${suite}=${packages}`,
        );
        const serve = [...nodeCommand("packageServer.ts"), addresses.join(), ...folders];
        const stdio: SpawnOptions["stdio"] = ["ignore", log.fd, log.fd];
        const server = this.spawn(serve, { cwd: "/", detached: true, stdio });
        server.unref();
        await log.close();
        await waitUntil("start of the package server", 20_000, async () => {
            const text = await fs.readFile(logFile, "utf8");
            if (server.exitCode !== null) throw new Error(text);
            return text.includes("listening");
        });
    }
}

/** By host name. One after the other: two hosts may ask for a disk that has to be built first. */
async function disksOf({ hosts }: Topology, { disk }: LabOptions): Promise<Map<string, string>> {
    const disks = new Map<string, string>();
    for (const spec of hosts) {
        const file = await disk?.(spec);
        if (file) disks.set(spec.name, file);
    }
    return disks;
}

function namespaceOf(name: string): Namespace {
    return new Namespace(path.join(placesOf(name).shortDir, "net"));
}

async function readRecord(name: string): Promise<LabRecord | undefined> {
    const text = await fs
        .readFile(path.join(placesOf(name).dir, "lab.json"), "utf8")
        .catch(() => "");
    return text ? (JSON.parse(text) as LabRecord) : undefined;
}

/** Makes room for a new lab where one of its name was left over, by a restart for instance. */
async function removeDeadLab(name: string): Promise<void> {
    if (await Lab.attach(name)) {
        throw new Refusal(`A lab called ${name} is up already. \`npm run lab -- down\` ends it.`);
    }
    await Lab.remove(name);
}
