import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { seed, withHosts } from "../../lab/topology";
import { portrait } from "./support/portrait";

describe("A cluster of two directors and two real servers", () => {
    let cluster: LabCluster;
    let original: Record<string, unknown>;

    const kept = async (name: string) => (await portrait(cluster.host(name))).kept;
    const failingDestroy = async () => {
        const words = ["destroy", "--yes", "--skip-preview"];
        const { status, stdout } = await cluster.stack.tryPulumi(words);
        expect(status).not.toBe(0);
        return stdout;
    };
    const page = async (name: string) =>
        cluster.lab.exec(["curl", "-sS", `http://${cluster.host(name).address}/`]);

    beforeAll(async () => {
        const names = ["ds1", "ds2", "rs1", "rs2"];
        cluster = await LabCluster.boot({ topology: withHosts(seed, ...names) });
        original = Object.fromEntries(
            await Promise.all(names.map(async (name) => [name, await kept(name)] as const)),
        );
        await cluster.change();
    });

    afterAll(() => cluster?.down());

    it("changes the host that `up --target` names, and the others with the next up", async () => {
        await cluster.configure(({ realServers }) => {
            for (const server of realServers) server.demoPage = `new ${server.name}\n`;
        });
        await cluster.stack.pulumi([
            ...["up", "--yes", "--skip-preview"],
            ...["--target", "**::lvs-rs1", "--target", "**::lvs-rs1-*"],
        ]);
        expect(await page("rs1")).toBe("new rs1\n");
        expect(await page("rs2")).not.toContain("new");
        await cluster.stack.up();
        expect(await page("rs2")).toBe("new rs2\n");
    });

    it("keeps its real servers in a destroy while a director is off, which may send to them", async () => {
        const ds2 = cluster.host("ds2");
        await ds2.cut();
        expect(await failingDestroy()).toMatch(/lvs-ds2-claim[^]*10\.128\.190\.254:22/);
        expect(await kept("ds1")).toEqual(original.ds1);
        for (const name of ["rs1", "rs2"]) {
            const addresses = await cluster.host(name).run("ip -o address show dev lo");
            expect(addresses).toContain(` ${vip}/32 `);
        }
        await ds2.boot();
    });

    it("is destroyed while a real server is off, except for that one, and whole by a second destroy", async () => {
        const rs2 = cluster.host("rs2");
        await rs2.cut();
        expect(await failingDestroy()).toMatch(/lvs-rs2-claim[^]*10\.128\.190\.250:22/);
        expect(await kept("ds2")).toEqual(original.ds2);
        expect(await kept("rs1")).toEqual(original.rs1);
        await rs2.boot();
        await cluster.stack.destroy();
        expect(await kept("rs2")).toEqual(original.rs2);
    });
});
