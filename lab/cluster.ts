import { articleConfig, type Change, vip } from "./article";
import type { Host } from "./host";
import { clusterPackages, installedDisk } from "./installedDisk";
import { Lab, waitUntil } from "./lab";
import type { Probe } from "./probe";
import { ofRelease, releases } from "./release";
import { LabStack, type StackConfig } from "./stack";
import { type HostSpec, seedWithSpare, suiteOf, type Topology } from "./topology";

export interface LabClusterOptions {
    /** The hosts. Defaults to the article's and a spare one. */
    topology?: Topology;
    /** Packages that hosts have on their disks. Defaults to those of a cluster. */
    packages?: string[];
    /** The configuration that changes begin from. Defaults to the article's. */
    config?: (topology: Topology) => Promise<Required<StackConfig>>;
}

/** A stack on the hosts of a lab: changes the cluster, and asks what hosts and clients see. */
export class LabCluster {
    /** The first of the ports that no client is given unasked (`ip_local_port_range`). */
    private nextPort = 61_000;

    private constructor(
        readonly lab: Lab,
        readonly stack: LabStack,
        private readonly startingPoint: () => Promise<Required<StackConfig>>,
    ) {}

    /** Boots the hosts. Nothing is deployed. */
    static async boot({
        topology: wanted = seedWithSpare,
        packages = clusterPackages,
        config = articleConfig,
    }: LabClusterOptions = {}): Promise<LabCluster> {
        const topology = ofRelease(wanted);
        const lab = await Lab.up(topology, {
            disk: (host) => diskFor(host, packages),
        });
        const cluster = new LabCluster(lab, await LabStack.create(lab), () => config(topology));
        await cluster.configure();
        return cluster;
    }

    /** Boots the hosts, deploys the configuration and waits until the cluster serves. */
    static async deployed(options?: LabClusterOptions): Promise<LabCluster> {
        const cluster = await LabCluster.boot(options);
        await cluster.change();
        await cluster.untilHealthy();
        return cluster;
    }

    host(name: string): Host {
        return this.lab.host(name);
    }

    get directors(): Host[] {
        return this.lab.hosts.filter(({ name }) => name.startsWith("ds"));
    }

    /** The article's real servers, without the spare one. */
    get realServers(): Host[] {
        return this.lab.hosts.filter(({ name }) => /^rs[1-3]$/.test(name));
    }

    get members(): Host[] {
        return [...this.directors, ...this.realServers];
    }

    /** The configuration that changes begin from, with a change. */
    async config(change: Change = () => undefined): Promise<Required<StackConfig>> {
        const config = await this.startingPoint();
        change(config);
        return config;
    }

    /** Writes the stack file: the configuration that changes begin from, with a change. */
    async configure(change?: Change): Promise<void> {
        await this.stack.configure(await this.config(change));
    }

    /** `pulumi up` with a change: what it printed. */
    async change(change?: Change): Promise<string> {
        await this.configure(change);
        return this.stack.up();
    }

    /** `pulumi up` with a change that has to fail: what it printed. */
    async failingChange(change: Change): Promise<string> {
        await this.configure(change);
        return this.stack.failingUp();
    }

    /** `pulumi up` with a whole configuration of its own. */
    async deploy(config: StackConfig): Promise<string> {
        await this.stack.configure(config);
        return this.stack.up();
    }

    /** Hosts as a stack file names directors and real servers. */
    memberArgs(...names: string[]) {
        return names.map((name) => {
            const { address, hostKey, suite } = this.host(name);
            return { name, host: address, hostKey, distribution: releases[suite].distribution };
        });
    }

    /** Real servers whose page is their name in capitals. */
    webServerArgs(...names: string[]) {
        return this.memberArgs(...names).map((member) => ({
            ...member,
            httpd: { page: member.name.toUpperCase() },
        }));
    }

    /** The directors that have an address now. */
    async activeDirectors(ip = vip): Promise<string[]> {
        const answers = await Promise.all(
            this.directors.map(async (host) => {
                if (!(await host.isUp())) return [];
                const addresses = await host.run("ip -o address show");
                return addresses.includes(` ${ip}/`) ? [host.name] : [];
            }),
        );
        return answers.flat();
    }

    /** Waits until a director, and no other, has an address. */
    async untilActive(name: string, { ip = vip, deadlineMs = 20_000 } = {}): Promise<void> {
        await waitUntil(`${name} as the only active director of ${ip}`, deadlineMs, async () => {
            const active = (await this.activeDirectors(ip)).join();
            if (active === name) return true;
            throw new Error(`active: ${active || "none"}`);
        });
    }

    /** Waits until one director has an address: its name. */
    async activeDirector(ip = vip): Promise<string> {
        return waitUntil(`one active director of ${ip}`, 30_000, async () => {
            const active = await this.activeDirectors(ip);
            if (active.length !== 1) throw new Error(`active: ${active.join() || "none"}`);
            return active[0]!;
        });
    }

    /** Waits until the first director alone is active and has every planned server in its table. */
    async untilHealthy(ip = vip): Promise<void> {
        const [first] = this.directors;
        await waitUntil("a healthy cluster", 60_000, async () => {
            const active = (await this.activeDirectors(ip)).join();
            const missing = active === first!.name ? await missingServers(first!) : "unknown";
            if (missing === "") return true;
            throw new Error(`active: ${active || "none"}; missing: ${missing}`);
        });
    }

    /** The real servers with a weight in a director's table, by name. */
    async servingRealServers(director: string, port = 80): Promise<string[]> {
        const rules = await this.ipvsRules(director, ` ${vip}:${port} -r `);
        return this.lab.hosts
            .filter(({ address }) =>
                rules.some((rule) => rule.includes(` -r ${address}:`) && !rule.endsWith(" -w 0")),
            )
            .map(({ name }) => name)
            .sort();
    }

    /** The rules of a director's IPVS table that contain a text. */
    async ipvsRules(director: string, text = ""): Promise<string[]> {
        const table = await this.host(director).run("ipvsadm -Sn");
        const rules = table.split("\n").map((rule) => rule.trim());
        return rules.filter((rule) => rule !== "" && rule.includes(text));
    }

    /** The logins that each host's sshd has ever let in, the one of this question among them. */
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
     * Numbers of client ports that nobody had, in a row. A director of DR sends a port that comes
     * again to the server that it had before, for the two minutes that it remembers a connection
     * after its end.
     */
    freshPorts(count: number): number[] {
        return Array.from({ length: count }, () => this.nextPort++);
    }

    /** Bodies of some requests, one after the other, each from a fresh port. */
    async bodies(count: number, url = `http://${vip}/`, from?: string): Promise<string[]> {
        const ports = this.freshPorts(count);
        const source = from === undefined ? "" : `--interface ${from}`;
        const loop = `for port in ${ports.join(" ")}; do
            curl -sS -g --max-time 5 ${source} --local-port $port '${url}' || exit
            echo
        done`;
        const output = await this.lab.exec(["sh", "-c", loop]);
        return output.split("\n").filter((line) => line !== "");
    }

    /** How often each body came. */
    async bodyCounts(count: number, url?: string, from?: string): Promise<Record<string, number>> {
        const counts: Record<string, number> = {};
        for (const body of await this.bodies(count, url, from)) {
            counts[body] = (counts[body] ?? 0) + 1;
        }
        return counts;
    }

    /** A client that connects again and again. A request is lost when no answer comes in five seconds. */
    async probe(url = `http://${vip}/`, intervalMs = 50): Promise<Probe> {
        return this.lab.probe(url, { intervalMs, timeoutMs: 5000 });
    }

    async down(): Promise<void> {
        await this.lab.down();
    }
}

async function diskFor(host: HostSpec, packages: string[]): Promise<string | undefined> {
    return packages.length > 0 ? installedDisk({ suite: suiteOf(host), packages }) : undefined;
}

/** The servers that a director's plan has and its kernel has not, a rule each. */
async function missingServers(director: Host): Promise<string> {
    // `ipvsadm --save` has no thresholds.
    return director.run(`ipvsadm -Sn | sed 's/ *$//' >/tmp/table
        sed -n 's/ -x .*//; /^-a/p' /var/lib/pulumi-lvs/ipvs.rules | grep -vxFf /tmp/table || :`);
}
