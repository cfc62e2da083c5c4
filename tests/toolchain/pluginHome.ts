import * as fs from "node:fs/promises";
import * as path from "node:path";
import { version } from "../../package.json";
import {
    generateSdk,
    goSettings,
    languageHost,
    type Language,
} from "../../lab/toolchain/languages";
import { run, type RunResult, tryRun } from "../../lab/run";
import { toolchain } from "../../lab/toolchain";
import { pluginSchemaPath } from "../../tools/pluginSchema";

export const root = path.join(__dirname, "..", "..");

/** A Pulumi home with the plugin `lvs`, installed from an archive of a release. */
export class PluginHome {
    private constructor(
        readonly folder: string,
        private readonly program: string,
        private readonly env: Record<string, string>,
        private readonly run: typeof tryRun,
    ) {}

    /**
     * Pack the plugin and install it. The archives are in the folder `release`. `runner` runs Pulumi, such as on
     * the client of a lab.
     */
    static async make(folder: string, runner = tryRun): Promise<PluginHome> {
        const tools = await toolchain();
        const release = path.join(folder, "release");
        await run(["sh", "tools/plugin.sh", release], { cwd: root });
        const home = path.join(folder, "home");
        await fs.cp(tools.env.PULUMI_HOME!, home, { recursive: true, verbatimSymlinks: true });
        const backend = path.join(folder, "backend");
        await fs.mkdir(backend);
        const env = {
            ...tools.env,
            PULUMI_HOME: home,
            PULUMI_BACKEND_URL: `file://${backend}`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            TMPDIR: folder,
        };
        const made = new PluginHome(folder, tools.pulumi, env, runner);
        const archive = path.join(release, `pulumi-resource-lvs-v${version}-linux-amd64.tar.gz`);
        const install = ["plugin", "install", "resource", "lvs", version, "--file", archive];
        const { status, stdout, stderr } = await made.pulumi(folder, install);
        if (status !== 0) throw new Error(stdout + stderr);
        return made;
    }

    pulumi(cwd: string, command: string[], env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
        // Plugins outlive a killed CLI. The process namespace ends them.
        const contained = ["unshare", "--pid", "--fork", "--kill-child", this.program];
        return this.run([...contained, ...command, "--non-interactive", "--color", "never"], {
            cwd,
            env: { ...this.env, SSH_AUTH_SOCK: undefined, ...env },
            timeout: 600_000,
        });
    }

    /** Copy an example, and make a stack of it with host keys and a private key. */
    async project(
        language: Language,
        stack: string = language,
        { hostKeyOf = anyKey, privateKey = "PRIVATE" } = {},
    ): Promise<Project> {
        const { folder, isGenuine } = await languageHost(language);
        const cwd = path.join(this.folder, stack);
        await fs.cp(path.join(root, "examples", language), cwd, { recursive: true });
        // An old host of Python does not know the option `virtualenv`.
        const programs = path.join(cwd, "venv/bin");
        const env = { ...goSettings, PATH: [programs, folder, this.env.PATH].join(path.delimiter) };
        const pulumi = (...command: string[]) => this.pulumi(cwd, command, env);
        const keys = ["ds1", "ds2", "rs1", "rs2", "rs3"].flatMap((host) => [
            "--plaintext",
            `${host}=${hostKeyOf(host)}`,
        ]);
        await pulumi("stack", "init", stack);
        await pulumi("config", "set-all", ...keys, "--secret", `privateKey=${privateKey}`);
        return { cwd, isGenuine, pulumi };
    }

    /** Make the package of the plugin for a language. */
    async sdk(language: "python" | "go", { isGenuine, pulumi }: Project): Promise<string> {
        const out = path.join(this.folder, "sdk");
        const made = path.join(out, language);
        if (isGenuine) {
            const generate = ["gen-sdk", pluginSchemaPath, "--language", language, "--out", out];
            await pulumi("package", ...generate);
        } else {
            await generateSdk(language, made);
        }
        return made;
    }
}

const anyKey: (host: string) => string = () => "ssh-ed25519 AAAA";

/** A copy of an example with a stack. */
export interface Project {
    readonly cwd: string;
    /** Is its language host part of a Pulumi that somebody installed? */
    readonly isGenuine: boolean;
    readonly pulumi: (...command: string[]) => Promise<RunResult>;
}

/** Names of the resources that a preview would make. Throws if it fails. */
export async function previewed({ pulumi }: Project): Promise<string[]> {
    const { status, stdout, stderr } = await pulumi("preview", "--json");
    if (status !== 0) throw new Error(stdout + stderr);
    if (stdout.includes("PRIVATE")) throw new Error("The preview shows the private key.");
    const { steps } = JSON.parse(stdout) as { steps: { urn: string }[] };
    const urns = steps
        .map(({ urn }) => urn)
        .filter((urn) => !urn.includes("::pulumi:pulumi:Stack::"));
    return urns.map((urn) => urn.replace(/.*::/, "")).sort();
}

/** Names of the resources of the article's cluster. */
export const articlesResources = [
    "web",
    "web-auth-pass",
    ...["ds1", "ds2"].flatMap((host) => stepsOf(host, ["prepare", "secret", "configure"])),
    ...["rs1", "rs2", "rs3"].flatMap((host) => stepsOf(host, ["prepare", "configure"])),
    ...["ds1", "ds2", "rs1", "rs2", "rs3"].map((host) => `web-${host}-deferred`),
].sort();

function stepsOf(host: string, steps: string[]): string[] {
    const all = ["preflight", "claim", ...steps].map((step) => `web-${host}-${step}`);
    return [`web-${host}`, ...all];
}
