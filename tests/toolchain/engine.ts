import * as fs from "node:fs/promises";
import * as path from "node:path";
import { tryRun, type RunResult } from "../../lab/run";
import { toolchain, type Toolchain } from "../../lab/toolchain";

/** A resource of a test program. */
export interface Resource {
    /** Defaults to a remote.Command. */
    type?: "RandomPassword";
    args: Record<string, unknown>;
    /** Names of args to pass as secrets. */
    secrets?: string[];
    /** Resource options. `dependsOn` contains names of earlier resources. */
    options?: { dependsOn?: string[]; [option: string]: unknown };
}

/** State of a resource. */
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

/** A stack in a separate folder, run by the real CLI. */
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

    /** Run a command of `pulumi`, such as `up` or `preview`, on a program with these resources. */
    async run(resources: Record<string, Resource>, ...command: string[]): Promise<RunResult> {
        await fs.writeFile(path.join(this.dir, "resources.json"), JSON.stringify(resources));
        return this.pulumi(...command, "--stack", "test");
    }

    /** Run a `pulumi up` that continues after a failed resource. */
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

    /** Resources in the state by name. Secrets are encrypted. */
    async state(): Promise<Record<string, Stored>> {
        const file = path.join(this.dir, "backend/.pulumi/stacks/test/test.json");
        return byName(
            (JSON.parse(await fs.readFile(file, "utf8")) as Checkpoint).checkpoint.latest,
        );
    }

    /** Resources in the state by name. Secrets are decrypted. */
    async decryptedState(): Promise<Record<string, Stored>> {
        const { stdout } = await this.pulumi("stack", "export", "--show-secrets");
        return byName((JSON.parse(stdout) as { deployment: Deployment }).deployment);
    }

    private pulumi(...command: string[]): Promise<RunResult> {
        // Plugins outlive a killed CLI. The process namespace ends them.
        const contained = ["unshare", "--pid", "--fork", "--kill-child", this.tools.pulumi];
        return tryRun([...contained, ...command, "--non-interactive", "--color", "never"], {
            cwd: this.dir,
            env: {
                ...this.tools.env,
                PULUMI_BACKEND_URL: `file://${path.join(this.dir, "backend")}`,
                PULUMI_CONFIG_PASSPHRASE: "test",
                SSH_AUTH_SOCK: undefined,
                // The language host leaves pipes there when a program or an update fails.
                TMPDIR: this.dir,
            },
            timeout: 90_000,
        });
    }
}

/** Value of a secret in `decryptedState`. Throws if the value is not a secret. */
export function secretValue(stored: unknown): unknown {
    if (!isSecret(stored)) throw new Error(`not a secret: ${JSON.stringify(stored)}`);
    return JSON.parse(stored.plaintext);
}

/** Whether a value in a state is a secret. */
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
