import * as fs from "node:fs/promises";
import * as path from "node:path";
import { OwnApt, sourcesFor } from "../apt";
import { cached, exists } from "../cache";
import { UserError, step } from "../progress";
import { run } from "../run";

const script = path.join(__dirname, "modules.sh");

/**
 * Return a folder with a kernel's modules, including those that Debian omits. `modules.sh` builds
 * these from the kernel source of the suite. If the build fails, hosts run without them: then
 * return the file with the reason. The cache keeps the failure too, because it takes minutes to
 * find out.
 */
export async function kernelModules(
    kernel: string,
    version: string,
    { suite, stable }: { suite: string; stable: boolean },
    interruption: AbortSignal,
): Promise<{ modules: string } | { missing: string }> {
    const recipe = await fs.readFile(script, "utf8");
    const key = { recipe, kernel: path.basename(kernel), version };
    const dir = await cached("modules", key, async (unfinished) => {
        await requirePrograms();
        try {
            await step(`Building modules for nft and twos (kernel ${version})`, async () => {
                const [major, minor] = version.split(".");
                const source = `linux-source-${major}.${minor}`;
                await fetchPackage(source, await sourcesFor(suite, stable), unfinished);
                const archive = path.join(unfinished, "package/usr/src", `${source}.tar.xz`);
                const build = ["sh", script, kernel, version, archive];
                await run(build, { cwd: unfinished, timeout: 3_600_000 });
                await fs.rm(path.join(unfinished, "package"), { recursive: true });
            });
        } catch (error) {
            interruption.throwIfAborted();
            const { message } = error as Error;
            process.stderr.write(`Hosts run without nft and twos: ${message.split("\n").at(-1)}\n`);
            await fs.rm(unfinished, { recursive: true });
            await fs.mkdir(unfinished);
            await fs.writeFile(path.join(unfinished, "why-not"), `${message}\n`);
        }
    });
    const modules = path.join(dir, "modules", version);
    return (await exists(modules)) ? { modules } : { missing: path.join(dir, "why-not") };
}

/**
 * The cache folder holds the package, because a folder for temporary files may be too small for a
 * kernel source.
 */
async function fetchPackage(name: string, sources: string, dir: string): Promise<void> {
    const scratch = path.join(dir, "apt");
    const apt = await OwnApt.open(scratch, sources);
    await apt.unpack([name], path.join(dir, "package"));
    await fs.rm(scratch, { recursive: true });
}

/** Check for the build tools first: the cache must not keep a missing tool as the reason. */
async function requirePrograms(): Promise<void> {
    try {
        await run(["which", "bc", "bison", "flex", "gcc", "make", "strings", "xz"]);
    } catch {
        throw new UserError("Programs that build kernel modules are missing. Run `npm run setup`.");
    }
}
