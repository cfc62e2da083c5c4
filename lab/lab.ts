import { ChildProcess, spawn, SpawnOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import { Socket } from "node:net";
import * as path from "node:path";
import { Host } from "./host";
import { clientKey } from "./keys";
import { Namespace } from "./namespace";
import { labParts, Parts } from "./parts";
import { labNames, createFolders, foldersOf, removeFolders } from "./folders";
import { Probe, ProbeOptions } from "./probe";
import { processorOf } from "./processors";
import { UserError } from "./progress";
import { nodeCommand, run, RunOptions, RunResult, tryRun } from "./run";
import { sshFilesOf, writeSshFiles } from "./sshFiles";
import { HostSpec, ipv6Of, isContainer, Network, suiteOf, Topology } from "./topology";
import { patienceMs, waitUntil } from "./wait";

export { Host } from "./host";
export { patienceMs, waitUntil } from "./wait";

/** How to start a lab. */
export interface LabOptions {
    /** Name of the lab. Defaults to a unique name, so that labs can run in parallel. */
    name?: string;
    /** Whether the lab outlives the process that started it. Defaults to false. */
    persistent?: boolean;
    /**
     * First disk of a host, as `installedDisk` made it. undefined is a bare disk. Defaults to bare
     * disks.
     */
    disk?: (host: HostSpec) => Promise<string | undefined>;
}

/** The record of a running lab. */
interface LabRecord {
    topology: Topology;
    parts: Parts;
    /**
     * Number of labs that were running before. It selects the first processor for the lab's
     * kernels.
     */
    earlierLabs: number;
}

/** A few hosts on a private network on this machine. */
export class Lab {
    readonly hosts: Host[];
    /** The lab's namespace: its addresses in the first network, and the key that hosts accept. */
    readonly client: {
        address: string;
        ipv6: string;
        privateKeyFile: string;
        privateKey: string;
    };
    /** The kernel and the images of the lab. */
    readonly parts: Parts;
    /** Folder with the large files of the lab. It is deleted with the lab. */
    readonly dir: string;
    /** Folder in memory with sockets and the files that containers write. */
    readonly shortDir: string;
    readonly topology: Topology;
    private readonly namespace: Namespace;
    private static readonly started = new Set<Lab>();

    private constructor(
        readonly name: string,
        private readonly record: LabRecord,
    ) {
        const { topology, parts, earlierLabs: others } = record;
        this.topology = topology;
        this.parts = parts;
        const places = foldersOf(name);
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

    /** Start a lab and return when ssh to every host works. */
    static async up(topology: Topology, options: LabOptions = {}): Promise<Lab> {
        const parts = await labParts(...new Set(topology.hosts.map(suiteOf)));
        const disks = await disksOf(topology, options);
        const name = options.name ?? `${topology.name}-${randomBytes(3).toString("hex")}`;
        const lab = new Lab(name, { topology, parts, earlierLabs: (await Lab.names()).length });
        await removeLeftover(name);
        await createFolders(lab);
        try {
            const keep = await lab.create();
            await Promise.all(lab.hosts.map((host) => host.startNew(disks.get(host.name))));
            await Promise.all(lab.hosts.map((host) => host.waitForSsh()));
            if (options.persistent) keep();
        } catch (error) {
            await lab.down();
            throw error;
        }
        Lab.started.add(lab);
        return lab;
    }

    /** Labs that this process has started and not taken down. */
    static running(): Lab[] {
        return [...Lab.started];
    }

    /** The lab of this name if it is running. */
    static async attach(name: string): Promise<Lab | undefined> {
        if (!(await namespaceOf(name).exists())) return undefined;
        const record = await readRecord(name);
        return record && new Lab(name, record);
    }

    /** Names of all labs, running or not. */
    static async names(): Promise<string[]> {
        return labNames();
    }

    /** Remove a lab in any state. Does nothing if there is no such lab. */
    static async remove(name: string): Promise<void> {
        await namespaceOf(name).destroy();
        await removeFolders(foldersOf(name));
    }

    /** The host of this name. */
    host(name: string): Host {
        const host = this.hosts.find((candidate) => candidate.name === name);
        if (host) return host;
        const names = this.hosts.map((candidate) => candidate.name).join(", ");
        throw new UserError(`${this.name} has no host ${name}. Use ${names}.`);
    }

    /** Command to run on this machine to run `command` on the client. */
    command(command: string[]): string[] {
        return this.namespace.command(command);
    }

    /** Run a command on the client and return its output. Throws if the command fails. */
    async exec(command: string[], options: RunOptions = {}): Promise<string> {
        return run(this.command(command), options);
    }

    /** Run a command on the client and return its result. */
    async tryExec(command: string[], options: RunOptions = {}): Promise<RunResult> {
        return tryRun(this.command(command), options);
    }

    /** Start a command on the client without waiting for it. It ends with the lab. */
    spawn(command: string[], options: SpawnOptions = {}): ChildProcess {
        const [program, ...args] = this.command(command);
        return spawn(program!, args, options);
    }

    /** Start a client that requests `url` until it is stopped. */
    async probe(url: string, options: ProbeOptions = {}): Promise<Probe> {
        return Probe.start((command, stdio) => this.spawn(command, { stdio }), url, options);
    }

    /** Boot every host from a bare disk. */
    async reset(): Promise<void> {
        await Promise.all(this.hosts.map((host) => host.reset()));
    }

    /** End the lab and everything that runs in it, and delete its files. */
    async down(): Promise<void> {
        Lab.started.delete(this);
        await Lab.remove(this.name);
    }

    /**
     * Create everything except the hosts. The lab ends with this process unless the returned
     * function is called.
     */
    private async create(): Promise<() => void> {
        await this.namespace.create();
        const keep = this.startWatchdog();
        await fs.writeFile(path.join(this.dir, "lab.json"), JSON.stringify(this.record, null, 4));
        await writeSshFiles(this, this.hosts);

        // The client does not forward packets, and accepts an answer from any network.
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
     * Start a watchdog that removes the lab when this process ends: then the pipe between them
     * closes. The watchdog runs in the lab's namespace, so it ends with the lab. Return a function
     * that makes the lab outlive this process.
     */
    private startWatchdog(): () => void {
        const down = [...nodeCommand("cli.ts"), "--name", this.name, "down"];
        const wait = ["sh", "-c", 'read -r _ || exec "$@"', "lab-watchdog", ...down];
        const watchdog = this.spawn(wait, {
            cwd: "/",
            detached: true,
            stdio: ["pipe", "ignore", "ignore"],
        });
        watchdog.unref();
        const pipe = watchdog.stdin as Socket;
        // The pipe must neither keep this process alive nor end it when the lab is removed first.
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
        await waitUntil("start of the package server", patienceMs, async () => {
            const text = await fs.readFile(logFile, "utf8");
            if (server.exitCode !== null) throw new Error(text);
            return text.includes("listening");
        });
    }
}

/**
 * Disks by host name, one after the other, because two hosts may need a disk that must be built.
 */
async function disksOf({ hosts }: Topology, { disk }: LabOptions): Promise<Map<string, string>> {
    const disks = new Map<string, string>();
    for (const spec of hosts) {
        const file = await disk?.(spec);
        if (file) disks.set(spec.name, file);
    }
    return disks;
}

function namespaceOf(name: string): Namespace {
    return new Namespace(path.join(foldersOf(name).shortDir, "net"));
}

async function readRecord(name: string): Promise<LabRecord | undefined> {
    const text = await fs
        .readFile(path.join(foldersOf(name).dir, "lab.json"), "utf8")
        .catch(() => "");
    return text ? (JSON.parse(text) as LabRecord) : undefined;
}

/** Remove what a lab of the same name left behind, after a restart of the machine for example. */
async function removeLeftover(name: string): Promise<void> {
    if (await Lab.attach(name)) {
        throw new UserError(
            `A lab named ${name} is running already. End it: \`npm run lab -- down\``,
        );
    }
    await Lab.remove(name);
}
