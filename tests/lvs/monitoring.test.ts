import {
    monitoringFiles,
    monitoringPackages,
    type MonitoringSettings,
    planMonitoring,
} from "../../lvs/monitoring";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import { validateRealServer } from "../../lvs/validate";
import { seed } from "../support/seed";
import { services } from "../support/clusters/services";

const contentOf = (monitoring: MonitoringSettings, kind: string) =>
    monitoringFiles(planMonitoring(monitoring)).find(({ path }) => path.endsWith(`.${kind}`))!
        .content;

describe("a monitored host", () => {
    it("has node_exporter unless nodeExporter is false", () => {
        expect(monitoringPackages(planMonitoring({}))).toEqual([
            "golang-github-prometheus-node-exporter",
        ]);
        expect(monitoringPackages(planMonitoring({ nodeExporter: false }))).toEqual([]);
        expect(contentOf({}, "timer")).toContain("Wants=prometheus-node-exporter.service\n");
        expect(contentOf({ nodeExporter: false }, "timer")).not.toContain("Wants");
    });

    it("writes its metrics every 15 seconds into the folder of Debian's node_exporter", () => {
        expect(contentOf({}, "timer")).toContain("OnUnitInactiveSec=15\n");
        expect(contentOf({ interval: 5 }, "timer")).toContain("OnUnitInactiveSec=5\n");
        expect(contentOf({}, "service")).toContain(
            "ExecStart=/usr/local/sbin/lvs-metrics /var/lib/prometheus/node-exporter/lvs.prom\n",
        );
        expect(contentOf({ textfileDirectory: "/srv/metrics" }, "service")).toContain(
            " /srv/metrics/lvs.prom\n",
        );
    });

    it("is validated as a standalone real server, too", () => {
        const lone = { virtualIps: [], tunnels: [], monitoring: { interval: 1 } };
        expect(validateRealServer(lone).map(({ path }) => path)).toEqual(["monitoring.interval"]);
    });
});

it("a host without monitoring has no files of it", () => {
    expect(monitoringPackages(undefined)).toEqual([]);
    expect(monitoringFiles(undefined)).toEqual([]);
    const files = directorFiles(planDirector(seed, "ds1"));
    expect(files.filter(({ path }) => /metrics|quorums/.test(path))).toEqual([]);
});

it("every service has its quorum, and so has every member of a group of services", () => {
    const cluster = { ...services.groups!, monitoring: {} };
    const content = (name: string) =>
        directorFiles(planDirector(cluster, "ds1")).find(({ path }) => path.endsWith(name))!
            .content;
    const named = content("ipvs.rules")
        .split("\n")
        .filter((rule) => rule.startsWith("-A "))
        .map((rule) => `1 ${rule.slice(3).replace(/ -s .*/, "")}`);
    expect(content("ipvs.quorums").trim().split("\n")).toEqual(named);
});
