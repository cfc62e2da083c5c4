import * as fs from "node:fs/promises";
import * as path from "node:path";
import { installedDisk, monitoredPackages } from "../../lab/installedDisk";
import { waitUntil } from "../../lab/lab";
import { seed } from "../../lab/topology";
import { changed, Cluster, vip } from "./support/cluster";
import { portrait } from "./support/portrait";
import { LabPrometheus } from "./support/prometheus";

jest.setTimeout(300_000);

const folder = path.join(__dirname, "../../monitoring");

let cluster: Cluster;
let prometheus: LabPrometheus;
let found: Awaited<ReturnType<typeof portrait>>[];

const portraits = () => Promise.all(cluster.members.map(portrait));

beforeAll(async () => {
    cluster = await Cluster.on(seed, {
        disk: () => installedDisk({ packages: monitoredPackages }),
    });
    found = await portraits();
    await cluster.stack.configure(
        await changed((config) => {
            config.monitoring = { interval: 5 };
            config.scripts = [{ name: "probe", content: "#!/bin/sh\n[ ! -e /tmp/broken ]\n" }];
            config.virtualServers.push({
                virtualIp: vip,
                port: 8080,
                delayLoop: 2,
                check: { misc: { miscPath: { script: "probe" }, miscTimeout: 1, retry: 0 } },
                realServers: [{ name: "rs1" }, { name: "rs2" }],
                sorryServer: { host: cluster.lab.host("rs3").address },
            });
        }),
    );
    await cluster.stack.up();
    const rules = await fs.readFile(path.join(folder, "alerts.yaml"), "utf8");
    // Looks are 5 seconds apart here and scrapes 2, where the rules reckon with 15 each and wait for
    // a minute and more: all waits are shortened.
    prometheus = await LabPrometheus.start(cluster.lab, rules.replace(/\bfor: \S+/g, "for: 12s"));
});

afterAll(() => cluster?.down());

it("a check script that fails is told of, with the servers that it takes out", async () => {
    const ds1 = cluster.lab.host("ds1");
    await ds1.run("touch /tmp/broken");
    const alert = await prometheus.untilFiring("LvsCheckScriptFailing");
    expect(alert).toMatchObject({ instance: "ds1", script: "/usr/libexec/keepalived/probe" });
    const lost = await prometheus.untilFiring("LvsQuorumLost");
    expect(lost).toMatchObject({ cluster: "web", proto: "TCP", service: `${vip}:8080` });
    await ds1.run("rm /tmp/broken");
    await prometheus.untilSilent();
});

it("every query of the dashboard has an answer", async () => {
    const text = await fs.readFile(path.join(folder, "dashboard.json"), "utf8");
    const { panels } = JSON.parse(text) as {
        panels: { title: string; targets: { expr: string }[] }[];
    };
    expect(panels.length).toBeGreaterThan(10);
    await cluster.bodies(20);
    for (const { title, targets } of panels) {
        for (const { expr } of targets) {
            const query = expr.replace("$__rate_interval", "1m").replaceAll("$cluster", "web");
            const samples = await prometheus.ask(query);
            expect([title, expr, samples.length > 0]).toEqual([title, expr, true]);
        }
    }
    const rate = "sum(rate(node_ipvs_connections_total[1m]))";
    await waitUntil("the connections", 10_000, async () => {
        const [total] = await prometheus.ask(rate);
        return Number(total!.value[1]) > 0;
    });
});

it("a real server whose service stops is out, and in again when it is back", async () => {
    const rs2 = cluster.lab.host("rs2");
    await rs2.run("systemctl stop apache2");
    const alert = await prometheus.untilFiring("LvsRealServerOut");
    expect(alert).toMatchObject({ service: `${vip}:80`, server: `${rs2.address}:80` });
    expect(await prometheus.firing()).toHaveLength(1);
    await rs2.run("systemctl start apache2");
    await prometheus.untilSilent();
});

it("an owner that is cut off has one heir, and nobody sees two", async () => {
    const owners = async () => {
        const samples = await prometheus.ask("lvs_vrrp_owner == 1");
        return samples.map(({ metric }) => metric.instance).join();
    };
    const moved = (to: string) =>
        waitUntil(`the owner to be ${to}`, 40_000, async () => (await owners()) === to);
    const ds1 = cluster.lab.host("ds1");
    expect(await owners()).toBe("ds1");
    await ds1.cut();
    await moved("ds2");
    await ds1.boot();
    await moved("ds1");
    const ever =
        'count_over_time(ALERTS{alertname=~"Lvs(Two|No|Split)Owners?",alertstate="firing"}[5m])';
    expect(await prometheus.ask(ever)).toEqual([]);
    await prometheus.untilSilent();
});

it("a file and a kernel setting that somebody changes are told of", async () => {
    const rs1 = cluster.lab.host("rs1");
    const ds2 = cluster.lab.host("ds2");
    await rs1.run("sysctl -q net.ipv4.conf.lo.arp_ignore=0");
    await ds2.run("echo '# by hand' >>/etc/keepalived/keepalived.conf");
    await waitUntil("two alerts", 40_000, async () => {
        const hosts = (await prometheus.firing("LvsDrift")).map(({ instance }) => instance);
        return hosts.sort().join() === "ds2,rs1";
    });
});

it("without monitoring all of it goes, and destroy leaves no trace", async () => {
    await cluster.stack.configure(await changed());
    await cluster.stack.up();
    const [director, realServer] = await Promise.all(
        [cluster.lab.host("ds1"), cluster.lab.host("rs1")].map(portrait),
    );
    for (const { kept } of [director!, realServer!]) {
        expect(kept).not.toMatch(/lvs-metrics|lvs\.prom|ipvs\.quorums|listens .*:9100/);
    }

    await cluster.stack.configure(await changed((config) => (config.monitoring = { interval: 5 })));
    await cluster.stack.up();
    const again = await portrait(cluster.lab.host("rs1"));
    expect(again.kept).toMatch(/listens .*:9100/);
    await cluster.stack.destroy();
    expect(await portraits()).toEqual(found);
});
