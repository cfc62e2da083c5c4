import { matching, checkValue, type Target, integer } from "./keepalived/keywords";
import { type HostFile, textFile } from "./hostFile";
import type { Problem } from "./problems";

/** Metrics of a host for Prometheus: those of node_exporter, and those of this project. */
export interface MonitoringSettings {
    /** Seconds between measurements, 5 to 60. Defaults to 15. */
    interval?: number;
    /** Install node_exporter. Everyone who can reach TCP port 9100 can read its metrics. Defaults to true. */
    nodeExporter?: boolean;
    /** Folder that an existing node_exporter reads files from (node_exporter `--collector.textfile.directory`). Defaults to `/var/lib/prometheus/node-exporter`, Debian's. */
    textfileDirectory?: string;
}

const seconds = integer(5, 60, "seconds");
/** systemd gives `%` a meaning of its own. */
const folder = matching(
    /^(?:\/[A-Za-z0-9_+@:,=.-]+)+$/,
    "an absolute path that systemd can read",
    'letters, digits and "_+@:,=.-" after each "/"',
);

/** Check the monitoring of hosts. */
export function monitoringProblems(
    path: string,
    { interval, textfileDirectory }: MonitoringSettings = {},
    target: Target,
): Problem[] {
    return [
        ...checkValue(`${path}.interval`, seconds, interval, target),
        ...checkValue(`${path}.textfileDirectory`, folder, textfileDirectory, target),
    ];
}

/** Monitoring of a host with every default resolved. */
export type MonitoringPlan = Readonly<Required<MonitoringSettings>>;

/** Resolve the defaults of monitoring, if there is any. */
export function planMonitoring(settings: MonitoringSettings | undefined) {
    if (settings === undefined) return undefined;
    const {
        interval = 15,
        nodeExporter = true,
        textfileDirectory = "/var/lib/prometheus/node-exporter",
    } = settings;
    return { interval, nodeExporter, textfileDirectory };
}

/** Packages for monitoring, by their names in the RHEL family. */
export function monitoringPackages(monitoring: MonitoringPlan | undefined): string[] {
    return monitoring?.nodeExporter ? ["golang-github-prometheus-node-exporter"] : [];
}

/** Files that start measurements, without the program that measures. */
export function monitoringFiles(monitoring: MonitoringPlan | undefined): HostFile[] {
    if (monitoring === undefined) return [];
    const { interval, nodeExporter, textfileDirectory } = monitoring;
    const units = "/etc/systemd/system/lvs-metrics";
    const exporters = nodeExporter ? ["prometheus-node-exporter.service"] : [];
    return [
        textFile(`${units}.timer`, "lvs-metrics.timer.mustache", { interval, exporters }),
        textFile(`${units}.service`, "lvs-metrics.service.mustache", { textfileDirectory }),
    ];
}
