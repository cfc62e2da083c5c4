import { LabCluster } from "../../lab/cluster";

describe("The article's cluster", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("serves again without an up after a power cut of all hosts", async () => {
        await Promise.all(cluster.members.map((host) => host.cut()));
        await Promise.all(cluster.members.map((host) => host.boot()));
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });
});
