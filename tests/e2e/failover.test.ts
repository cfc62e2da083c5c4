import { LabCluster } from "../../lab/cluster";
import { patienceMs, waitUntil } from "../../lab/lab";
import { releases } from "../../lab/release";
import { inTime } from "../support/inTime";

describe("The article's cluster", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    afterEach(() => cluster.untilHealthy());

    it("answers within five seconds of a power cut of its active director, which becomes active again", async () => {
        const ds1 = cluster.host("ds1");
        const probe = await cluster.probe();
        await ds1.cut();
        const cutAt = Date.now();
        await cluster.untilActive("ds2");
        await waitUntil("answers again", patienceMs, () =>
            probe.soFar().requests.some(({ at, error }) => at > cutAt + 1000 && !error),
        );
        expect(probe.soFar().longestGap).toBeLessThan(5000);

        await ds1.boot();
        await cluster.untilActive("ds1");
        const backAt = Date.now();
        await cluster.untilHealthy();
        const { requests, failed, longestGap } = await probe.stop();
        expect(longestGap).toBeLessThan(5000);
        // A request fails after five seconds. The cut only breaks requests that the dead director
        // handles. The return only breaks requests whose connections ds2 has not synchronised yet.
        const byTheCut = (at: number) => at <= cutAt + 4000;
        const byTheReturn = (at: number) => at > backAt - 3000 && at <= backAt;
        expect(failed.filter(({ at }) => !byTheCut(at) && !byTheReturn(at))).toEqual([]);
        expect(failed.filter(({ at }) => byTheReturn(at)).length).toBeLessThanOrEqual(1);
        expect(requests.at(-1)!.error).toBeUndefined();
    });

    it("removes a stopped web server within the bound of its check and adds it when it returns", async () => {
        const rs2 = cluster.host("rs2");
        const { webServer } = releases[rs2.suite];
        await expectRemoval(
            "rs2",
            5 + 1,
            () => rs2.run(`systemctl stop ${webServer}`),
            () => rs2.run(`systemctl start ${webServer}`),
        );
    });

    it("removes a real server that lost power within the bound of its check and adds it when it returns", async () => {
        const rs2 = cluster.host("rs2");
        await expectRemoval(
            "rs2",
            5 + 2 * 2 + 1,
            () => rs2.cut(),
            () => rs2.boot(),
        );
    });

    async function expectRemoval(
        name: string,
        boundSeconds: number,
        causeFault: () => Promise<unknown>,
        repairFault: () => Promise<unknown>,
    ) {
        const others = ["rs1", "rs2", "rs3"].filter((other) => other !== name);
        const probe = await cluster.probe();
        await causeFault();
        await inTime(`${name} out`, boundSeconds, async () => {
            return (await cluster.servingRealServers("ds1")).join() === others.join();
        });
        const outAt = Date.now();
        await waitUntil(
            "a hundred requests more",
            patienceMs,
            () => probe.soFar().requests.filter(({ at }) => at > outAt).length > 100,
        );
        await repairFault();
        await cluster.untilHealthy();
        await waitUntil(`an answer of ${name}`, patienceMs, () =>
            probe
                .soFar()
                .requests.some(({ at, body }) => at > outAt && body === name.toUpperCase()),
        );
        const { failed } = await probe.stop();
        expect(failed.filter(({ at }) => at > outAt)).toEqual([]);
    }

    it("serves again without an up after a power cut of all hosts", async () => {
        await Promise.all(cluster.members.map((host) => host.cut()));
        await Promise.all(cluster.members.map((host) => host.boot()));
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("serves again without an up after a reboot of all hosts", async () => {
        await Promise.all(cluster.members.map((host) => host.reboot()));
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });
});
