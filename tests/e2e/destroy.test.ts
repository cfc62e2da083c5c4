import { waitUntil } from "../../lab/lab";
import { only, seed } from "../../lab/topology";
import { type Change, changed, Cluster, pair } from "./support/cluster";
import { portrait } from "./support/portrait";
import { ofRelease } from "./support/release";

const firstRealServer: Change = (config) => {
    config.realServers = config.realServers.slice(0, 1);
};

describe("destroy", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.on(ofRelease(only(seed, "ds1", "ds2", "rs1")));
        await cluster.stack.configure(await changed(firstRealServer));
    });

    afterAll(() => cluster?.down());

    const kept = async () =>
        (await Promise.all(cluster.lab.hosts.map(portrait))).map((host) => host.kept);
    const serves = () =>
        waitUntil("an answer of RS1", 60_000, async () => {
            return (await cluster.bodies(1)).join() === "RS1";
        });

    it("puts every host back as it was found, and what ends things need not be there any more", async () => {
        const before = await kept();
        await cluster.stack.up();
        await serves();
        (await kept()).forEach((host, index) => expect(host).not.toEqual(before[index]));
        await cluster.stack.destroy();
        expect(await kept()).toEqual(before);

        await cluster.stack.up();
        await serves();
        for (const host of cluster.lab.hosts) {
            // As when the files had gone and the memory of them had not.
            await host.run(`
                systemctl stop lvs-director lvs-real-server keepalived 2>/dev/null || :
                rm -f /usr/local/sbin/lvs-* /etc/systemd/system/lvs-*.service`);
        }
        await cluster.stack.destroy();
        expect(await kept()).toEqual(before);
    });

    it("removes the packages that it installed, when asked to, and no others", async () => {
        const hosts = [cluster.lab.host("ds1"), cluster.lab.host("rs1")];
        await Promise.all(hosts.map((host) => host.reset()));
        const before = await Promise.all(hosts.map(portrait));
        await cluster.stack.configure(await pair((config) => (config.removePackages = true)));
        await cluster.stack.up();
        await cluster.stack.destroy();
        expect(await Promise.all(hosts.map(portrait))).toEqual(before);
    });

    it("gives back a keepalived at work, a web page and a kernel setting", async () => {
        const ds1 = cluster.lab.host("ds1");
        const rs1 = cluster.lab.host("rs1");
        const own = [
            "vrrp_instance own {",
            "    interface eth0",
            "    virtual_router_id 7",
            "    virtual_ipaddress {",
            "        10.128.190.240",
            "    }",
            "}",
            "",
        ].join("\n");
        await ds1.run(
            `apt-get -qq update && apt-get -qq -y install --no-install-recommends keepalived
            cat >/etc/keepalived/keepalived.conf && systemctl restart keepalived`,
            { stdin: own },
        );
        await rs1.run("mkdir -p /var/www/html; echo own >/var/www/html/index.html");
        await rs1.run("sysctl -q net.ipv4.conf.all.arp_announce=1");

        await cluster.stack.configure(await pair());
        await cluster.stack.up();
        expect(await ds1.run("ip -o address show dev eth0")).not.toContain("10.128.190.240");
        expect(await rs1.run("cat /var/www/html/index.html")).toBe("RS1\n");

        await cluster.stack.destroy();
        expect(await ds1.run("cat /etc/keepalived/keepalived.conf")).toBe(own);
        await waitUntil("the address that was there before", 10_000, async () =>
            (await ds1.run("ip -o address show dev eth0")).includes("10.128.190.240"),
        );
        expect(await rs1.run("cat /var/www/html/index.html")).toBe("own\n");
        expect(await rs1.run("sysctl -n net.ipv4.conf.all.arp_announce")).toBe("1\n");
    });
});
