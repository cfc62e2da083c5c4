import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { RunningUp } from "./runningUp";
import type { LvsClusterArgs } from "../components";
import type { Lab } from "./lab";
import type { RunOptions, RunResult } from "./run";
import { type Toolchain, toolchain } from "./toolchain";

const root = path.join(__dirname, "..");

const upWords = ["up", "--yes", "--skip-preview"];

/** A cluster's arguments in a stack file: plain values without outputs. */
export type StackConfig = Partial<LvsClusterArgs>;

/**
 * A stack of this project's program on the hosts of a lab. State, backend and stack file are in the
 * lab's folder and disappear with it. The user's own Pulumi is not changed.
 */
export class LabStack {
    /** Everything that `pulumi` has printed. */
    readonly printed: string[] = [];

    private constructor(
        private readonly lab: Lab,
        private readonly tools: Toolchain,
        private readonly dir: string,
        private readonly name: string,
        /**
         * Salt of the secrets and the encrypted key, as `pulumi config set --secret` wrote them.
         */
        private secrets: { encryptionsalt: string; privateKey: object },
    ) {}

    /** Create or open a stack, configured as in `stacks/Pulumi.lab.yaml`. */
    static async create(
        lab: Lab,
        { folder = "stack", name = "lab" }: { folder?: string; name?: string } = {},
    ): Promise<LabStack> {
        const dir = path.join(lab.dir, folder);
        const isNew = await fs.mkdir(path.join(dir, "backend"), { recursive: true });
        await fs.mkdir(path.join(lab.shortDir, "tmp"), { recursive: true });
        const none = { encryptionsalt: "", privateKey: {} };
        const stack = new LabStack(lab, await toolchain(), dir, name, none);
        if (isNew) {
            // Pulumi creates the stack file beside the project file. Keep it out of the user's
            // checkout.
            await fs.writeFile(path.join(dir, "Pulumi.yaml"), "name: lvs\nruntime: nodejs\n");
            await stack.pulumi(["stack", "init"], { cwd: dir });
            const key = ["config", "set", "--secret", "--path", "lvs:connection.privateKey"];
            await stack.pulumi(key, { stdin: lab.client.privateKey });
        }
        const { encryptionsalt, config } = parse(await fs.readFile(stack.file, "utf8")) as {
            encryptionsalt: string;
            config: { "lvs:connection": { privateKey: object } };
        };
        stack.secrets = { encryptionsalt, privateKey: config["lvs:connection"].privateKey };
        if (isNew) await stack.configure(await seedConfig());
        return stack;
    }

    /** Tools that run the stack, one line each. */
    get report(): string[] {
        return this.tools.report;
    }

    /** Write the stack file. The lab's key is added to the connection. */
    async configure(config: StackConfig): Promise<void> {
        const { encryptionsalt, privateKey } = this.secrets;
        const connection = { privateKey, ...config.connection };
        const keys = Object.entries({ ...config, connection });
        const text = stringify({
            encryptionsalt,
            config: Object.fromEntries(keys.map(([key, value]) => [`lvs:${key}`, value])),
        });
        await fs.writeFile(this.file, text);
    }

    /** Run `pulumi` on the lab's client. Throws with the output if it fails. */
    async pulumi(args: string[], options: RunOptions = {}): Promise<string> {
        const { status, stdout, stderr } = await this.tryPulumi(args, options);
        if (status !== 0) throw new Error(`pulumi ${args.join(" ")}:\n${stdout}${stderr}`);
        return stdout;
    }

    /** Run `pulumi` on the lab's client and return its result. */
    async tryPulumi(args: string[], options: RunOptions = {}): Promise<RunResult> {
        const env = { ...this.env, ...options.env };
        const result = await this.lab.tryExec(this.command(args), { cwd: root, ...options, env });
        this.printed.push(result.stdout, result.stderr);
        return result;
    }

    /** Start `pulumi up` on the lab's client in its own process group, without waiting for it. */
    startUp(): RunningUp {
        const child = this.lab.spawn(this.command(upWords), {
            cwd: root,
            env: { ...process.env, ...this.env },
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        return new RunningUp(child, this.printed);
    }

    /** Run `pulumi up` without a preview, of this project or of one in another folder. */
    async up(options: RunOptions = {}): Promise<string> {
        return this.pulumi([...upWords, "--suppress-progress"], options);
    }

    /** Run `pulumi up` without a preview and return its result. */
    async tryUp(options: string[] = []): Promise<RunResult> {
        return this.tryPulumi([...upWords, ...options]);
    }

    /** Run a `pulumi up` that must fail, and return its output. Throws if it succeeds. */
    async failingUp(options: string[] = []): Promise<string> {
        const { status, stdout, stderr } = await this.tryUp(options);
        if (status === 0) throw new Error(`pulumi up succeeded but had to fail:\n${stdout}`);
        return stdout + stderr;
    }

    /** Run `pulumi destroy`. */
    async destroy(): Promise<string> {
        return this.pulumi(["destroy", "--yes", "--skip-preview"]);
    }

    /** Delete all resources from the state without changing the hosts. */
    async deleteState(): Promise<void> {
        await this.pulumi(["state", "delete", "--all", "--yes"]);
    }

    /** Folder with the states. */
    get backend(): string {
        return path.join(this.dir, "backend");
    }

    /** Command that runs `pulumi` on this stack. */
    command(args: string[]): string[] {
        const own = ["--non-interactive", "--color", "never", "--stack", this.name];
        const file = ["up", "preview", "destroy", "config"].includes(args[0]!)
            ? ["--config-file", this.file]
            : [];
        return [this.tools.pulumi, ...args, ...own, ...file];
    }

    /** Environment for commands that use the stack. */
    get env(): NodeJS.ProcessEnv {
        return {
            ...this.tools.env,
            // The language host leaves pipes there, and `lvs` creates sockets.
            TMPDIR: path.join(this.lab.shortDir, "tmp"),
            PULUMI_BACKEND_URL: `file://${this.backend}`,
            PULUMI_CONFIG_PASSPHRASE: "a lab has no secrets",
            SSH_AUTH_SOCK: undefined,
        };
    }

    /** The stack file. */
    get file(): string {
        return path.join(this.dir, `Pulumi.${this.name}.yaml`);
    }
}

/** Configuration of `stacks/Pulumi.lab.yaml`. */
export async function seedConfig(): Promise<StackConfig> {
    const text = await fs.readFile(path.join(root, "stacks/Pulumi.lab.yaml"), "utf8");
    const { config } = parse(text) as { config: Record<string, unknown> };
    const keys = Object.entries(config).map(([key, value]) => [key.replace("lvs:", ""), value]);
    return Object.fromEntries(keys) as StackConfig;
}
