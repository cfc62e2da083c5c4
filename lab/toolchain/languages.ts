import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { cached } from "../cache";
import { step } from "../progress";
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

const root = path.join(__dirname, "..", "..");
const examples = path.join(root, "examples");
const schema = path.join(root, "plugin", "schema.json");

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
function sdkGenerator(): Promise<string> {
    return goProgram({ module: "gen-sdk", package: ".", binary: "gen-sdk" });
}

/** Make the package of the plugin for a language. */
export async function generateSdk(language: "python" | "go", folder: string): Promise<void> {
    const generator = path.join(await sdkGenerator(), "gen-sdk");
    await run([generator, schema, language, folder]);
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
    await pythonPackages();
    await goPackages();
}

/**
 * Install the Python packages that the example and the package of the plugin need. Return the folder
 * with the packages.
 */
export async function pythonPackages(): Promise<string> {
    const requirements = path.join(examples, "python", "requirements.txt");
    const key = {
        requirements: await fs.readFile(requirements, "utf8"),
        python: await run(["python3", "--version"]),
        generator: await sdkGenerator(),
    };
    const environment = await cached("python-packages", key, (dir) =>
        step("Installing Pulumi for Python", () =>
            withSdk("python", async (sdk) => {
                await run(["python3", "-m", "venv", dir]);
                const pip = [path.join(dir, "bin/python"), "-m", "pip"];
                const quiet = ["--quiet", "--disable-pip-version-check"];
                // A later Python has no setuptools of its own, and the package needs them to install.
                const wanted = ["-r", requirements, "setuptools", "wheel", sdk];
                await run([...pip, "install", ...quiet, ...wanted], { timeout: 900_000 });
                await run([...pip, "uninstall", ...quiet, "--yes", "pulumi_lvs"]);
            }),
        ),
    );
    const [python] = await fs.readdir(path.join(environment, "lib"));
    return path.join(environment, "lib", python!, "site-packages");
}

/**
 * Build the example in Go, so that Go's own cache has Pulumi's modules and their compiled packages.
 * Return the folder with go.mod and go.sum of the example.
 */
export async function goPackages(): Promise<string> {
    const folder = path.join(examples, "go");
    const key = {
        module: await fs.readFile(path.join(folder, "go.mod"), "utf8"),
        go: await run(["go", "env", "GOVERSION"]),
        generator: await sdkGenerator(),
    };
    return cached("go-packages", key, (dir) =>
        step("Building Pulumi for Go", () =>
            withSdk("go", async (sdk) => {
                await fs.cp(folder, dir, { recursive: true });
                await useGoSdk(dir, sdk);
                await run(["go", "mod", "tidy"], { cwd: dir, timeout: 900_000 });
                const build = ["go", "build", "-o", path.join(sdk, "program"), "."];
                await run(build, { cwd: dir, env: goSettings, timeout: 900_000 });
            }),
        ),
    );
}

/** Settings of builds in Go: packages do not depend on their folder, so Go's cache has them. */
export const goSettings = { GOFLAGS: "-trimpath", GOWORK: "off", GOTOOLCHAIN: "local" };

/** Let a Go program import the package of the plugin from a folder that `generateSdk` made. */
export async function useGoSdk(program: string, sdk: string): Promise<void> {
    const module = "example.com/pulumi-lvs/sdk/go/lvs";
    await fs.writeFile(path.join(sdk, "lvs", "go.mod"), `module ${module}\n\ngo 1.18\n`);
    await run(["go", "mod", "edit", `-replace=${module}=${sdk}/lvs`], { cwd: program });
}

async function withSdk(
    language: "python" | "go",
    work: (sdk: string) => Promise<void>,
): Promise<void> {
    const folder = await fs.mkdtemp(path.join(tmpdir(), "sdk-"));
    try {
        await generateSdk(language, folder);
        await work(folder);
    } finally {
        await fs.rm(folder, { recursive: true });
    }
}
