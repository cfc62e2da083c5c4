import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Change, vip } from "../../../lab/article";
import { LabCluster } from "../../../lab/cluster";
import { LabStack } from "../../../lab/stack";
import { seed } from "../../../lab/topology";

const root = path.join(__dirname, "..", "..", "..");

/** Pause between the requests of a client, in ms: about 25 a second. */
const intervalMs = 40;

/** The same hosts, with ds1 and rs1 in each other's roles. */
const swapped: Change = (config) => {
    const [ds1] = config.directors.splice(0, 1);
    const [rs1] = config.realServers.splice(0, 1);
    config.directors.unshift({ ...rs1!, httpd: undefined } as typeof ds1 & object);
    config.realServers.unshift({ ...ds1!, httpd: { page: "DS1" } });
    for (const virtualServer of config.virtualServers) virtualServer.realServers = undefined;
};

/** Tests that components which take hosts over lose no request of so many clients. */
export function identityTests(clients: number): void {
    let cluster: LabCluster;

    beforeAll(async () => {
        // rs1 becomes a director for a while.
        const hosts = seed.hosts.map((host) => ({
            ...host,
            ownKernel: host.ownKernel || host.name === "rs1",
        }));
        cluster = await LabCluster.deployed({ topology: { ...seed, hosts } });
    });

    afterAll(() => cluster?.down());

    /** Send requests while something happens. Expect an answer to each. */
    async function losesNothing(happen: () => Promise<unknown>): Promise<void> {
        const probes = await Promise.all(
            Array.from({ length: clients }, () => cluster.probe(undefined, intervalMs)),
        );
        await happen();
        const results = await Promise.all(probes.map((probe) => probe.stop()));
        expect(results.flatMap(({ failed }) => failed)).toEqual([]);
    }

    /** Time of the last start of keepalived, and of the last change of each file of a component. */
    const state = (name: string) =>
        cluster.host(name).run(
            `systemctl show -p ActiveEnterTimestampMonotonic --value keepalived
            find /var/lib/pulumi-lvs -name files -exec cat {} + | sort -u | xargs -r stat -c '%n %Y %i'`,
        );

    it("is not changed when its component gets a parent", async () => {
        const program = await programWith(
            cluster,
            `class Site extends pulumi.ComponentResource {
                constructor(name: string) { super("site:index:Site", name); }
            }
            const opts = { parent: new Site("site") };`,
        );
        const before = await Promise.all(["ds1", "ds2", "rs1"].map(state));
        await losesNothing(async () => {
            const output = await cluster.stack.up({ cwd: program });
            expect(output).toContain(
                "ds1: stays: it is the director lvs-ds1 of the stack lvs/lab now",
            );
            expect(output).not.toContain("reloaded");
        });
        expect(await Promise.all(["ds1", "ds2", "rs1"].map(state))).toEqual(before);
        await losesNothing(() => cluster.stack.up());
    });

    it("is refused to another stack, whose destroy leaves it alone", async () => {
        const other = await LabStack.create(cluster.lab, { folder: "other", name: "other" });
        await other.configure(await cluster.config());
        await losesNothing(async () => {
            expect(await other.failingUp()).toContain(
                "ds1: owner: this host is taken: it is the director lvs-ds1 of the stack lvs/lab.",
            );
            await other.destroy();
        });
        await cluster.untilHealthy();
    });

    it("serves while a director and a real server swap their roles, and is as the program says", async () => {
        await losesNothing(() => cluster.change(swapped));
        const [ds1, rs1] = [cluster.host("ds1"), cluster.host("rs1")];
        expect(await ds1.run("ls /var/lib/pulumi-lvs; ip address show dev lo")).toMatch(
            new RegExp(`^real-servers\n[^]*inet ${vip}/32`),
        );
        expect(await ds1.run("systemctl is-active keepalived || :")).toBe("inactive\n");
        expect(await rs1.run("ip address show dev lo")).not.toContain(vip);
        expect(new Set(await cluster.bodies(30))).toEqual(new Set(["DS1", "RS2", "RS3"]));
        await losesNothing(() => cluster.change());
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(30))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });
}

/** Write a program of the same project whose cluster has options. Return its folder. */
async function programWith(cluster: LabCluster, options: string): Promise<string> {
    const folder = path.join(cluster.lab.dir, "program");
    await fs.mkdir(folder);
    await fs.symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    await fs.copyFile(path.join(root, "tsconfig.json"), path.join(folder, "tsconfig.json"));
    await fs.copyFile(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
    const program = `
        import * as pulumi from "@pulumi/pulumi";
        import { LvsCluster } from "${root}/components";
        import { readCluster } from "${root}/config";
        ${options}
        export const { vip } = new LvsCluster("lvs", readCluster(pulumi.runtime.allConfig()), opts);`;
    await fs.writeFile(path.join(folder, "index.ts"), program);
    return folder;
}
