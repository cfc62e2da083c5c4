import * as fs from "node:fs/promises";
import * as path from "node:path";
import { stringify } from "yaml";
import { type Lab, waitUntil } from "../../../lab/lab";
import { prometheusPrograms } from "../../../lab/prometheus";

/** A sample of a query result. */
export interface Sample {
    metric: Record<string, string>;
    /** Time and value. */
    value: [number, string];
}

/**
 * Limit for an alert to fire. On a busy machine some scrapes fail, and the alert's wait starts
 * again.
 */
export const alertDeadlineMs = 300_000;

/** Seconds between two scrapes of a host. */
const scrapeInterval = 10;

/** Time until a changed rate is visible. A rate needs two complete scrapes. */
export const scrapedMs = 3 * scrapeInterval * 1000;

const api = "http://127.0.0.1:9090/api/v1";

/**
 * A Prometheus on the lab's client that scrapes every host and evaluates rules. It ends with the
 * lab.
 */
export class LabPrometheus {
    private constructor(private readonly lab: Lab) {}

    static async start(lab: Lab, rules: string): Promise<LabPrometheus> {
        const { prometheus } = await prometheusPrograms();
        const dir = path.join(lab.dir, "prometheus");
        await fs.mkdir(dir);
        await fs.writeFile(path.join(dir, "alerts.yaml"), rules);
        const targets = lab.hosts.map(({ name, address }) => ({
            targets: [`${address}:9100`],
            labels: { instance: name, cluster: "web" },
        }));
        const config = {
            // A scrape that times out removes a host's metrics, and every alert's wait would start
            // again. Give hosts enough time, and request only the metrics of the rules.
            global: {
                scrape_interval: `${scrapeInterval}s`,
                scrape_timeout: `${scrapeInterval}s`,
                evaluation_interval: "2s",
            },
            rule_files: ["alerts.yaml"],
            scrape_configs: [
                {
                    job_name: "node",
                    params: { "collect[]": ["ipvs", "textfile"] },
                    static_configs: targets,
                },
            ],
        };
        await fs.writeFile(path.join(dir, "prometheus.yml"), stringify(config));
        const log = await fs.open(path.join(dir, "log"), "a");
        const options = [
            `--config.file=${dir}/prometheus.yml`,
            `--storage.tsdb.path=${dir}/data`,
            "--web.listen-address=127.0.0.1:9090",
        ];
        lab.spawn([prometheus, ...options], { cwd: dir, stdio: ["ignore", log.fd, log.fd] });
        await log.close();
        const started = new LabPrometheus(lab);
        await waitUntil("metrics of every host", scrapedMs, async () => {
            const hosts = await started.ask("lvs_metrics_timestamp_seconds");
            return hosts.length === lab.hosts.length;
        });
        return started;
    }

    /** Result of a query. Throws if Prometheus refuses the query. */
    async ask(query: string): Promise<Sample[]> {
        const command = ["curl", "-sS", "--max-time", "5", "--get", `${api}/query`];
        const text = await this.lab.exec([...command, "--data-urlencode", `query=${query}`]);
        const { data, error } = JSON.parse(text) as { data?: { result: Sample[] }; error?: string };
        if (data === undefined) throw new Error(`${query}: ${error}`);
        return data.result;
    }

    /** Labels of the alerts that fire now. */
    async firing(alert = ".*"): Promise<Record<string, string>[]> {
        const samples = await this.ask(`ALERTS{alertstate="firing",alertname=~"${alert}"}`);
        return samples.map(({ metric }) => metric);
    }

    /** Wait until an alert fires. Return its labels. */
    async untilFiring(alert: string): Promise<Record<string, string>> {
        return waitUntil(`alert ${alert}`, alertDeadlineMs, async () => {
            const [about] = await this.firing(alert);
            if (about) return about;
            const missed = await this.ask("count_over_time(up[5m]) - sum_over_time(up[5m]) > 0");
            const hosts = missed.map(({ metric, value }) => `${metric.instance} ${value[1]}`);
            throw new Error(`scrapes missed: ${hosts.join() || "none"}`);
        });
    }

    /** Wait until no alert fires. */
    async untilSilent(): Promise<void> {
        await waitUntil("silence", alertDeadlineMs, async () => {
            const names = (await this.firing()).map(({ alertname }) => alertname);
            if (names.length > 0) throw new Error(`firing: ${names.join()}`);
            return true;
        });
    }
}
