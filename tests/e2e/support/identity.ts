import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { LabCluster } from "../../../lab/cluster";

const root = path.join(__dirname, "..", "..", "..");

/** Pause between the requests of a client, in ms: about 25 a second. */
const intervalMs = 40;

/**
 * Send requests of so many clients while something happens. Expect that the clients keep their pace, and an
 * answer to each request, but for one of each client when the virtual IPs move: its connection is too new to
 * be synchronised, and is reset.
 */
export async function losesNothing(
    cluster: LabCluster,
    clients: number,
    happen: () => Promise<unknown>,
    { moves = 0 }: { moves?: number } = {},
): Promise<void> {
    const probes = await Promise.all(
        Array.from({ length: clients }, () => cluster.probe(undefined, intervalMs)),
    );
    const start = performance.now();
    await happen();
    const due = (clients * (performance.now() - start)) / intervalMs;
    const results = await Promise.all(probes.map((probe) => probe.stop()));
    const sent = results.reduce((sum, { requests }) => sum + requests.length, 0);
    const failed = results.flatMap((result) => result.failed);
    expect(sent).toBeGreaterThan(0.9 * due);
    const resets = failed.filter(({ error }) => moves > 0 && error === "ECONNRESET");
    expect(failed.filter((one) => !resets.includes(one))).toEqual([]);
    expect(resets.length).toBeLessThanOrEqual(moves * clients);
}

/** Give the component of a cluster a parent. Expect that no host changes, and no request is lost. */
export async function addParent(cluster: LabCluster, clients: number): Promise<void> {
    const program = await programWithParent(cluster, "program");
    await changesNothing(cluster, clients, async () => {
        const output = await cluster.stack.up({ cwd: program });
        expect(output).toContain(
            "ds1: nothing removed: this host is the director lvs-ds1 of the stack lvs/lab now",
        );
        expect(output).not.toContain("reloaded");
    });
}

/** Expect that no host changes while something happens, and no request is lost. */
export async function changesNothing(
    cluster: LabCluster,
    clients: number,
    happen: () => Promise<unknown>,
): Promise<void> {
    /** Time of the last start of keepalived, and of the last change of each file of a component. */
    const state = (name: string) =>
        cluster.host(name).run(
            `systemctl show -p ActiveEnterTimestampMonotonic --value keepalived
            find /var/lib/pulumi-lvs -name files -exec cat {} + | sort -u | xargs -r stat -c '%n %Y %i'`,
        );
    const states = () => Promise.all(["ds1", "ds2", "rs1"].map(state));
    const before = await states();
    await losesNothing(cluster, clients, happen);
    expect(await states()).toEqual(before);
}

/** Write a program that gives the component of a cluster a parent. Return its folder. */
export function programWithParent(
    cluster: LabCluster,
    name: string,
    options = "",
): Promise<string> {
    return programWith(
        cluster,
        `class Site extends pulumi.ComponentResource {
            constructor(name: string) { super("site:index:Site", name); }
        }
        const args = readCluster(pulumi.runtime.allConfig());
        const opts = { parent: new Site("site"), ${options} };`,
        name,
    );
}

/** Write a program of the same project whose cluster has arguments and options. Return its folder. */
export async function programWith(
    cluster: LabCluster,
    words: string,
    name = "program",
): Promise<string> {
    const folder = path.join(cluster.lab.dir, name);
    await fs.mkdir(folder);
    await fs.symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    await fs.copyFile(path.join(root, "tsconfig.json"), path.join(folder, "tsconfig.json"));
    await fs.copyFile(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
    const program = `
        import * as pulumi from "@pulumi/pulumi";
        import { LvsCluster } from "${root}/components";
        import { readCluster } from "${root}/config";
        ${words}
        export const { vip, inventory } = new LvsCluster("lvs", args, opts);`;
    await fs.writeFile(path.join(folder, "index.ts"), program);
    return folder;
}
