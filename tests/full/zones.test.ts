import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/lab";
import { rhelHosts } from "../../lab/topology";

/** Put the card in a zone, as an administrator of the RHEL family does. */
const inZone = (zone: string) => `
    systemctl enable --now firewalld
    firewall-cmd -q --permanent --zone=${zone} --change-interface=eth0
    firewall-cmd -q --reload`;

/** All of firewalld that stays after a reload. */
const firewallOf = (host: Host) =>
    host.run(
        "firewall-cmd --permanent --list-all-zones; firewall-cmd --permanent --list-all-policies",
    );

describe("Directors with firewalld, one of them in another zone than the default,", () => {
    let cluster: LabCluster;
    let before: string[];

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: rhelHosts, packages: [] });
        await cluster.host("ds1").run(inZone("internal"));
        await cluster.host("ds2").run(inZone("public"));
        before = await Promise.all(cluster.directors.map(firewallOf));
        await cluster.change((config) => {
            for (const director of config.directors) director.keepalivedVersion = "2.2.7";
        });
        await cluster.untilHealthy();
    });

    afterAll(() => cluster?.down());

    const serves = async () => {
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(4))).toEqual(new Set(["RS1", "RS2"]));
    };

    it("elect one active director, which serves", serves);

    it("serve after a reload of firewalld", async () => {
        await Promise.all(cluster.directors.map((host) => host.run("firewall-cmd -q --reload")));
        await serves();
    });

    it("serve after a reboot", async () => {
        await cluster.host("ds1").reboot();
        await serves();
    });

    it("have exactly their former zones and policies after a destroy", async () => {
        await cluster.stack.destroy();
        expect(await Promise.all(cluster.directors.map(firewallOf))).toEqual(before);
    });
});
