import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { monitoredPackages } from "../../lab/installedDisk";
import { waitUntil } from "../../lab/lab";
import { seed } from "../../lab/topology";
import { portrait } from "./support/portrait";
import { alertDeadlineMs, LabPrometheus, scrapedMs } from "./support/prometheus";

const folder = path.join(__dirname, "../../monitoring");

let cluster: LabCluster;
let prometheus: LabPrometheus;
let original: Awaited<ReturnType<typeof portrait>>[];
let originalMonitoring: string[];

const portraits = () => Promise.all(cluster.members.map(portrait));

/** Files and services of the monitoring on each host. */
const monitoringFiles = () =>
    Promise.all(
        cluster.members.map((host) =>
            host.run(`
                find /etc /usr/local /var/lib -name 'lvs-metrics*' -o -name lvs.prom
                systemctl list-units --plain --no-legend --state active,failed 'lvs-metrics*' '*exporter*'
                ss -Hltn 'sport = 9100' | awk '{ print "listens", $4 }'
            `),
        ),
    );

beforeAll(async () => {
    cluster = await LabCluster.boot({ topology: seed, packages: monitoredPackages });
    original = await portraits();
    originalMonitoring = await monitoringFiles();
    await cluster.change((config) => {
        config.monitoring = { interval: 5 };
        config.scripts = [{ name: "probe", content: "#!/bin/sh\n[ ! -e /tmp/broken ]\n" }];
        config.virtualServers.push({
            virtualIp: vip,
            port: 8080,
            delayLoop: 2,
            check: { misc: { miscPath: { script: "probe" }, miscTimeout: 1, retry: 0 } },
            realServers: [{ name: "rs1" }, { name: "rs2" }],
            sorryServer: { host: cluster.host("rs3").address },
        });
    });
    const rules = await fs.readFile(path.join(folder, "alerts.yaml"), "utf8");
    // The hosts collect every 5 s and Prometheus scrapes every 10 s. The rules expect 15 s each and
    // wait for a minute or more. Shorten all waits, but not below a failover (4 s), two intervals
    // of each, and the time that a busy machine needs to collect (5 s each).
    prometheus = await LabPrometheus.start(cluster.lab, rules.replace(/\bfor: \S+/g, "for: 45s"));
});

afterAll(() => cluster?.down());

describe("Prometheus, with several faults at once,", () => {
    const broken = "/tmp/broken";
    const edited = "/etc/keepalived/keepalived.conf";

    beforeAll(async () => {
        await cluster.host("ds1").run(`touch ${broken}`);
        await cluster.host("ds2").run(`cp -p ${edited} /tmp; echo '# by hand' >>${edited}`);
        await cluster.host("rs1").run("sysctl -q net.ipv4.conf.lo.arp_ignore=0");
        await cluster.host("rs2").run("systemctl stop apache2");
    });

    it("fires alerts for a failing check script and for the service without quorum", async () => {
        const alert = await prometheus.untilFiring("LvsCheckScriptFailing");
        expect(alert).toMatchObject({ instance: "ds1", script: "/usr/libexec/keepalived/probe" });
        const lost = await prometheus.untilFiring("LvsQuorumLost");
        expect(lost).toMatchObject({ cluster: "web", proto: "TCP", service: `${vip}:8080` });
    });

    it("fires an alert for a real server whose service has stopped, and for no other", async () => {
        await waitUntil("the alert", alertDeadlineMs, async () => {
            const out = await prometheus.firing("LvsRealServerOut");
            const servers = out.filter(({ service }) => service === `${vip}:80`);
            return servers.map(({ server }) => server).join() === "10.128.190.250:80";
        });
    });

    it("fires alerts for a changed file and a changed kernel setting", async () => {
        await waitUntil("two alerts", alertDeadlineMs, async () => {
            const hosts = (await prometheus.firing("LvsDrift")).map(({ instance }) => instance);
            return hosts.sort().join() === "ds2,rs1";
        });
    });

    it("answers every query of the dashboard", async () => {
        const text = await fs.readFile(path.join(folder, "dashboard.json"), "utf8");
        const { panels } = JSON.parse(text) as {
            panels: { title: string; targets: { expr: string }[] }[];
        };
        expect(panels.length).toBeGreaterThan(10);
        const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
        const answered = await Promise.all(
            queries.map(async (expr) => {
                const query = expr.replace("$__rate_interval", "1m").replaceAll("$cluster", "web");
                return (await prometheus.ask(query)).length > 0;
            }),
        );
        expect(queries.filter((_, index) => !answered[index])).toEqual([]);

        await cluster.bodies(20);
        await waitUntil("the connections", scrapedMs, async () => {
            const [total] = await prometheus.ask("sum(increase(node_ipvs_connections_total[1m]))");
            return Number(total!.value[1]) > 0;
        });
    });

    it("fires no alert after all repairs", async () => {
        await cluster.host("ds1").run(`rm ${broken}`);
        await cluster.host("ds2").run(`mv /tmp/keepalived.conf ${edited}`);
        await cluster.host("rs1").run("sysctl -q net.ipv4.conf.lo.arp_ignore=1");
        await cluster.host("rs2").run("systemctl start apache2");
        await prometheus.untilSilent();
    });
});

it("An up without monitoring removes the exporters and keeps the cluster working", async () => {
    expect(await monitoringFiles()).not.toEqual(originalMonitoring);
    await cluster.change();
    expect(await monitoringFiles()).toEqual(originalMonitoring);
    await cluster.untilHealthy();
});

it("A destroy of a monitored cluster leaves no trace", async () => {
    expect(await portraits()).not.toEqual(original);
    await cluster.stack.destroy();
    expect(await portraits()).toEqual(original);
});
