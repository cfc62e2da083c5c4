import { articleConfig, type Change, vip } from "./article";
import type { Host } from "./host";
import { clusterPackages, installedDisk } from "./installedDisk";
import { Lab, patienceMs, waitUntil } from "./lab";
import type { Probe } from "./probe";
import { onRelease, releases } from "./release";
import { LabStack, type StackConfig } from "./stack";
import { type HostSpec, seedWithSpare, suiteOf, type Topology } from "./topology";

export interface LabClusterOptions {
    /** Hosts to boot. Defaults to the article's and a spare one. */
    topology?: Topology;
    /** Packages that are installed on the disks. Defaults to those of a cluster. */
    packages?: string[];
    /** Configuration that changes start from. Defaults to the article's. */
    config?: (topology: Topology) => Promise<Required<StackConfig>>;
}

/** A stack on the hosts of a lab: deploy changes, and observe hosts and clients. */
export class LabCluster {
    /**
     * Next unused client port. It starts above the range that the kernel assigns
     * (`ip_local_port_range`).
     */
    private nextPort = 61_000;

    private constructor(
        readonly lab: Lab,
        readonly stack: LabStack,
        private readonly initialConfig: () => Promise<Required<StackConfig>>,
    ) {}

    /** Boot the hosts and deploy nothing. */
    static async boot({
        topology: wanted = seedWithSpare,
        packages = clusterPackages,
        config = articleConfig,
    }: LabClusterOptions = {}): Promise<LabCluster> {
        const topology = onRelease(wanted);
        const lab = await Lab.up(topology, {
            disk: (host) => diskFor(host, packages),
        });
        const cluster = new LabCluster(lab, await LabStack.create(lab), () => config(topology));
        await cluster.configure();
        return cluster;
    }

    /** Boot the hosts, deploy the configuration and wait until the cluster is healthy. */
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

    /** The article's real servers without the spare one. */
    get realServers(): Host[] {
        return this.lab.hosts.filter(({ name }) => /^rs[1-3]$/.test(name));
    }

    get members(): Host[] {
        return [...this.directors, ...this.realServers];
    }

    /** The initial configuration with a change. */
    async config(change: Change = () => undefined): Promise<Required<StackConfig>> {
        const config = await this.initialConfig();
        change(config);
        return config;
    }

    /** Write the stack file: the initial configuration with a change. */
    async configure(change?: Change): Promise<void> {
        await this.stack.configure(await this.config(change));
    }

    /** Run `pulumi up` with a change. Return its output. */
    async change(change?: Change): Promise<string> {
        await this.configure(change);
        return this.stack.up();
    }

    /** Run `pulumi up` with a change that must fail. Return its output. */
    async failingChange(change: Change): Promise<string> {
        await this.configure(change);
        return this.stack.failingUp();
    }

    /** Run `pulumi up` with a whole configuration. Return its output. */
    async deploy(config: StackConfig): Promise<string> {
        await this.stack.configure(config);
        return this.stack.up();
    }

    /** Hosts in the form in which a stack file names directors and real servers. */
    memberArgs(...names: string[]) {
        return names.map((name) => {
            const { address, hostKey, suite } = this.host(name);
            return { name, host: address, hostKey, distribution: releases[suite].distribution };
        });
    }

    /** Real servers with a web page that consists of their name in capitals. */
    webServerArgs(...names: string[]) {
        return this.memberArgs(...names).map((member) => ({
            ...member,
            demoPage: member.name.toUpperCase(),
        }));
    }

    /** Directors that have the address now. One that is also a real server keeps it on lo. */
    async activeDirectors(ip = vip): Promise<string[]> {
        const answers = await Promise.all(
            this.directors.map(async (host) => {
                if (!(await host.isUp())) return [];
                const addresses = await host.run("ip -o address show | grep -v ': lo '");
                return addresses.includes(` ${ip}/`) ? [host.name] : [];
            }),
        );
        return answers.flat();
    }

    /** Wait until this director, and no other one, has the address. */
    async untilActive(name: string, { ip = vip, deadlineMs = patienceMs } = {}): Promise<void> {
        await waitUntil(`${name} as the only active director of ${ip}`, deadlineMs, async () => {
            const active = (await this.activeDirectors(ip)).join();
            if (active === name) return true;
            throw new Error(`active: ${active || "none"}`);
        });
    }

    /** Wait until exactly one director has the address. Return its name. */
    async activeDirector(ip = vip): Promise<string> {
        return waitUntil(`one active director of ${ip}`, patienceMs, async () => {
            const active = await this.activeDirectors(ip);
            if (active.length !== 1) throw new Error(`active: ${active.join() || "none"}`);
            return active[0]!;
        });
    }

    /**
     * Wait until the first director alone is active and its IPVS table has every planned server.
     */
    async untilHealthy(ip = vip): Promise<void> {
        const [first] = this.directors;
        await waitUntil("a healthy cluster", patienceMs, async () => {
            const active = (await this.activeDirectors(ip)).join();
            const missing = active === first!.name ? await missingServers(first!) : "unknown";
            if (missing === "") return true;
            throw new Error(`active: ${active || "none"}; missing: ${missing}`);
        });
    }

    /** Names of the real servers with a weight above 0 in a director's IPVS table. */
    async servingRealServers(director: string, port = 80): Promise<string[]> {
        const rules = await this.ipvsRules(director, ` ${vip}:${port} -r `);
        return this.lab.hosts
            .filter(({ address }) =>
                rules.some((rule) => rule.includes(` -r ${address}:`) && !rule.endsWith(" -w 0")),
            )
            .map(({ name }) => name)
            .sort();
    }

    /** Wait until no director sends new connections to a real server. */
    async untilOut(realServer: string): Promise<void> {
        for (const { name } of this.directors) {
            await waitUntil(`${realServer} out of the pool of ${name}`, patienceMs, async () => {
                return !(await this.servingRealServers(name)).includes(realServer);
            });
        }
    }

    /** Rules of a director's IPVS table that contain a text. */
    async ipvsRules(director: string, text = ""): Promise<string[]> {
        const table = await this.host(director).run("ipvsadm -Sn");
        const rules = table.split("\n").map((rule) => rule.trim());
        return rules.filter((rule) => rule !== "" && rule.includes(text));
    }

    /** Number of logins in each host's journal. Includes the login of this query. */
    async logins(): Promise<Record<string, number>> {
        const counts = await Promise.all(
            this.lab.hosts.map(async (host) => {
                // `--sync` writes down all that sshd logged before this command started.
                const log = await host.run(
                    "journalctl --sync; journalctl -q -u ssh -o cat | grep -c ^Accepted || :",
                );
                return [host.name, Number(log)] as const;
            }),
        );
        return Object.fromEntries(counts);
    }

    /**
     * A row of unused client ports. With DR, a director remembers a client port for two minutes
     * after the connection ended, and sends the port to the same server again.
     */
    freshPorts(count: number): number[] {
        return Array.from({ length: count }, () => this.nextPort++);
    }

    /** Bodies of consecutive requests, each from an unused client port. */
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

    /** Number of responses with each body. */
    async bodyCounts(count: number, url?: string, from?: string): Promise<Record<string, number>> {
        const counts: Record<string, number> = {};
        for (const body of await this.bodies(count, url, from)) {
            counts[body] = (counts[body] ?? 0) + 1;
        }
        return counts;
    }

    /**
     * Start a client that connects again and again. A request without an answer after five seconds
     * has failed.
     */
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

/** Servers of a director's plan that its IPVS table lacks, one rule a line. */
async function missingServers(director: Host): Promise<string> {
    // `ipvsadm --save` omits thresholds.
    return director.run(`ipvsadm -Sn | sed 's/ *$//' >/tmp/table
        sed -n 's/ -x .*//; /^-a/p' /var/lib/pulumi-lvs/ipvs.rules | grep -vxFf /tmp/table || :`);
}
