import type { Change } from "../../lab/article";
import type { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import type { RunningUp } from "../../lab/runningUp";
import type { LabStack } from "../../lab/stack";
import { bootForTraffic, ports } from "../../lab/traffic/cluster";
import { inTime } from "../support/inTime";

/** A cluster for faults and their repair. */
export class FaultBed {
    /** Whether the hosts may differ from the plan. */
    private isChanged = true;
    private isDeployed = false;
    private undoWork: (() => Promise<unknown>)[] = [];

    private constructor(readonly cluster: LabCluster) {}

    /** Boot hosts with all packages and with the servers for clients. Deploy nothing. */
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

    /** Run `pulumi up` with a change. Return its output. */
    async change(change: Change): Promise<string> {
        await this.configure(change);
        return this.stack.up();
    }

    /** Run `pulumi up` with a change that must fail. Return its output. */
    async failingChange(change: Change): Promise<string> {
        await this.configure(change);
        return this.stack.failingUp();
    }

    /** Start an `up` without waiting for it. */
    async startUp(change?: Change): Promise<RunningUp> {
        if (change) await this.configure(change);
        return this.stack.startUp();
    }

    /** Register work that undoes something at the end of the scenario. The last one runs first. */
    undo(work: () => Promise<unknown>): void {
        this.undoWork.unshift(work);
    }

    /** Undo all changes to hosts and turn all hosts on. Throws with the errors. */
    async restore(): Promise<void> {
        const boots = this.lab.hosts.map((host) => async () => {
            if (!(await host.isUp())) await host.boot();
        });
        const failed: string[] = [];
        for (const work of [...this.undoWork.splice(0), ...boots]) {
            await work().catch((error: Error) => failed.push(error.message));
        }
        if (failed.length > 0) throw new Error(`not restored: ${failed.join("\n")}`);
    }

    /** Deploy the plan if it was changed, and wait until the cluster is healthy. */
    async ensureHealthy(): Promise<void> {
        if (this.isChanged) {
            await this.configure();
            await this.deploy();
            this.isChanged = false;
        }
        await this.untilHealthy();
    }

    /** Destroy the cluster. Packages stay on the hosts. */
    async destroyCluster(): Promise<void> {
        if (!this.isDeployed) return;
        await this.stack.destroy();
        this.isDeployed = false;
    }

    /** Run `pulumi up`, and remove a stale lock of the state if there is one. */
    async deploy(): Promise<void> {
        const { status, stdout, stderr } = await this.stack.tryUp();
        if (status === 0) return;
        const output = stdout + stderr;
        if (!output.includes("locked")) throw new Error(output);
        await this.stack.pulumi(["cancel", "--yes"]);
        await this.stack.up();
    }

    /** Wait until ds1 alone is active and all real servers are in both directors' tables. */
    async untilHealthy(): Promise<void> {
        await this.cluster.untilHealthy();
        for (const { name } of this.cluster.directors) {
            for (const port of Object.values(ports)) {
                await this.untilServing(name, port, ["rs1", "rs2", "rs3"]);
            }
        }
    }

    /** Wait until a director sends to exactly these real servers, within a bound in ms. */
    untilServing(director: string, port: number, names: string[], boundMs = Infinity) {
        const event = `${names.join()} on port ${port} of ${director}`;
        return inTime(event, boundMs / 1000, async () => {
            const serving = (await this.cluster.servingRealServers(director, port)).join();
            if (serving === names.join()) return true;
            throw new Error(`serving: ${serving}`);
        });
    }

    /**
     * State with which a director serves: its files, its IPVS table, and the process of keepalived.
     */
    async directorState(name: string): Promise<string> {
        return this.host(name).run(
            "cd /; sha256sum etc/keepalived/* etc/sysctl.d/lvs.conf; ipvsadm -Sn; pidof keepalived",
        );
    }

    async down(): Promise<void> {
        await this.cluster.down();
    }
}
