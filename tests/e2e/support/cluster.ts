import { Lab, type LabOptions, waitUntil } from "../../../lab/lab";
import type { Host } from "../../../lab/host";
import type { Probe } from "../../../lab/probe";
import { LabStack, seedConfig, type StackConfig } from "../../../lab/stack";
import { seedWithSpare, type Topology } from "../../../lab/topology";
import { installed, ofRelease, toldReleases } from "./release";

export const vip = "10.128.190.248";
export const url = `http://${vip}/`;

const hosts = ofRelease(seedWithSpare);

/** The article's cluster on machines of its own, one spare machine (rs4) beside it. */
export class Cluster {
    /** The first of those that no client is given unasked (`ip_local_port_range`). */
    private nextPort = 61_000;

    private constructor(
        readonly lab: Lab,
        readonly stack: LabStack,
    ) {}

    /** Five hosts and the spare one, nothing deployed; bare, unless they are given disks. */
    static async bare(options?: LabOptions): Promise<Cluster> {
        const cluster = await Cluster.on(hosts, options);
        await cluster.stack.configure(await changed());
        return cluster;
    }

    /** The hosts of a topology that has the article's, nothing deployed. */
    static async on(topology: Topology, options: LabOptions = {}): Promise<Cluster> {
        const lab = await Lab.up(topology, options);
        return new Cluster(lab, await LabStack.create(lab));
    }

    /** The cluster as `pulumi up` of the seed's stack leaves it, on hosts that had its packages. */
    static async deployed(): Promise<Cluster> {
        const cluster = await Cluster.bare(installed);
        await cluster.stack.up();
        await cluster.untilHealthy();
        return cluster;
    }

    get directors(): Host[] {
        return [this.lab.host("ds1"), this.lab.host("ds2")];
    }

    get realServers(): Host[] {
        return ["rs1", "rs2", "rs3"].map((name) => this.lab.host(name));
    }

    get members(): Host[] {
        return [...this.directors, ...this.realServers];
    }

    /** Every host on and reachable, ds1 the only owner, all three real servers in its table. */
    async untilHealthy(): Promise<void> {
        await waitUntil("a healthy cluster", 60_000, async () => {
            const owners = await this.owners();
            const serving = await this.serving("ds1");
            const healthy = owners.join() === "ds1" && serving.join() === "rs1,rs2,rs3";
            if (healthy) return true;
            throw new Error(`owners: ${owners.join()}; serving: ${serving.join()}`);
        });
    }

    /** Directors that have the virtual IP now. */
    async owners(): Promise<string[]> {
        const answers = await Promise.all(
            this.directors.map(async (host) => {
                if (!(await host.isUp())) return [];
                const addresses = await host.run("ip -o -4 address show dev eth0");
                return addresses.includes(` ${vip}/`) ? [host.name] : [];
            }),
        );
        return answers.flat();
    }

    async untilOwner(name: string, deadlineMs = 20_000): Promise<void> {
        await waitUntil(`${name} as the only owner`, deadlineMs, async () => {
            const owners = (await this.owners()).join();
            if (owners === name) return true;
            throw new Error(`owners: ${owners}`);
        });
    }

    /** Real servers with a weight in a director's table, by name. */
    async serving(director: string, port = 80): Promise<string[]> {
        const table = (await this.lab.host(director).run("ipvsadm -Sn")).split("\n");
        const serves = ({ address }: Host) =>
            table.some(
                (rule) =>
                    rule.includes(` ${vip}:${port} -r ${address}:`) &&
                    !rule.trimEnd().endsWith(" -w 0"),
            );
        return this.lab.hosts
            .filter(serves)
            .map(({ name }) => name)
            .sort();
    }

    /** Logins that each host's sshd has ever let in, the one of this question among them. */
    async logins(): Promise<Record<string, number>> {
        const counts = await Promise.all(
            this.lab.hosts.map(async (host) => {
                // What sshd said before it started this very command has been written down then.
                const log = await host.run(
                    "journalctl --sync; journalctl -q -u ssh -o cat | grep -c ^Accepted || :",
                );
                return [host.name, Number(log)] as const;
            }),
        );
        return Object.fromEntries(counts);
    }

    /**
     * Bodies of some requests to the virtual IP, one after the other, each from a port that nobody
     * had: a director of DR sends a port that comes again to the server that it had before, for the
     * two minutes that it remembers a connection after its end.
     */
    async bodies(count: number): Promise<string[]> {
        const ports = Array.from({ length: count }, () => this.nextPort++);
        const loop = `for port in ${ports.join(" ")}; do
            curl -sS --max-time 5 --local-port $port ${url}
        done`;
        return (await this.lab.exec(["sh", "-c", loop])).trim().split("\n");
    }

    /** A client of the virtual IP. A request is lost when no answer comes within five seconds. */
    async probe(): Promise<Probe> {
        return this.lab.probe(url, { intervalMs: 50, timeoutMs: 5000 });
    }

    async down(): Promise<void> {
        await this.lab.down();
    }
}

/** A change to a configuration in place. */
export type Change = (config: Required<StackConfig>) => void;

/** The seed's configuration, maybe with a change to it. */
export async function changed(change: Change = () => undefined): Promise<Required<StackConfig>> {
    const config = (await seedConfig()) as Required<StackConfig>;
    change(config);
    toldReleases(config, hosts);
    return config;
}

/** The seed's first director and first real server, for what concerns a single host. */
export function pair(change?: Change): Promise<Required<StackConfig>> {
    return changed((config) => {
        config.directors = config.directors.slice(0, 1);
        config.realServers = config.realServers.slice(0, 1);
        change?.(config);
    });
}

/** The spare machine as a real server. */
export function spare(cluster: Cluster) {
    const { name, address, hostKey } = cluster.lab.host("rs4");
    return { name, host: address, hostKey, httpd: { page: "RS4" } };
}
