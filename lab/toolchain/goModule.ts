import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../cache";
import { UserError, step } from "../progress";
import { run, tryRun } from "../run";
import { onPath } from "./search";

/** A program to build from a Go module of this folder. */
export interface GoProgram {
    /** Folder beside this file with go.mod, go.sum and sources. */
    module: string;
    /** Import path of the main package. */
    package: string;
    /** File name of the result. */
    binary: string;
    /** Version that the program must print, if the linker has to set it. */
    version?: string;
}

/** Find a program in the cache, or build it. Return the folder with the binary. */
export async function goProgram(program: GoProgram): Promise<string> {
    const dir = path.join(__dirname, program.module);
    const flags = buildFlags(program.version);
    const key = { ...program, flags, arch: process.arch, sources: await digest(dir) };
    return cached(program.binary, key, async (target) => {
        await requireGo(dir);
        await step(`Building ${program.binary} from its Go modules`, async () => {
            const build = ["go", "build", ...flags, "-o", path.join(target, program.binary)];
            // Let the compiler use more memory and less time.
            const compiler = { GOGC: "400", CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
            await run([...build, program.package], {
                cwd: dir,
                env: { ...compiler, GOOS: "linux", GOARCH: goArch(), GOTOOLCHAIN: "local" },
                timeout: 3_600_000,
            }).catch((error: Error) => {
                throw new UserError(
                    `${program.binary} cannot be built. If the last lines say that a module ` +
                        `cannot be downloaded, make the Go module proxy reachable (go env GOPROXY).\n` +
                        error.message,
                );
            });
        });
    });
}

/** Go's name for this machine's architecture. */
export function goArch(platform: string = process.platform, arch: string = process.arch): string {
    const known: Record<string, string> = { x64: "amd64", arm64: "arm64" };
    const name = platform === "linux" ? known[arch] : undefined;
    if (!name)
        throw new UserError(`The lab runs on Linux on x64 or arm64, not on ${platform} ${arch}.`);
    return name;
}

/** Whether a version (`major.minor.patch` with any text around it) is at least another one. */
export function atLeast(version: string, minimum: string): boolean {
    const [have, need] = [version, minimum].map((text) =>
        (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)?.slice(1) ?? ["-1"]).map((part) =>
            Number(part ?? 0),
        ),
    );
    for (const [i, number] of need!.entries()) {
        if (have![i] !== number) return (have![i] ?? 0) > number;
    }
    return true;
}

function buildFlags(version?: string): string[] {
    const setVersion = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    const link = version ? `-s -w ${setVersion}` : "-s -w";
    // These programs need no debugging information.
    const compile = ["-trimpath", "-gcflags=all=-dwarf=false"];
    return ["-mod=readonly", "-buildvcs=false", ...compile, "-ldflags", link];
}

async function digest(dir: string): Promise<string> {
    const files = await fs.readdir(dir, { recursive: true });
    const hash = createHash("sha256");
    for (const file of files.filter((name) => /\.(go|mod|sum)$/.test(name)).sort()) {
        hash.update(`${file}\n`).update(await fs.readFile(path.join(dir, file)));
    }
    return hash.digest("hex");
}

async function requireGo(dir: string): Promise<void> {
    const goMod = await fs.readFile(path.join(dir, "go.mod"), "utf8");
    const minimum = /^go (\S+)$/m.exec(goMod)![1]!;
    const found = (await onPath("go")) ? await goVersion() : "";
    if (!found || !atLeast(found, minimum)) throw new UserError(goMissingMessage(found, minimum));
}

async function goVersion(): Promise<string> {
    const env = { GOTOOLCHAIN: "local" };
    return (await tryRun(["go", "env", "GOVERSION"], { env })).stdout.trim();
}

/** Error message if Go is missing (`found` is empty) or too old. */
export function goMissingMessage(found: string, minimum: string): string {
    return (
        `Go ${minimum} or later is needed, but ${found ? `this is ${found}` : "no go is on PATH"}: ` +
        "a part of the Pulumi engine could not be downloaded and has to be built. " +
        "Install Go, or install Pulumi with its plugins, or make get.pulumi.com reachable."
    );
}
