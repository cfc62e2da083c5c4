import { releases } from "../../lab/release";
import { LabCluster } from "../../lab/cluster";
import { patienceMs, waitUntil } from "../../lab/lab";
import { mixed } from "../../lab/topology";
import { portrait } from "./support/portrait";

/**
 * The main claims for Debian 12, repeated on all releases. `npm run test:full` tests whole clusters
 * of each release.
 */
describe("A cluster of Debian 11, 12 and 13", () => {
    let cluster: LabCluster;
    let original: string[];

    const portraits = async () =>
        (await Promise.all(cluster.members.map(portrait))).map(({ kept }) => kept);

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: mixed });
        original = await portraits();
        await cluster.change();
        await cluster.untilHealthy();
    });

    afterAll(() => cluster?.down());

    it("runs on each director the keepalived version that its configuration is made for", async () => {
        for (const director of cluster.directors) {
            const output = await director.run("keepalived -v 2>&1 | head -n 1");
            expect(output).toContain(`v${releases[director.suite].keepalived} `);
        }
    });

    it("answers in turn", async () => {
        const bodies = await cluster.bodies(6);
        expect(bodies.slice(0, 3)).toEqual(bodies.slice(3));
        expect(new Set(bodies)).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("gets a new weight and drains a server by a reload: keepalived keeps running and no request is lost", async () => {
        const pids = async () => {
            const lines = await Promise.all(
                cluster.directors.map((host) => host.run("pidof keepalived")),
            );
            return lines.map((line) => line.trim().split(" ").at(-1));
        };
        const weights = (server: string) =>
            Promise.all(
                cluster.directors.map(async ({ name }) => {
                    const rules = await cluster.ipvsRules(name, `-r ${server}:80`);
                    return rules.map((rule) => / -w (\d+)$/.exec(rule)![1]).join();
                }),
            );
        const before = await pids();
        const probe = await cluster.probe();
        await cluster.change(({ virtualServers, realServers }) => {
            virtualServers[0]!.lvsSched = "wrr";
            realServers[0]!.weight = 3;
            realServers[1]!.drained = true;
        });
        expect((await probe.stop()).failed).toEqual([]);
        expect(await pids()).toEqual(before);
        expect(await weights("10.128.190.249")).toEqual(["3", "3"]);
        expect(await weights("10.128.190.250")).toEqual(["0", "0"]);
        await cluster.change();
        expect(await weights("10.128.190.250")).toEqual(["1", "1"]);
    });

    it("answers within five seconds of a power cut of its active director, which becomes active again", async () => {
        const probe = await cluster.probe();
        const ds1 = cluster.host("ds1");
        await ds1.cut();
        await cluster.untilActive("ds2");
        await ds1.boot();
        await cluster.untilHealthy();
        expect((await probe.stop()).longestGap).toBeLessThan(5000);
    });

    it("removes a stopped web server and adds it when it returns", async () => {
        const rs2 = cluster.host("rs2");
        await rs2.run("systemctl stop apache2");
        await waitUntil("rs2 out", patienceMs, async () =>
            ["rs1,rs3"].includes((await cluster.servingRealServers("ds1")).join()),
        );
        await rs2.run("systemctl start apache2");
        await cluster.untilHealthy();
    });

    it("restores the original state of every host after a destroy", async () => {
        await cluster.stack.destroy();
        expect(await portraits()).toEqual(original);
    });
});
