import type { Change } from "../../lab/article";
import type { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import { type Lab, waitUntil } from "../../lab/lab";
import type { RunningUp } from "../../lab/runningUp";
import type { LabStack } from "../../lab/stack";
import { bootForTraffic, ports } from "../../lab/traffic/cluster";

/** A cluster on which faults are brought about and mended. */
export class FaultBed {
    /** Whether the hosts may be otherwise than the plan without a change. */
    private isChanged = true;
    private isDeployed = false;
    private undoing: (() => Promise<unknown>)[] = [];

    private constructor(readonly cluster: LabCluster) {}

    /** Hosts with all packages, nothing deployed but the servers that clients talk to. */
    static async boot(): Promise<FaultBed> {
        return new FaultBed(await bootForTraffic());
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
        await this.cluster.configure(change);
    }

    /** `pulumi up` with a changed configuration: what it printed. */
    async change(change: Change): Promise<string> {
        await this.configure(change);
        return this.stack.up();
    }

    /** The same where it has to fail: what it printed. */
    async failingChange(change: Change): Promise<string> {
        await this.configure(change);
        return this.stack.failingUp();
    }

    /** Starts an `up` that is not waited for. */
    async startUp(change?: Change): Promise<RunningUp> {
        if (change) await this.configure(change);
        return this.stack.startUp();
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
        await this.stack.destroy();
        this.isDeployed = false;
    }

    /** `pulumi up`, whoever has left the state locked. */
    async deploy(): Promise<void> {
        const { status, stdout, stderr } = await this.stack.tryUp();
        if (status === 0) return;
        const output = stdout + stderr;
        if (!output.includes("locked")) throw new Error(output);
        await this.stack.pulumi(["cancel", "--yes"]);
        await this.stack.up();
    }

    /** ds1 alone active, all real servers in the tables of both directors. */
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
            const serving = (await this.cluster.servingRealServers(director, port)).join();
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
