import type { Change } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import type { Host } from "../../lab/host";
import { patienceMs, waitUntil } from "../../lab/lab";
import { rhelHosts } from "../../lab/topology";
import { portrait } from "./support/portrait";

/** No service that the policy of SELinux lets keepalived check has this port. */
const unusualPort = 8081;
/** A check that SELinux forbids: it runs in keepalived's domain and reads a file of passwords. */
const peek = "/usr/local/bin/peek";

describe("On hosts with the tools of the RHEL family, made of Debian's programs,", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let ds2: Host;
    let before: Awaited<ReturnType<typeof state>>[];
    /** Denials before this time, in seconds since 1970, were wanted. */
    let deniedFrom = 0;

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
    const denials = (host: Host) =>
        host.run(`ausearch --input-logs --raw -m AVC,USER_AVC 2>/dev/null |
            awk -F '[(:]' '/avc: +denied/ && $2 >= ${deniedFrom}'`);
    const untilDenied = (host: Host, text: string) =>
        waitUntil(`a denial with ${text}`, patienceMs, async () =>
            (await denials(host)).includes(text),
        );
    /** The denials until now were wanted. */
    const forgetDenials = async () => {
        deniedFrom = Number(await ds1.run("date +%s")) + 1;
    };

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

    afterEach(async () => {
        for (const director of cluster.directors) expect(await denials(director)).toBe("");
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
        await forgetDenials();
    });

    it("an up names what SELinux has denied keepalived meanwhile", async () => {
        for (const director of cluster.directors)
            await director.run(
                `printf '#!/bin/sh\\ncat /etc/shadow\\n' >${peek}; chmod 755 ${peek}`,
            );
        const output = await cluster.change((config) => {
            deployed(config);
            config.handOver = true;
            config.trackScripts = [{ name: "peek", script: { script: peek, user: "root" } }];
            config.vrrpInstances[0]!.trackScript = [{ name: "peek", weight: -1 }];
        });
        expect(output).toMatch(
            /ds1: keepalived 2\.2\.7 restarted.*; SELinux denied \{ read \} comm="cat" name="shadow" .* scontext=system_u:system_r:keepalived_t:s0 /,
        );
        for (const director of cluster.directors) await director.run(`rm ${peek}`);
        await forgetDenials();
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

    it("firewalld lets in the adverts of the other director only, in any zone, also after a reload and a reboot", async () => {
        const rules = () => ds2.run("firewall-cmd --info-policy=pulumi-lvs-input");
        const opened = await rules();
        expect(opened.match(/.*"112".*/g)).toEqual([
            '\trule family="ipv4" source address="10.128.190.253" destination address="224.0.0.18" protocol value="112" accept',
        ]);
        await ds2.run("firewall-cmd -q --reload");
        expect(await rules()).toBe(opened);
        await ds2.reboot();
        await waitUntil("firewalld", patienceMs, async () => (await rules()) === opened);
        expect(await ds2.run("firewall-cmd --get-zone-of-interface=eth0")).toBe("internal\n");
        await cluster.untilHealthy();
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

    it("a destroy restores every host with its labels, although somebody labelled all files, and removes its packages with those that they needed", async () => {
        await ds1.run("restorecon -R /etc /var/lib/pulumi-lvs");
        await cluster.stack.destroy();
        expect(await states()).toEqual(before);
    });
});
