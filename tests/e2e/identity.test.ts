import { LabCluster } from "../../lab/cluster";
import { addParent } from "./support/identity";

describe("A cluster with a client", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("is not changed when its component gets a parent", () => addParent(cluster, 1));
});
