import { matching, checkValue, type Target, integer } from "./keepalived/keywords";
import { type HostFile, textFile } from "./kernel/hostFile";
import type { Problem } from "./problems";

/** How the hosts are watched: what node_exporter tells Prometheus of them, and metrics of their own beside it. */
export interface MonitoringSettings {
    /** Seconds between two looks at a host, 5 to 60. Defaults to 15. */
    interval?: number;
    /** Whether node_exporter is installed, which anybody who reaches TCP port 9100 can read. Defaults to true. */
    nodeExporter?: boolean;
    /** The folder out of which node_exporter takes files, for one that is there already (node_exporter `--collector.textfile.directory`). Defaults to `/var/lib/prometheus/node-exporter`, that of Debian's. */
    textfileDirectory?: string;
}

const seconds = integer("a number of seconds", 5, 60);
/** systemd takes a `%` for more than it is. */
const folder = matching(
    /^(?:\/[A-Za-z0-9_+@:,=.-]+)+$/,
    'a path from the root, of letters, digits and "_+@:,=.-"',
);

/** What is wrong with how hosts are to be watched. */
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

/** The monitoring of a host with every default resolved. */
export type MonitoringPlan = Readonly<Required<MonitoringSettings>>;

/** Resolve the defaults of monitoring, where there is any. */
export function planMonitoring(settings: MonitoringSettings | undefined) {
    if (settings === undefined) return undefined;
    const {
        interval = 15,
        nodeExporter = true,
        textfileDirectory = "/var/lib/prometheus/node-exporter",
    } = settings;
    return { interval, nodeExporter, textfileDirectory };
}

/** The packages for it, by the names that they have in the RHEL family. */
export function monitoringPackages(monitoring: MonitoringPlan | undefined): string[] {
    return monitoring?.nodeExporter ? ["golang-github-prometheus-node-exporter"] : [];
}

/** The files that have a host measured, without the program that does. */
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
