import * as fs from "node:fs/promises";
import * as path from "node:path";
import { LabCluster } from "../../lab/cluster";
import { monitoredPackages } from "../../lab/installedDisk";
import { waitUntil } from "../../lab/lab";
import { seed } from "../../lab/topology";
import { LabPrometheus } from "../e2e/support/prometheus";

const rulesFile = path.join(__dirname, "../../monitoring/alerts.yaml");

describe("Prometheus during a power cut of the active director", () => {
    let cluster: LabCluster;
    let prometheus: LabPrometheus;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: seed, packages: monitoredPackages });
        await cluster.change((config) => (config.monitoring = { interval: 5 }));
        const rules = await fs.readFile(rulesFile, "utf8");
        prometheus = await LabPrometheus.start(
            cluster.lab,
            rules.replace(/\bfor: \S+/g, "for: 45s"),
        );
    });

    afterAll(() => cluster?.down());

    it("sees one active director after the other and never two at once", async () => {
        const active = async () => {
            const samples = await prometheus.ask("lvs_vrrp_active == 1");
            return samples.map(({ metric }) => metric.instance).join();
        };
        const activeIs = (name: string) =>
            waitUntil(`${name} active`, 120_000, async () => (await active()) === name);
        const ds1 = cluster.host("ds1");
        await activeIs("ds1");
        await ds1.cut();
        await activeIs("ds2");
        await ds1.boot();
        await activeIs("ds1");
        const ever =
            'count_over_time(ALERTS{alertname=~"Lvs(TwoActiveDirectors|NoActiveDirector|SplitVirtualIps)",alertstate="firing"}[5m])';
        expect(await prometheus.ask(ever)).toEqual([]);
        await prometheus.untilSilent();
    });
});
