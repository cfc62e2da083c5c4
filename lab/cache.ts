import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";

/** Where everything is kept that takes long to make: `$XDG_CACHE_HOME/pulumi-lvs`. */
export const cacheRoot = path.join(
    process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"),
    "pulumi-lvs",
);

/**
 * A folder that is built once for each content of `key` (anything that goes into JSON) and found
 * again by every later run and checkout. `build` fills a folder of its own, which gets its name
 * only when it is complete: a build that is cut off harms nobody. Who asks while it is being built
 * waits for it.
 */
export async function cached(
    name: string,
    key: unknown,
    build: (dir: string) => Promise<void>,
): Promise<string> {
    const digest = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 12);
    const dir = path.join(cacheRoot, `${name}-${digest}`);
    if (await exists(dir)) return dir;
    await fs.mkdir(cacheRoot, { recursive: true });
    await alone(`${dir}.lock`, async () => {
        if (await exists(dir)) return;
        const unfinished = await fs.mkdtemp(`${dir}.`);
        try {
            await build(unfinished);
            await fs.rename(unfinished, dir);
        } catch (error) {
            await fs.rm(unfinished, { recursive: true, force: true });
            throw error;
        }
    });
    return dir;
}

/** Keeps all other processes from the same work meanwhile. A lock goes with its holder. */
async function alone(file: string, work: () => Promise<void>): Promise<void> {
    const holder = spawn("flock", [file, "sh", "-c", "echo locked; exec cat"], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(holder, "exit");
    const failed = ended.then(() => {
        throw new Error(`cannot lock ${file}`);
    });
    await Promise.race([once(holder.stdout, "data"), failed]);
    try {
        await work();
    } finally {
        holder.stdin.end();
        await ended;
    }
}

export async function exists(file: string): Promise<boolean> {
    return fs.access(file).then(
        () => true,
        () => false,
    );
}
