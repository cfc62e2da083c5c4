import * as fs from "node:fs/promises";
import * as path from "node:path";
import { tryRun, type RunResult } from "../../lab/run";
import { toolchain, type Toolchain } from "../../lab/toolchain";

/** A resource of a test's program. */
export interface Resource {
    /** Defaults to a remote.Command. */
    type?: "RandomPassword";
    args: Record<string, unknown>;
    /** Names of args that are passed as secrets. */
    secrets?: string[];
    /** Resource options; `dependsOn` holds names of resources that stand before. */
    options?: { dependsOn?: string[]; [option: string]: unknown };
}

/** What the state holds of a resource. */
export interface Stored {
    id: string;
    inputs: Record<string, unknown>;
    outputs: Record<string, unknown>;
}

const program = `
const fs = require("fs");
const pulumi = require("@pulumi/pulumi");
const { remote } = require("@pulumi/command");
const { RandomPassword } = require("@pulumi/random");

const made = {};
for (const [name, spec] of Object.entries(JSON.parse(fs.readFileSync("resources.json", "utf8")))) {
    const args = { ...spec.args };
    for (const secret of spec.secrets ?? []) args[secret] = pulumi.secret(args[secret]);
    const dependsOn = (spec.options?.dependsOn ?? []).map((other) => made[other]);
    const Type = spec.type === "RandomPassword" ? RandomPassword : remote.Command;
    made[name] = new Type(name, args, { ...spec.options, dependsOn });
}
`;

/** A stack of its own in a folder of its own, driven by the real CLI. */
export class Engine {
    private constructor(
        private readonly dir: string,
        private readonly tools: Toolchain,
    ) {}

    static async start(dir: string): Promise<Engine> {
        const engine = new Engine(dir, await toolchain());
        await fs.mkdir(path.join(dir, "backend"), { recursive: true });
        await fs.symlink(path.resolve("node_modules"), path.join(dir, "node_modules"));
        await fs.writeFile(path.join(dir, "package.json"), "{}");
        await fs.writeFile(path.join(dir, "program.js"), program);
        await fs.writeFile(
            path.join(dir, "Pulumi.yaml"),
            "{ name: test, main: program.js, runtime: { name: nodejs, options: { typescript: false } } }",
        );
        const created = await engine.pulumi("stack", "init", "test");
        if (created.status !== 0) throw new Error(created.stdout + created.stderr);
        return engine;
    }

    /** Runs `pulumi up`, `preview` or whatever on a program of these resources. */
    async run(resources: Record<string, Resource>, ...command: string[]): Promise<RunResult> {
        await fs.writeFile(path.join(this.dir, "resources.json"), JSON.stringify(resources));
        return this.pulumi(...command, "--stack", "test");
    }

    /** `pulumi up` that tries every resource, also after one has failed. */
    up(resources: Record<string, Resource>, ...flags: string[]): Promise<RunResult> {
        return this.run(
            resources,
            "up",
            "--yes",
            "--skip-preview",
            "--continue-on-error",
            ...flags,
        );
    }

    /** What the state holds by now, by name; secrets as they are written there. */
    async state(): Promise<Record<string, Stored>> {
        const file = path.join(this.dir, "backend/.pulumi/stacks/test/test.json");
        return byName(
            (JSON.parse(await fs.readFile(file, "utf8")) as Checkpoint).checkpoint.latest,
        );
    }

    /** The same with the secrets in clear. */
    async stateInClear(): Promise<Record<string, Stored>> {
        const { stdout } = await this.pulumi("stack", "export", "--show-secrets");
        return byName((JSON.parse(stdout) as { deployment: Deployment }).deployment);
    }

    private pulumi(...command: string[]): Promise<RunResult> {
        // Plugins outlive a CLI that is killed; in a process namespace they end with it.
        const contained = ["unshare", "--pid", "--fork", "--kill-child", this.tools.pulumi];
        return tryRun([...contained, ...command, "--non-interactive", "--color", "never"], {
            cwd: this.dir,
            env: {
                ...this.tools.env,
                PULUMI_BACKEND_URL: `file://${path.join(this.dir, "backend")}`,
                PULUMI_CONFIG_PASSPHRASE: "test",
                SSH_AUTH_SOCK: undefined,
                // The language host leaves its pipes there when a program or an update fails.
                TMPDIR: this.dir,
            },
            timeout: 90_000,
        });
    }
}

/** The value behind a secret of `stateInClear`; throws where it is not a secret. */
export function secretValue(stored: unknown): unknown {
    if (!isSecret(stored)) throw new Error(`not a secret: ${JSON.stringify(stored)}`);
    return JSON.parse(stored.plaintext);
}

/** Whether a value of a state is kept as a secret. */
export function isSecret(stored: unknown): stored is { plaintext: string } {
    return (
        typeof stored === "object" &&
        stored !== null &&
        "4dabf18193072939515e22adb298388d" in stored
    );
}

interface Deployment {
    resources?: (Stored & { urn: string })[];
}

interface Checkpoint {
    checkpoint: { latest: Deployment };
}

function byName(deployment: Deployment): Record<string, Stored> {
    const resources = deployment.resources ?? [];
    return Object.fromEntries(resources.map((found) => [found.urn.split("::").pop()!, found]));
}
