import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import { clusterPackages } from "../../lab/installedDisk";
import { type Host, patienceMs, waitUntil } from "../../lab/lab";
import { rhelHosts, type Topology, withHosts } from "../../lab/topology";
import { forgetDenials, untilDenied } from "../e2e/support/denials";
import { portrait } from "../e2e/support/portrait";

/** The web server has a kernel of its own, because containers have no SELinux. */
const members = withHosts(rhelHosts, "ds1", "ds2", "rs1");
const topology: Topology = {
    ...members,
    hosts: members.hosts.map((host) => ({ ...host, ownKernel: true })),
};

/** A port that the policy of SELinux gives to no web server. */
const unusualPort = 8099;
/** A check that SELinux forbids: it runs in keepalived's domain and reads a file of passwords. */
const peek = "/usr/local/bin/peek";
const accepting = "ipv4 filter INPUT 1 -p vrrp -j ACCEPT";
const refusing = "ipv4 filter INPUT 0 -p vrrp -j DROP";

/** What e2e/rhel leaves out: SELinux confines the web server too, and firewalld has direct rules. */
describe("On hosts with the tools of the RHEL family, all with SELinux,", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let ds2: Host;
    let rs1: Host;
    let before: Awaited<ReturnType<typeof states>>;

    const direct = (host: Host, change: string) =>
        host.run(`firewall-cmd -q --permanent --direct ${change}
            firewall-cmd -q --reload`);
    const directRules = (host: Host) =>
        host.run(`firewall-cmd --direct --get-all-rules
            firewall-cmd --permanent --direct --get-all-rules
            iptables -S`);
    const opened = (host: Host) => host.run("firewall-cmd --info-policy=pulumi-lvs-input");
    const states = () =>
        Promise.all(
            cluster.lab.hosts.map(async (host) => ({
                ...(await portrait(host)),
                rules: await directRules(host),
            })),
        );
    const check = () => new CommandLine(cluster.lab, cluster.stack).run("check");

    beforeAll(async () => {
        const packages = [...clusterPackages, "iptables-nft"];
        cluster = await LabCluster.boot({ topology, packages });
        [ds1, ds2, rs1] = cluster.lab.hosts as [Host, Host, Host];
        for (const director of [ds1, ds2]) await direct(director, `--add-rule ${accepting}`);
        before = await states();
    });

    afterAll(() => cluster?.down());

    it("an up that fails because SELinux forbids httpd a port names the denial, and the next up succeeds", async () => {
        const file = "/etc/httpd/conf.d/own.conf";
        await rs1.run(`echo Listen ${unusualPort} >${file}; restorecon ${file}`);
        const output = await cluster.failingChange(() => undefined);
        expect(output).toMatch(
            new RegExp(
                `rs1: SELinux denied { name_bind } comm="httpd" src=${unusualPort} scontext=system_u:system_r:httpd_t:s0 `,
            ),
        );
        await rs1.run(`rm ${file}`);
        await forgetDenials(rs1);
        await cluster.change();
        await cluster.untilHealthy();
        expect(await cluster.bodies(1)).toEqual(["RS1"]);
    });

    it("lvs check names a page that SELinux forbids httpd to read", async () => {
        const page = "/var/www/html/index.html";
        await rs1.run(`chcon -t var_spool_t ${page}`);
        await cluster.lab.exec(["curl", "-s", `http://${rs1.address}/`]);
        await untilDenied(rs1, 'comm="httpd"');
        const { status, stdout } = await check();
        await rs1.run(`restorecon ${page}`);
        await forgetDenials(rs1);
        expect(status).toBe(1);
        expect(stdout).toMatch(
            /SELinux denied \{ [a-z ]+ \} comm="httpd" .*index\.html.* scontext=system_u:system_r:httpd_t:s0 .*var_spool_t/,
        );
        await cluster.untilHealthy();
    });

    it("an up names what SELinux has denied keepalived meanwhile", async () => {
        for (const director of cluster.directors)
            await director.run(
                `printf '#!/bin/sh\\ncat /etc/shadow\\n' >${peek}; chmod 755 ${peek}`,
            );
        const output = await cluster.change((config) => {
            config.handOver = true;
            config.trackScripts = [{ name: "peek", script: { script: peek, user: "root" } }];
            config.vrrpInstances[0]!.trackScript = [{ name: "peek", weight: -1 }];
        });
        expect(output).toMatch(
            /ds1: keepalived 2\.2\.7 restarted.*; SELinux denied \{ read \} comm="cat" name="shadow" .* scontext=system_u:system_r:keepalived_t:s0 /,
        );
        await cluster.change();
        for (const director of cluster.directors) await director.run(`rm ${peek}`);
        await forgetDenials(...cluster.directors);
        await cluster.untilHealthy();
    });

    it("a direct rule of firewalld that accepts VRRP stays the only rule of iptables, also after a reload and a reboot", async () => {
        const rules = await directRules(ds2);
        expect(rules).toBe(
            [
                accepting,
                accepting,
                ...["INPUT", "FORWARD", "OUTPUT"].map((chain) => `-P ${chain} ACCEPT`),
                "-A INPUT -p vrrp -j ACCEPT",
                "",
            ].join("\n"),
        );
        const policy = await opened(ds2);
        expect(policy.match(/"112"/g)).toHaveLength(1);
        await ds2.run("firewall-cmd -q --reload");
        expect([await directRules(ds2), await opened(ds2)]).toEqual([rules, policy]);
        await ds2.reboot();
        await waitUntil("firewalld", patienceMs, async () => (await opened(ds2)) === policy);
        expect(await directRules(ds2)).toBe(rules);
        await cluster.untilHealthy();
    });

    it("a direct rule of firewalld that refuses VRRP is named by an up and by lvs check", async () => {
        const refusal =
            /the firewall refuses input 112 eth0 any 224\.0\.0\.18 any by a rule of its own: -A INPUT -p vrrp -j DROP/;
        await direct(ds2, `--add-rule ${refusing}`);
        await waitUntil("both directors active", patienceMs, async () =>
            (await cluster.activeDirectors()).includes("ds2"),
        );
        const { status, stdout } = await check();
        expect(status).toBe(1);
        expect(stdout).toMatch(refusal);
        const output = await cluster.change((config) => {
            config.virtualServers[0]!.lvsSched = "wrr";
        });
        expect(output).toMatch(refusal);
        await direct(ds2, `--remove-rule ${refusing}`);
        // firewalld keeps a copy of the rules before the last change.
        await ds2.run("rm /etc/firewalld/direct.xml.old");
        await cluster.change();
        await cluster.untilHealthy();
    });

    it("a wrong distribution is named with the right one before a host changes", async () => {
        const output = await cluster.failingChange((config) => {
            for (const director of config.directors) director.distribution = "debian12";
        });
        expect(output).toContain(
            "this host runs rocky9, and the plan is for debian12. Set its distribution to rocky9.",
        );
    });

    it("a destroy leaves direct rules of firewalld as they were", async () => {
        await cluster.stack.destroy();
        expect(await states()).toEqual(before);
    });
});
