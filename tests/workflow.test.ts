import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { nodeCommand } from "../lab/run";

const root = path.join(__dirname, "..");
const example = (file: string) => fs.readFileSync(path.join(root, "examples", file), "utf8");
const text = example("github-actions/preview.yml");
const pipeline = parse(example("gitlab-ci/preview.yml")) as {
    variables: Record<string, string>;
} & Record<"compare" | "preview", { script: string[]; environment?: string; rules: object[] }>;
const lab = fs.readFileSync(path.join(root, "stacks", "Pulumi.lab.yaml"), "utf8");

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

/**
 * Run the shell of a job in a checkout, with these two versions of the stack file. `npm` does nothing, `npx`
 * runs the sources, and `git` prints the old version, if there is one.
 */
function runInPipeline(script: string, head: string, base?: string) {
    const dir = fs.mkdtempSync(path.join(tmpdir(), "pulumi-lvs-"));
    try {
        const [summary, old] = [path.join(dir, "summary"), path.join(dir, "old/stacks")];
        const checkout = path.join(dir, "new");
        for (const folder of [old, path.join(checkout, "stacks"), path.join(dir, "bin")]) {
            fs.mkdirSync(folder, { recursive: true });
        }
        const file = "Pulumi.prod.yaml";
        fs.writeFileSync(path.join(checkout, "stacks", file), head);
        if (base !== undefined) fs.writeFileSync(path.join(old, file), base);
        const programs = {
            npm: "exit 0",
            npx: `shift; exec ${nodeCommand("../cli/index.ts").join(" ")} "$@"`,
            git: `exec cat ${path.join(old, file)}`,
        };
        for (const [name, program] of Object.entries(programs)) {
            const options = { mode: 0o755 };
            fs.writeFileSync(path.join(dir, "bin", name), `#!/bin/sh\n${program}\n`, options);
        }
        const { status } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", script], {
            cwd: checkout,
            env: {
                PATH: `${path.join(dir, "bin")}:${process.env.PATH}`,
                STACK: "prod",
                GITHUB_STEP_SUMMARY: summary,
            },
        });
        const page = path.join(checkout, "compare.md");
        const shown = [summary, page].find((one) => fs.existsSync(one))!;
        return { status, page: fs.readFileSync(shown, "utf8") };
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

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
            ["compare", { contents: "read" }],
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

    it("shows what changes on the hosts in the summary of the run", () => {
        const { run = "" } = steps.find(({ name }) => name === "Compare both versions")!;
        const changed = runInPipeline(run, lab.replace("port: 80", "port: 8080"), lab);
        expect(changed.status).toBe(0);
        expect(changed.page).toMatch(/^### ds1, ds2\n[^]*\+virtual_server 10.128.190.248 8080 /);
        expect(runInPipeline(run, lab, lab).page).toContain("no changes.");
        const refused = runInPipeline(run, lab.replace("port: 80", "port: 0"), lab);
        expect(refused.status).toBe(1);
        expect(refused.page).toMatch(/^### Refused\n/);
    });
});

describe("the pipeline for merge requests", () => {
    it("has no variable of its own that is secret, and gives those of an environment to one job", () => {
        const { compare, preview, variables } = pipeline;
        expect(variables).toEqual({ STACK: "prod" });
        expect([compare.environment, preview.environment]).toEqual([undefined, "preview"]);
    });

    it("runs the job with secrets only when a maintainer starts it, and never for a fork", () => {
        expect(pipeline.preview.rules).toEqual([
            {
                if:
                    '$CI_PIPELINE_SOURCE == "merge_request_event" && ' +
                    "$CI_MERGE_REQUEST_SOURCE_PROJECT_PATH == $CI_PROJECT_PATH",
                when: "manual",
                allow_failure: true,
            },
        ]);
    });

    it("keeps what changes on the hosts as a page of the merge request", () => {
        const script = pipeline.compare.script.join("\n");
        const changed = runInPipeline(script, lab.replace("port: 80", "port: 8080"), lab);
        expect(changed.status).toBe(0);
        expect(changed.page).toContain("+virtual_server 10.128.190.248 8080 ");
        const refused = runInPipeline(script, lab.replace("port: 80", "port: 0"), lab);
        expect(refused.status).toBe(1);
        expect(refused.page).toMatch(/^### Refused\n/);
        const first = runInPipeline(script, lab);
        expect(first.status).toBe(0);
        expect(first.page).toContain("### ds1 (new)");
    });
});
