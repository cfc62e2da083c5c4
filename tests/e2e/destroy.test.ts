import { LabCluster } from "../../lab/cluster";
import { patienceMs, waitUntil } from "../../lab/lab";
import { withHosts, seed } from "../../lab/topology";
import { portrait } from "./support/portrait";

/** Configuration of a keepalived that ran before the cluster. */
const ownConfig = [
    "vrrp_instance own {",
    "    interface eth0",
    "    virtual_router_id 7",
    "    virtual_ipaddress {",
    "        10.128.190.240",
    "    }",
    "}",
    "",
].join("\n");

describe("After a destroy with removePackages,", () => {
    let cluster: LabCluster;
    let before: Awaited<ReturnType<typeof portraits>>;

    const portraits = () => Promise.all(cluster.lab.hosts.map(portrait));
    const ownAddress = () =>
        waitUntil("the address of the user's own keepalived", patienceMs, async () =>
            (await cluster.host("ds1").run("ip -o address show dev eth0")).includes(
                "10.128.190.240",
            ),
        );

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: withHosts(seed, "ds1", "ds2", "rs1") });
        // ds2 and rs1 are bare. ds1 runs the user's own keepalived.
        await Promise.all(["ds2", "rs1"].map((name) => cluster.host(name).reset()));
        await cluster
            .host("ds1")
            .run("cat >/etc/keepalived/keepalived.conf && systemctl restart keepalived", {
                stdin: ownConfig,
            });
        await ownAddress();
        await cluster.host("rs1").run(`
            mkdir -p /var/www/html; echo own >/var/www/html/index.html
            sysctl -q net.ipv4.conf.all.arp_announce=1
            # firewalld runs on hosts of the RHEL family.
            ! command -v firewall-cmd >/dev/null || {
                firewall-cmd -q --permanent --add-service=http && firewall-cmd -q --reload
            }`);
        before = await portraits();
        await cluster.change((config) => (config.removePackages = true));
        await waitUntil("an answer of RS1", patienceMs, async () => {
            return (await cluster.bodies(1)).join() === "RS1";
        });
    });

    afterAll(() => cluster?.down());

    it("every host has its original state: the user's keepalived, a web page, a kernel setting and the packages", async () => {
        const served = await portraits();
        served.forEach(({ kept }, index) => expect(kept).not.toEqual(before[index]!.kept));
        const { stdout } = await cluster.lab.tryExec(["curl", "-sS", "http://10.128.190.249/"]);
        expect(stdout).toBe("RS1\n");

        await cluster.stack.destroy();
        await ownAddress();
        expect(await portraits()).toEqual(before);
    });
});
