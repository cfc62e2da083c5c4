import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { OwnApt, sourcesFor } from "../apt";
import { cached } from "../cache";
import { UserError, step } from "../progress";
import { run, tryRun } from "../run";
import { kernelModules } from "./modules";

/** A user-mode Linux kernel and its modules. */
export interface Kernel {
    /** Version as `uname -r` prints it on a host: "7.2.7". */
    version: string;
    /** Origin of the kernel, and the missing modules. "Debian forky" is the faster kernel. */
    source: string;
    /** The program that runs the kernel. */
    program: string;
    /** Folder with the modules of this version. */
    modules: string;
    /**
     * Whether the modules for nft and the scheduler twos exist. The lab builds them, and this can
     * fail.
     */
    complete: boolean;
    /** Arguments that only this kernel needs. */
    options: string[];
}

interface Source {
    suite: string;
    stable: boolean;
    packages: string[];
    options: string[];
}

/** Kernel of Debian testing. It is about twice as fast, because it runs guest processes under seccomp. */
const faster: Source = {
    suite: "forky",
    stable: false,
    // This kernel needs a newer C library than Debian 12 has, so it gets a private one.
    packages: ["user-mode-linux", "libc6"],
    // Without this option the kernel traces guest processes. seccomp does not protect the guest's
    // kernel from the guest's processes, and a lab does not need that protection.
    options: ["seccomp=on"],
};

/** Kernel of Debian 12. It is slower, but made for Debian 12. */
const fallback: Source = {
    suite: "bookworm",
    stable: true,
    packages: ["user-mode-linux"],
    options: [],
};

/**
 * The kernel of the lab's hosts: the faster one if it can be downloaded and starts here, otherwise
 * the fallback. The cache keeps the choice. `PULUMI_LVS_LAB_KERNEL=bookworm` or `=forky` overrides
 * it.
 */
export async function kernel(interruption: AbortSignal): Promise<Kernel> {
    const wanted = process.env.PULUMI_LVS_LAB_KERNEL;
    const sources = [faster, fallback].filter(({ suite }) => !wanted || suite === wanted);
    const dir = await cached("kernel", { recipe: 2, sources }, (unfinished) =>
        fetchFirst(sources, unfinished, interruption),
    );
    const chosen = JSON.parse(await fs.readFile(path.join(dir, "source.json"), "utf8")) as Source;
    const ownModules = path.join(dir, "usr/lib/uml/modules");
    const version = (await fs.readdir(ownModules))[0]!;
    const built = await kernelModules(dir, version, chosen, interruption);
    return {
        version,
        source: `Debian ${chosen.suite}${"missing" in built ? `, without nft and twos: ${built.missing}` : ""}`,
        program: path.join(dir, "linux"),
        modules: "missing" in built ? path.join(ownModules, version) : built.modules,
        complete: !("missing" in built),
        options: chosen.options,
    };
}

/** Fetch the first kernel that can be downloaded and starts. */
async function fetchFirst(
    sources: Source[],
    dir: string,
    interruption: AbortSignal,
): Promise<void> {
    const reasons: string[] = [];
    for (const source of sources) {
        try {
            const title = `Fetching the user-mode Linux kernel of Debian ${source.suite}`;
            await step(title, () => fetchKernel(source, dir));
            await fs.writeFile(path.join(dir, "source.json"), JSON.stringify(source));
            return;
        } catch (error) {
            interruption.throwIfAborted();
            reasons.push(`${source.suite}: ${(error as Error).message}`);
            process.stderr.write(`This kernel cannot be used: ${reasons.at(-1)}\n`);
            await fs.rm(dir, { recursive: true });
            await fs.mkdir(dir);
        }
    }
    throw new UserError(`No user-mode Linux kernel can be used.\n${reasons.join("\n")}`);
}

async function fetchKernel(source: Source, dir: string): Promise<void> {
    const scratch = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-apt-"));
    try {
        const apt = await OwnApt.open(scratch, await sourcesFor(source.suite, source.stable));
        await apt.unpack(source.packages, dir);
    } finally {
        await fs.rm(scratch, { recursive: true, force: true });
    }
    const program = path.join(dir, "linux");
    await fs.rename(path.join(dir, "usr/bin/linux.uml"), program);
    if (!source.packages.includes("libc6")) return checkThatItStarts(program, source, dir);

    // A program contains the full path of its loader. Use the temporary folder for the test, then
    // the
    // final name: `cached` removes the part after the last dot.
    const final = dir.slice(0, dir.lastIndexOf("."));
    await useLibrariesIn(dir, program);
    await checkThatItStarts(program, source, dir);
    await useLibrariesIn(final, program);
}

async function useLibrariesIn(dir: string, program: string): Promise<void> {
    const libraries = path.join(dir, "usr/lib/x86_64-linux-gnu");
    const loader = path.join(libraries, "ld-linux-x86-64.so.2");
    await run(["patchelf", "--set-interpreter", loader, "--set-rpath", libraries, program]);
}

/** Boot without a disk. A kernel that reaches the mount of its root can run hosts. */
async function checkThatItStarts(program: string, source: Source, dir: string): Promise<void> {
    const args = ["mem=64M", "con=null", "con0=null,fd:1", `uml_dir=${dir}/uml`, "panic=1"];
    const { stdout, stderr } = await tryRun([program, ...source.options, ...args], {
        timeout: 30_000,
    });
    await fs.rm(path.join(dir, "uml"), { recursive: true, force: true });
    if (!stdout.includes("Unable to mount root fs")) {
        throw new Error(`does not start on this machine:\n${(stdout + stderr).slice(-600)}`);
    }
}
