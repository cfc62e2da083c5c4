import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../cache";
import { tryRun } from "../run";
import { download } from "./download";
import { folderOf, usersPath } from "./search";
import { atLeast, goProgram } from "./goModule";
import { pulumiHomeWith } from "./plugins";

/** Release to download or build. */
const release = "3.259.0";
/** Oldest version of an installed CLI that the lab can use. */
const oldest = "3.229.0";
/** Last release whose Go module contains the Node language host. */
const languageHostRelease = "3.68.0";

const languageHost = "pulumi-language-nodejs";

/** A pulumi CLI with the language host for Node programs. */
export interface Cli {
    pulumi: string;
    /** Folder to put at the head of PATH. undefined if it is on PATH already. */
    folder?: string;
    /** Origin of the CLI, and why no better one could be used. */
    report: string[];
}

/** Find the user's own CLI, else download the official release, else build it from its modules. */
export async function cli(env: NodeJS.ProcessEnv = process.env): Promise<Cli> {
    const own = await usersCli(env);
    if (typeof own !== "string") return own;
    const official = await officialCli().catch((error: Error) => error);
    if (!(official instanceof Error)) return { ...official, report: [...official.report, own] };
    const built = await builtCli();
    return { ...built, report: [...built.report, `${own}; ${official.message}`] };
}

/** The CLI on the user's PATH, or the reason why it cannot be used. */
export async function usersCli(env: NodeJS.ProcessEnv): Promise<Cli | string> {
    const folders = usersPath(env);
    const folder = await folderOf("pulumi", folders);
    if (!folder) return "no pulumi on PATH";
    const pulumi = path.join(folder, "pulumi");
    // Even `pulumi version` writes a log to its home.
    const home = await pulumiHomeWith([]);
    const { stdout } = await tryRun([pulumi, "version"], {
        env: { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: home },
        timeout: 20_000,
    });
    const version = stdout.trim().replace(/^v/, "");
    if (!version) return `${pulumi} prints no version`;
    if (!atLeast(version, oldest)) return `${pulumi} is ${version}, not ${oldest} or later`;
    // Some packages put the language hosts elsewhere, or omit them.
    const beside = path.dirname(await fs.realpath(pulumi));
    const host = await folderOf(languageHost, [...folders, beside]);
    if (!host) return `${pulumi} comes without ${languageHost}`;
    const report = [
        `pulumi ${version}: your own (${pulumi})`,
        `${languageHost}: your own (${host})`,
    ];
    return { pulumi, report };
}

async function officialCli(): Promise<Cli> {
    const arch = process.arch === "x64" ? "x64" : "arm64";
    const dir = await download({
        url: `/releases/sdk/pulumi-v${release}-linux-${arch}.tar.gz`,
        strip: 1,
        binary: "pulumi",
    });
    const report = [`pulumi ${release}: official download`, `${languageHost}: official download`];
    return { pulumi: path.join(dir, "pulumi"), folder: dir, report };
}

async function builtCli(): Promise<Cli> {
    const engine = await goProgram({
        module: "cli",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        binary: "pulumi",
        version: release,
    });
    const host = await goProgram({
        module: "language-host",
        package: `github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/${languageHost}`,
        binary: languageHost,
        version: languageHostRelease,
    });
    const report = [
        `pulumi ${release}: built from its Go modules`,
        `${languageHost} ${languageHostRelease}: built from its Go module`,
    ];
    // The CLI warns on every run about a language host on PATH, but not about one beside itself.
    const folder = await cached("pulumi-cli", { engine, host }, async (dir) => {
        await fs.link(path.join(engine, "pulumi"), path.join(dir, "pulumi"));
        await fs.link(path.join(host, languageHost), path.join(dir, languageHost));
    });
    return { pulumi: path.join(folder, "pulumi"), folder, report };
}
