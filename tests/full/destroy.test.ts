import { LabCluster } from "../../lab/cluster";
import { withHosts, seed } from "../../lab/topology";
import { portrait } from "../e2e/support/portrait";

describe("A destroy", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: withHosts(seed, "ds1", "ds2", "rs1") });
    });

    afterAll(() => cluster?.down());

    const kept = async () =>
        (await Promise.all(cluster.lab.hosts.map(portrait))).map((host) => host.kept);

    it("restores a host whose lvs programs and units were removed by hand", async () => {
        const before = await kept();
        await cluster.change();
        for (const host of cluster.lab.hosts) {
            await host.run(`
                systemctl stop lvs-director lvs-real-server keepalived 2>/dev/null || :
                rm -f /usr/local/sbin/lvs-* /etc/systemd/system/lvs-*.service`);
        }
        await cluster.stack.destroy();
        expect(await kept()).toEqual(before);
    });
});
