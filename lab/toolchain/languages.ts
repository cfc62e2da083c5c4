import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../cache";
import { run } from "../run";
import { cli } from "./cli";
import { goProgram } from "./goModule";
import { folderOf, usersPath } from "./search";

/** A language of Pulumi programs besides TypeScript. */
export type Language = "yaml" | "python" | "go";

/** A language host. */
export interface LanguageHost {
    /** Folder to put on PATH. */
    folder: string;
    /** Is it part of a Pulumi that somebody installed or downloaded? Otherwise it is an old one, built here. */
    isGenuine: boolean;
}

/** Last release of the SDK's Go module that contains the hosts of Python and Go. */
const otherHostsRelease = "3.50.0";
const sdk = "github.com/pulumi/pulumi/sdk/v3";

/** Find the host of a language beside the CLI, else build it from its Go module. */
export async function languageHost(language: Language): Promise<LanguageHost> {
    const { pulumi } = await cli();
    const beside = path.dirname(await fs.realpath(pulumi));
    const binary = `pulumi-language-${language}`;
    const folder = await folderOf(binary, [
        path.dirname(pulumi),
        beside,
        ...usersPath(process.env),
    ]);
    if (folder) return { folder, isGenuine: true };
    return { folder: await built(language, binary), isGenuine: false };
}

/** Build the program that makes packages for other languages from a schema. Return its folder. */
export function sdkGenerator(): Promise<string> {
    return goProgram({ module: "gen-sdk", package: ".", binary: "gen-sdk" });
}

function built(language: Language, binary: string): Promise<string> {
    if (language === "yaml") {
        const main = `github.com/pulumi/pulumi-yaml/cmd/${binary}`;
        return goProgram({ module: "yaml-host", package: main, binary });
    }
    const version = otherHostsRelease;
    if (language === "go") {
        return goProgram({
            module: "other-hosts",
            package: `${sdk}/go/${binary}`,
            binary,
            version,
        });
    }
    return pythonHost(binary, version);
}

/** The host of Python with the script that it starts programs with. */
async function pythonHost(binary: string, version: string): Promise<string> {
    const main = `${sdk}/python/cmd/${binary}`;
    const host = await goProgram({ module: "other-hosts", package: main, binary, version });
    return cached("pulumi-python", { host }, async (dir) => {
        const folder = path.join(__dirname, "other-hosts");
        const sources = await run(["go", "list", "-m", "-f", "{{.Dir}}", sdk], { cwd: folder });
        const script = `${binary}-exec`;
        await fs.link(path.join(host, binary), path.join(dir, binary));
        await fs.copyFile(path.join(sources.trim(), "python/cmd", script), path.join(dir, script));
        await fs.chmod(path.join(dir, script), 0o755);
    });
}

/** Find or build what the tests of other languages need. */
export async function otherLanguages(): Promise<void> {
    for (const language of ["yaml", "python", "go"] as const) await languageHost(language);
    await sdkGenerator();
}
