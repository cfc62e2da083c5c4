import type { Change } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { rhelHosts } from "../../lab/topology";
import { portrait } from "./support/portrait";

describe("On hosts with the tools of the RHEL family, made of Debian's programs,", () => {
    let cluster: LabCluster;
    let before: Awaited<ReturnType<typeof portrait>>[];

    const portraits = () => Promise.all(cluster.lab.hosts.map(portrait));
    const deployed: Change = (config) => {
        config.removePackages = true;
    };

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: rhelHosts, packages: [] });
        // firewalld runs on every host. pulumi-lvs opens it on directors only.
        for (const name of ["rs1", "rs2"]) {
            await cluster
                .host(name)
                .run("firewall-cmd -q --permanent --add-service=http && firewall-cmd -q --reload");
        }
        before = await portraits();
        await cluster.change(deployed);
        await cluster.untilHealthy();
    });

    afterAll(() => cluster?.down());

    it("the article's cluster is made of bare hosts by dnf", async () => {
        expect(new Set(await cluster.bodies(4))).toEqual(new Set(["RS1", "RS2"]));
        const [ds1] = cluster.directors;
        expect(await ds1!.run("rpm -qa | sort")).toBe(
            [
                "ipvsadm-1.31-6.el9.x86_64",
                "keepalived-2.2.7-5.el9.x86_64",
                "lab-release-9-1.el9.noarch",
                "libnl3-3.7.0-1.el9.x86_64",
                "",
            ].join("\n"),
        );
        expect(await ds1!.run("command -v apt-get dpkg || echo none")).toBe("none\n");
        expect(await ds1!.run("getenforce; firewall-cmd --state")).toBe("Enforcing\nrunning\n");
    });

    it("keepalived keeps running when a weight changes, and no request is lost", async () => {
        const [ds1] = cluster.directors;
        const pid = await ds1!.run("cat /run/keepalived.pid");
        const probe = await cluster.probe();
        await cluster.change((config) => {
            deployed(config);
            config.virtualServers[0]!.lvsSched = "wrr";
            config.realServers[0]!.weight = 3;
        });
        expect((await probe.stop()).failed).toEqual([]);
        expect(await ds1!.run("cat /run/keepalived.pid")).toBe(pid);
        expect(await ds1!.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 3");
    });

    it("a wrong distribution is named with the right one before a host changes", async () => {
        const output = await cluster.failingChange((config) => {
            deployed(config);
            for (const director of config.directors) director.distribution = "debian12";
        });
        expect(output).toContain(
            "this host runs rocky9, and the plan is for debian12. Set its distribution to rocky9.",
        );
    });

    it("a destroy restores every host, and removes its packages with those that they needed", async () => {
        await cluster.change(deployed);
        await cluster.stack.destroy();
        expect(await portraits()).toEqual(before);
    });
});
