import { waitUntil } from "../../lab/lab";
import { mixed } from "../../lab/topology";
import { changed, Cluster } from "./support/cluster";
import { portrait } from "./support/portrait";
import { installed, releases, toldReleases } from "./support/release";

/** What the other files show on Debian 12 hosts, in short; `npm run test:releases` shows all of it. */
describe("directors of Debian 11 and 13, real servers of 11, 12 and 13", () => {
    let cluster: Cluster;
    let found: string[];

    const config = () => changed((stack) => toldReleases(stack, mixed));
    const portraits = async () =>
        (await Promise.all(cluster.members.map(portrait))).map(({ kept }) => kept);

    beforeAll(async () => {
        cluster = await Cluster.on(mixed, installed);
        found = await portraits();
        await cluster.stack.configure(await config());
        await cluster.stack.up();
        await cluster.untilHealthy();
    });

    afterAll(() => cluster?.down());

    it("runs the keepalived that its configuration is made for", async () => {
        for (const director of cluster.directors) {
            const said = await director.run("keepalived -v 2>&1 | head -n 1");
            expect(said).toContain(`v${releases[director.suite].keepalived} `);
        }
    });

    it("answers in turn, and a second up changes nothing", async () => {
        const bodies = await cluster.bodies(6);
        expect(bodies.slice(0, 3)).toEqual(bodies.slice(3));
        expect(new Set(bodies)).toEqual(new Set(["RS1", "RS2", "RS3"]));
        expect(await cluster.stack.up()).toContain("29 unchanged");
    });

    it("takes a change with a reload: same process, no request lost", async () => {
        const pids = () =>
            Promise.all(cluster.directors.map((host) => host.run("pidof keepalived")));
        const before = (await pids()).map((line) => line.trim().split(" ").at(-1));
        const probe = await cluster.probe();
        const weighted = await config();
        weighted.virtualServers[0]!.lvsSched = "wrr";
        weighted.realServers[0]!.weight = 3;
        await cluster.stack.configure(weighted);
        await cluster.stack.up();
        expect((await probe.stop()).failed).toEqual([]);
        expect((await pids()).map((line) => line.trim().split(" ").at(-1))).toEqual(before);
        for (const director of cluster.directors) {
            expect(await director.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 3");
        }
    });

    it("outlives its active director, which takes over again when it is back", async () => {
        const probe = await cluster.probe();
        const ds1 = cluster.lab.host("ds1");
        await ds1.cut();
        await cluster.untilOwner("ds2");
        await ds1.boot();
        await cluster.untilHealthy();
        expect((await probe.stop()).longestGap).toBeLessThan(5000);
    });

    it("takes a silent web server out, and in again", async () => {
        const rs2 = cluster.lab.host("rs2");
        await rs2.run("systemctl stop apache2");
        await waitUntil("rs2 out", 9_000, async () =>
            ["rs1,rs3"].includes((await cluster.serving("ds1")).join()),
        );
        await rs2.run("systemctl start apache2");
        await cluster.untilHealthy();
    });

    it("serves again after a power cut of all hosts, without an up", async () => {
        await Promise.all(cluster.members.map((host) => host.cut()));
        await Promise.all(cluster.members.map((host) => host.boot()));
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(10))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("is as it was found after a destroy", async () => {
        await cluster.stack.destroy();
        expect(await portraits()).toEqual(found);
    });
});
