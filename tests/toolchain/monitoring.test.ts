import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { prometheusPrograms } from "../../lab/prometheus";
import { tryRun } from "../../lab/run";
import { activeDirector, brokenDirector, metricsOf, realServer } from "../support/metrics";

// Time to fetch promtool if the cache is empty.
jest.setTimeout(600_000);

const folder = path.join(__dirname, "..", "..", "monitoring");
const textOf = (name: string) => readFileSync(path.join(folder, name), "utf8");

/** Exit status and output of promtool. */
async function promtool(command: string[], stdin?: string) {
    const { promtool: program } = await prometheusPrograms();
    const { status, stdout, stderr } = await tryRun([program, ...command], { cwd: folder, stdin });
    return { status, output: stdout + stderr };
}

interface Rules {
    groups: { rules: { alert: string; expr: string }[] }[];
}
interface Tests {
    tests: { alert_rule_test?: { alertname: string; exp_alerts?: object[] }[] }[];
}
interface Dashboard {
    panels: { title: string; targets: { expr: string }[] }[];
}

const rules = (parse(textOf("alerts.yaml")) as Rules).groups.flatMap((group) => group.rules);
const { tests } = parse(textOf("alerts.test.yaml")) as Tests;
const { panels } = JSON.parse(textOf("dashboard.json")) as Dashboard;

const states = { activeDirector, brokenDirector, realServer };

it("promtool accepts the alert rules", async () => {
    const { status, output } = await promtool(["check", "rules", "alerts.yaml"]);
    expect({ status, output }).toEqual({
        status: 0,
        output: expect.stringContaining(`SUCCESS: ${rules.length} rules found`) as string,
    });
});

it("Every alert fires in its case and in no other", async () => {
    const { status, output } = await promtool(["test", "rules", "alerts.test.yaml"]);
    expect({ status, output }).toEqual({
        status: 0,
        output: expect.stringContaining("SUCCESS") as string,
    });
});

it("Every alert fires alike without a label `cluster` if there is one cluster", async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "alerts-"));
    try {
        const text = textOf("alerts.test.yaml")
            .replace(/^ *- series: .*cluster="mail".*\n.*\n/gm, "")
            .replace(/cluster="web"(, )?/g, "")
            .replace(/^ *cluster: web\n/gm, "");
        expect(text).not.toMatch(/web|mail/);
        writeFileSync(path.join(dir, "alerts.yaml"), textOf("alerts.yaml"));
        const file = path.join(dir, "alerts.test.yaml");
        writeFileSync(file, text);
        const { status, output } = await promtool(["test", "rules", file]);
        expect({ status, output }).toEqual({
            status: 0,
            output: expect.stringContaining("SUCCESS") as string,
        });
    } finally {
        rmSync(dir, { recursive: true });
    }
});

it("Every alert has a test in which it fires and a test in which it does not", () => {
    const shown = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test);
    for (const { alert } of rules) {
        const cases = shown.filter(({ alertname }) => alertname === alert);
        const firing = new Set(cases.map(({ exp_alerts = [] }) => exp_alerts.length > 0));
        expect([alert, firing]).toEqual([alert, new Set([true, false])]);
    }
});

it("promtool accepts every query of the dashboard", async () => {
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const records = queries.map((query, index) => ({
        record: `query:${index}`,
        // As Grafana replaces them.
        expr: query.replace("$__rate_interval", "1m").replaceAll("$cluster", "web"),
    }));
    const groups = [{ name: "dashboard", rules: records }];
    const dir = mkdtempSync(path.join(tmpdir(), "queries-"));
    try {
        const file = path.join(dir, "rules.yaml");
        writeFileSync(file, stringify({ groups }));
        const { status, output } = await promtool(["check", "rules", file]);
        expect({ status, output }).toEqual({
            status: 0,
            output: expect.stringContaining(`SUCCESS: ${queries.length} rules found`) as string,
        });
    } finally {
        rmSync(dir, { recursive: true });
    }
});

it.each(Object.entries(states))("promtool accepts metrics of %s", async (_, state) => {
    const metrics = metricsOf(state);
    expect(metrics).toContain("lvs_metrics_timestamp_seconds ");
    expect(await promtool(["check", "metrics"], metrics)).toEqual({ status: 0, output: "" });
});

describe("Every metric", () => {
    /** Metrics of node_exporter's collector for IPVS. */
    const ofNodeExporter = [
        ...["connections", "incoming_packets", "outgoing_packets"].map((of) => `${of}_total`),
        ...["incoming_bytes", "outgoing_bytes"].map((of) => `${of}_total`),
        ...["connections_active", "connections_inactive", "weight"].map((of) => `backend_${of}`),
    ].map((name) => `node_ipvs_${name}`);
    const ours = Object.values(states).flatMap((state) =>
        [...metricsOf(state).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!),
    );
    const asked = (text: string) => text.match(/\b(?:lvs|node)_[a-z_]+/g) ?? [];

    it("used by alerts or the dashboard is exported by hosts", () => {
        const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
        const named = [...rules.map(({ expr }) => expr), ...queries].flatMap(asked);
        expect(named.length).toBeGreaterThan(20);
        const known = [...ours, ...ofNodeExporter];
        expect(named.filter((name) => !known.includes(name))).toEqual([]);
    });

    it("exported by hosts is on the dashboard", () => {
        const shown = new Set(
            panels.flatMap(({ targets }) => targets).flatMap(({ expr }) => asked(expr)),
        );
        expect([...ours, ...ofNodeExporter].filter((name) => !shown.has(name))).toEqual([]);
    });
});
