import type { Host } from "../../../lab/host";
import { Lab, waitUntil } from "../../../lab/lab";
import { installedDisk } from "../../../lab/installedDisk";
import type { Probe } from "../../../lab/probe";
import { LabStack, type StackConfig } from "../../../lab/stack";
import type { Topology } from "../../../lab/topology";
import { tally } from "./client";

/** A cluster of any shape on machines of its own. */
export class Site {
    private constructor(
        readonly lab: Lab,
        readonly stack: LabStack,
    ) {}

    /** The hosts of a topology with the packages of a cluster, nothing deployed. */
    static async up(topology: Topology, disk?: string): Promise<Site> {
        const lab = await Lab.up(topology, { disk: disk ?? (await installedDisk()) });
        return new Site(lab, await LabStack.create(lab));
    }

    /** `pulumi up` with this configuration. */
    async deploy(config: StackConfig): Promise<void> {
        await this.stack.configure(config);
        await this.stack.up();
    }

    /** Hosts as a stack file names directors and real servers. */
    members(...names: string[]) {
        return names.map((name) => {
            const { address, hostKey } = this.lab.host(name);
            return { name, host: address, hostKey };
        });
    }

    /** Real servers with a page that says who they are, in capitals. */
    webServers(...names: string[]) {
        return this.members(...names).map((member) => ({
            ...member,
            httpd: { page: member.name.toUpperCase() },
        }));
    }

    /** Answers of some requests, one after the other, from the client or one of its addresses. */
    async bodies(url: string, count: number, from?: string): Promise<string[]> {
        const source = from === undefined ? "" : `--interface ${from}`;
        const loop = `for i in $(seq ${count}); do curl -sS -g --max-time 5 ${source} '${url}'; echo; done`;
        const output = await this.lab.exec(["sh", "-c", loop]);
        return output.split("\n").filter((line) => line !== "");
    }

    /** How often each answer came. */
    async counts(url: string, count: number, from?: string): Promise<Record<string, number>> {
        return tally(await this.bodies(url, count, from));
    }

    /** A client that connects every 20 ms. A request is lost when no answer comes in five seconds. */
    async probe(url: string): Promise<Probe> {
        return this.lab.probe(url, { intervalMs: 20, timeoutMs: 5000 });
    }

    /** Directors that have an address now. */
    async owners(address: string, ...directors: Host[]): Promise<string[]> {
        const answers = await Promise.all(
            directors.map(async (host) => {
                if (!(await host.isUp())) return [];
                const addresses = await host.run("ip -o address show");
                return addresses.includes(` ${address}/`) ? [host.name] : [];
            }),
        );
        return answers.flat();
    }

    /** Waits until exactly one of the directors owns an address, and says which. */
    async owner(address: string, ...directors: Host[]): Promise<string> {
        return waitUntil(`one owner of ${address}`, 30_000, async () => {
            const owners = await this.owners(address, ...directors);
            if (owners.length !== 1) throw new Error(`owners: ${owners.join() || "none"}`);
            return owners[0]!;
        });
    }

    /** The rules of a director's IPVS table that name something. */
    async rules(director: string, what = ""): Promise<string[]> {
        const table = await this.lab.host(director).run("ipvsadm -Sn");
        return table
            .split("\n")
            .map((rule) => rule.trim())
            .filter((rule) => rule !== "" && rule.includes(what));
    }

    async down(): Promise<void> {
        await this.lab.down();
    }
}
