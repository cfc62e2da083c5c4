import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Host } from "../../lab/host";
import { type Lab, type LabOptions, waitUntil } from "../../lab/lab";
import type { RunResult } from "../../lab/run";
import { LabStack, type StackConfig } from "../../lab/stack";
import { type Change, changed, Cluster, vip } from "../e2e/support/cluster";
import { installed } from "../e2e/support/release";
import { Up } from "./up";

export const ports = { web: 80, lines: 7000, datagrams: 7001 };
export const virtualRouterId = 62;
/** Where the directors write down that the pool of the web servers has come up or gone down. */
export const quorumLog = "/run/lab-quorum";

/** The article's cluster, with services for every kind of client. */
export function configuration(change: Change = () => undefined): Promise<Required<StackConfig>> {
    return changed((config) => {
        const { lines, datagrams } = ports;
        const [web] = config.virtualServers;
        web!.check = { http: { url: [{ path: "/", statusCode: ["200"] }] } };
        web!.quorumUp = { script: "tell", args: ["up"] };
        web!.quorumDown = { script: "tell", args: ["down"] };
        config.scripts = [{ name: "tell", content: `#!/bin/sh\necho "$1" >>${quorumLog}\n` }];
        config.virtualServers.push(
            { virtualIp: vip, port: lines },
            {
                virtualIp: vip,
                port: datagrams,
                protocol: "UDP",
                check: { tcp: { connectPort: lines } },
            },
        );
        change(config);
    });
}

/** A lab with that cluster, on which faults are brought about and mended. */
export class Site {
    /** What all runs of pulumi have printed. */
    readonly printed: string[] = [];
    /** Whether the hosts may be otherwise than the plan without a change. */
    private isChanged = true;
    private isDeployed = false;
    private undoing: (() => Promise<unknown>)[] = [];

    private constructor(readonly cluster: Cluster) {}

    /** Hosts with all packages, nothing deployed but the servers that clients talk to. */
    static async up(options: LabOptions = installed): Promise<Site> {
        const cluster = await Cluster.bare(options);
        const site = new Site(cluster);
        try {
            await Promise.all([...cluster.realServers, site.host("rs4")].map(serve));
        } catch (error) {
            await site.down();
            throw error;
        }
        return site;
    }

    get lab(): Lab {
        return this.cluster.lab;
    }

    get stack(): LabStack {
        return this.cluster.stack;
    }

    host(name: string): Host {
        return this.lab.host(name);
    }

    async configure(change?: Change): Promise<void> {
        this.isChanged = true;
        this.isDeployed = true;
        await this.stack.configure(await configuration(change));
    }

    /** `pulumi up` with a changed configuration: what it printed. */
    async change(change: Change): Promise<string> {
        await this.configure(change);
        return this.pulumi("up", "--yes", "--skip-preview");
    }

    /** The same where it is to fail: what it printed. */
    async failingChange(change: Change): Promise<string> {
        await this.configure(change);
        const { status, output } = await this.tryPulumi("up", "--yes", "--skip-preview");
        if (status !== 0) return output;
        throw new Error(`pulumi up was to fail and did not:\n${output}`);
    }

    async pulumi(...args: string[]): Promise<string> {
        const { status, output } = await this.tryPulumi(...args);
        if (status === 0) return output;
        throw new Error(`pulumi ${args.join(" ")}: status ${status}\n${output}`);
    }

    async tryPulumi(...args: string[]): Promise<{ status: number; output: string }> {
        const { status, stdout, stderr }: RunResult = await this.stack.tryPulumi(args);
        this.printed.push(stdout, stderr);
        return { status, output: stdout + stderr };
    }

    /** Starts an `up` that is not waited for. */
    async startUp(change?: Change): Promise<Up> {
        if (change) await this.configure(change);
        return new Up(this.stack.startPulumi(["up", "--yes", "--skip-preview"]), this.printed);
    }

    /** Has something undone when the scenario is over, however it ends; the last is undone first. */
    undo(work: () => Promise<unknown>): void {
        this.undoing.unshift(work);
    }

    /** Takes back what has been done to hosts, and turns all on; throws what could not be. */
    async mend(): Promise<void> {
        const boots = this.lab.hosts.map((host) => async () => {
            if (!(await host.isUp())) await host.boot();
        });
        const failed: string[] = [];
        for (const work of [...this.undoing.splice(0), ...boots]) {
            await work().catch((error: Error) => failed.push(error.message));
        }
        if (failed.length > 0) throw new Error(`not mended: ${failed.join("\n")}`);
    }

    /** The cluster as planned, serving. */
    async heal(): Promise<void> {
        if (this.isChanged) {
            await this.configure();
            await this.deploy();
            this.isChanged = false;
        }
        await this.untilHealthy();
    }

    /** Hosts that have the packages, and no cluster. */
    async strip(): Promise<void> {
        if (!this.isDeployed) return;
        await this.pulumi("destroy", "--yes", "--skip-preview");
        this.isDeployed = false;
    }

    /** `pulumi up`, whoever has left the state locked. */
    async deploy(): Promise<void> {
        const { status, output } = await this.tryPulumi("up", "--yes", "--skip-preview");
        if (status === 0) return;
        if (!output.includes("locked")) throw new Error(output);
        await this.pulumi("cancel", "--yes");
        await this.pulumi("up", "--yes", "--skip-preview");
    }

    /** ds1 the only owner, all real servers in the tables of both directors. */
    async untilHealthy(): Promise<void> {
        await this.cluster.untilHealthy();
        for (const { name } of this.cluster.directors) {
            for (const port of Object.values(ports)) {
                await this.untilServing(name, port, ["rs1", "rs2", "rs3"], 30_000);
            }
        }
    }

    async untilServing(
        director: string,
        port: number,
        names: string[],
        deadlineMs: number,
    ): Promise<void> {
        await waitUntil(`${names.join()} on port ${port} of ${director}`, deadlineMs, async () => {
            const serving = (await this.cluster.serving(director, port)).join();
            if (serving === names.join()) return true;
            throw new Error(`serving: ${serving}`);
        });
    }

    /** What makes a director serve: its files, its table, and the process that keeps it. */
    async directorState(name: string): Promise<string> {
        return this.host(name).run(
            "cd /; sha256sum etc/keepalived/* etc/sysctl.d/lvs.conf; ipvsadm -Sn; pidof keepalived",
        );
    }

    async down(): Promise<void> {
        await this.cluster.down();
    }
}

/** Starts the server of lines and datagrams on a host, for good. */
async function serve(host: Host): Promise<void> {
    const program = await fs.readFile(path.join(__dirname, "server.pl"), "utf8");
    await host.run("cat >/usr/local/lib/lab-server.pl", { stdin: program });
    const words = [host.name.toUpperCase(), vip, ports.lines, ports.datagrams].join(" ");
    const unit = [
        "[Unit]",
        "After=network.target",
        "[Service]",
        `ExecStart=/usr/bin/perl /usr/local/lib/lab-server.pl ${words}`,
        "Restart=on-failure",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
    ].join("\n");
    await host.run(
        "cat >/etc/systemd/system/lab-server.service; systemctl -q enable --now lab-server; sync",
        { stdin: unit },
    );
}
