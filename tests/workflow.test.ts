import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readCluster } from "../config";

const text = readFileSync(
    path.join(__dirname, "..", "examples", "github-actions", "preview.yml"),
    "utf8",
);

interface Step {
    name?: string;
    uses?: string;
    with?: Record<string, unknown>;
    run?: string;
}

interface Job {
    if?: string;
    environment?: string;
    "timeout-minutes"?: number;
    permissions?: Record<string, string>;
    steps: Step[];
}

const workflow = parse(text) as {
    on: unknown;
    permissions: unknown;
    concurrency: { group: string; "cancel-in-progress": boolean };
    jobs: Record<string, Job>;
};
const jobs = Object.entries(workflow.jobs);
const hasSecrets = (job: Job) => /\bsecrets\b/.test(JSON.stringify(job));
const steps = jobs.flatMap(([, job]) => job.steps);

describe("the workflow for pull requests", () => {
    it("names every action by the digest of a commit, with the version beside it", () => {
        const lines = text.split("\n").filter((line) => line.includes("uses:"));
        expect(lines.length).toBeGreaterThan(4);
        for (const line of lines) {
            expect(line).toMatch(/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
        }
    });

    it("runs on the event that has no secrets for forks, once for each pull request", () => {
        expect(workflow.on).toBe("pull_request");
        expect(workflow.concurrency).toEqual({
            group: "preview-${{ github.event.pull_request.number }}",
            "cancel-in-progress": true,
        });
    });

    it("gives each job the permissions that it needs, and all others none", () => {
        expect(workflow.permissions).toEqual({});
        expect(jobs.map(([name, { permissions }]) => [name, permissions])).toEqual([
            ["render", { contents: "read" }],
            ["preview", { contents: "read", "pull-requests": "write" }],
        ]);
        for (const [, job] of jobs) expect(job["timeout-minutes"]).toBeLessThanOrEqual(30);
    });

    it("gives secrets only to a job that a maintainer approves, and never to a fork", () => {
        const secret = jobs.filter(([, job]) => hasSecrets(job));
        expect(secret.map(([name]) => name)).toEqual(["preview"]);
        for (const [, job] of secret) {
            expect(job.environment).toBe("preview");
            expect(job.if).toBe(
                "github.event.pull_request.head.repo.full_name == github.repository",
            );
        }
        const { jobs: own, ...around } = workflow;
        expect(Object.keys(own)).toHaveLength(2);
        expect(JSON.stringify(around)).not.toContain("secrets");
    });

    it("leaves no token in a checkout, and no text of the pull request in a script", () => {
        for (const { uses, with: given, run = "" } of steps) {
            if (uses?.startsWith("actions/checkout@")) {
                expect(given).toMatchObject({ "persist-credentials": false });
            }
            expect(run).not.toContain("${{");
        }
    });

    it("renders a stack file without its secrets, and with all its other values", () => {
        const { run = "" } = steps.find(({ name }) => name === "Render both versions")!;
        const [, program] = /sed -Ez '([^']*)'/.exec(run)!;
        const file = [
            "secretsprovider: awskms://alias/x",
            "encryptedkey: AAAA",
            "encryptionsalt: v1:AAAA:v1:AAAA",
            "config:",
            "  lvs:connection:",
            "    hostKey: ssh-ed25519 AAAA",
            "    privateKey:",
            "      secure: v1:AAAA:AAAA+/==",
            "  lvs:authPass:",
            "    secure: AAABAAAA",
            "  lvs:vrrpInstances:",
            "    - { interface: eth0, virtualRouterId: 62 }",
            "  lvs:directors:",
            "    - name: ds1",
            "      host: 192.0.2.1",
            "      password:",
            "        secure: v1:BBBB",
            "  lvs:realServers:",
            "    - { name: rs1, host: 192.0.2.2 }",
            "  lvs:virtualServers:",
            "    - { virtualIp: 192.0.2.9, port: 80 }",
            "",
        ].join("\n");
        const { stdout, status } = spawnSync("sed", ["-Ez", program!], {
            input: file,
            encoding: "utf8",
        });
        expect([status, /AAAA\+|BBBB|AAAB|awskms/.test(stdout)]).toEqual([0, false]);
        const { config, ...others } = parse(stdout) as { config: Record<string, unknown> };
        expect(others).toEqual({});
        const passed = Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]);
        const args = readCluster(Object.fromEntries(passed) as Record<string, string>);
        expect(args).toMatchObject({
            connection: { hostKey: "ssh-ed25519 AAAA", privateKey: "[secret]" },
            authPass: "[secret]",
            directors: [{ name: "ds1", host: "192.0.2.1", password: "[secret]" }],
        });
    });
});
