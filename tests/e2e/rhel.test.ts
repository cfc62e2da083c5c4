import type { Change } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import type { Host } from "../../lab/host";
import { rhelHosts } from "../../lab/topology";
import { forgetDenials, untilDenied } from "./support/denials";
import { portrait } from "./support/portrait";

/** No service that the policy of SELinux lets keepalived check has this port. */
const unusualPort = 8081;

describe("On hosts with the tools of the RHEL family, made of Debian's programs,", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let ds2: Host;
    let before: Awaited<ReturnType<typeof state>>[];

    const deployed: Change = (config) => {
        config.removePackages = true;
        config.scripts = [
            { name: "record", content: '#!/bin/sh\necho "$3" >/run/record\nid -Z >>/run/record\n' },
        ];
        config.vrrpInstances[0]!.notify = { script: "record", user: "root" };
        // The firewall lets in adverts from addresses that the plan knows.
        config.vrrpInstances[0]!.directors = config.directors.map(({ name }) => ({
            name,
            mcastSrcIp: cluster.host(name).address,
        }));
        config.virtualServers.push({ ...config.virtualServers[0]!, port: unusualPort });
    };

    const state = async (host: Host) => ({
        ...(await portrait(host)),
        firewall: await host.run(`firewall-cmd --list-all-zones | grep -v '^  interfaces:'
            firewall-cmd --list-all-policies; firewall-cmd --permanent --list-all-zones
            firewall-cmd --permanent --list-all-policies`),
    });
    const states = () => Promise.all(cluster.lab.hosts.map(state));

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: rhelHosts, packages: [] });
        [ds1, ds2] = cluster.directors as [Host, Host];
        await Promise.all([
            // firewalld runs on every host. pulumi-lvs opens it on directors only.
            ...["rs1", "rs2"].map((name) =>
                cluster.host(name).run(`firewall-cmd -q --permanent --add-service=http
                    firewall-cmd -q --permanent --add-port=${unusualPort}/tcp
                    firewall-cmd -q --reload
                    systemd-run -q python3 -m http.server ${unusualPort} --directory /srv`),
            ),
            // The family's firewalld depends on it.
            ...[ds1, ds2].map((host) => host.run("dnf -q -y install nftables")),
            // A file of the host's own at a path of ours.
            ds1.run(`echo '# mine' >/etc/modules-load.d/lvs.conf
                restorecon -R /etc`),
            // The card is not in the default zone, and the zone has a rule of its own for VRRP.
            ds2.run(`firewall-cmd -q --permanent --zone=internal --add-interface=eth0
                firewall-cmd -q --permanent --zone=internal --add-rich-rule='rule family=ipv4 \\
                    source address=10.128.190.240 protocol value=vrrp drop'
                firewall-cmd -q --reload`),
        ]);
        before = await states();
        await cluster.change(deployed);
        await cluster.untilHealthy();
    });

    afterAll(() => cluster?.down());

    it("the article's cluster is made of bare hosts by dnf", async () => {
        expect(new Set(await cluster.bodies(4))).toEqual(new Set(["RS1", "RS2"]));
        expect(await ds1.run("rpm -qa | sort")).toBe(
            [
                "ipvsadm-1.31-6.el9.x86_64",
                "keepalived-2.2.7-5.el9.x86_64",
                "lab-release-9-1.el9.noarch",
                "libnl3-3.7.0-1.el9.x86_64",
                "nftables-1.0.9-1.el9.x86_64",
                "",
            ].join("\n"),
        );
        expect(await ds1.run("command -v apt-get dpkg || echo none")).toBe("none\n");
        expect(await ds1.run("getenforce; firewall-cmd --state")).toBe("Enforcing\nrunning\n");
    });

    it("SELinux confines keepalived, not its scripts, and all files have the labels of their places", async () => {
        expect(await ds1.run("ps -e -o label=,comm= | sed -n 's/ *keepalived$//p' | sort -u")).toBe(
            "system_u:system_r:keepalived_t:s0\n",
        );
        expect(await ds1.run("cat /run/record")).toBe(
            "MASTER\nsystem_u:system_r:keepalived_unconfined_script_t:s0\n",
        );
        for (const director of cluster.directors) {
            const files = "/var/lib/pulumi-lvs/director/*/files";
            const folders = "/var/lib/pulumi-lvs/director/*/directories";
            expect(await director.run(`restorecon -n -v $(cat ${files} ${folders})`)).toBe("");
        }
    });

    it("a check of an unusual port needs the boolean, and lvs check names its denial", async () => {
        expect(await ds1.run("getsebool keepalived_connect_any")).toContain("--> on");
        expect(await ds1.run("ipvsadm -Sn")).toContain(`-r 10.128.190.249:${unusualPort}`);
        await ds1.run("setsebool keepalived_connect_any off");
        await untilDenied(ds1, `{ name_connect }`);
        await ds1.run("setsebool keepalived_connect_any on");
        const { status, stdout } = await new CommandLine(cluster.lab, cluster.stack).run("check");
        expect(status).toBe(1);
        expect(stdout).toMatch(
            new RegExp(
                `SELinux denied { name_connect } comm="keepalived" dest=${unusualPort} scontext=`,
            ),
        );
        await forgetDenials(ds1);
    });

    it("keepalived keeps running when a weight changes, and no request is lost", async () => {
        const pid = await ds1.run("cat /run/keepalived.pid");
        const probe = await cluster.probe();
        await cluster.change((config) => {
            deployed(config);
            config.virtualServers[0]!.lvsSched = "wrr";
            config.realServers[0]!.weight = 3;
        });
        expect((await probe.stop()).failed).toEqual([]);
        expect(await ds1.run("cat /run/keepalived.pid")).toBe(pid);
        expect(await ds1.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 3");
    });

    it("firewalld lets in the adverts of the other director only, in any zone", async () => {
        const opened = await ds2.run("firewall-cmd --info-policy=pulumi-lvs-input");
        expect(opened.match(/.*"112".*/g)).toEqual([
            '\trule family="ipv4" source address="10.128.190.253" destination address="224.0.0.18" protocol value="112" accept',
        ]);
        expect(await ds2.run("firewall-cmd --get-zone-of-interface=eth0")).toBe("internal\n");
    });

    it("a destroy restores every host with its labels, although somebody labelled all files, and removes its packages with those that they needed", async () => {
        await ds1.run("restorecon -R /etc /var/lib/pulumi-lvs");
        await cluster.stack.destroy();
        expect(await states()).toEqual(before);
    });
});
