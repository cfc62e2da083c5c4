import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { lock, type LockOptions } from "proper-lockfile";

/** Folder for everything that takes long to build: `$XDG_CACHE_HOME/pulumi-lvs`. */
export const cacheRoot = path.join(
    process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"),
    "pulumi-lvs",
);

/**
 * Return the folder for `key` (any JSON value), and build it if it does not exist. Later runs and
 * other checkouts find the same folder. `build` fills a temporary folder that gets its final name
 * when it is complete, so an interrupted build leaves no half-built folder. A second process waits
 * while the first one builds.
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
    const release = await lock(dir, lockOptions);
    try {
        if (!(await exists(dir))) await buildInto(dir, build);
    } finally {
        await release();
    }
    return dir;
}

/** Wait up to twenty minutes. The lock of a process that died expires after one minute. */
const lockOptions: LockOptions = {
    realpath: false,
    stale: 60_000,
    retries: { retries: 2400, factor: 1, minTimeout: 500 },
};

async function buildInto(dir: string, build: (dir: string) => Promise<void>): Promise<void> {
    const unfinished = await fs.mkdtemp(`${dir}.`);
    try {
        await build(unfinished);
        await fs.rename(unfinished, dir);
    } catch (error) {
        await fs.rm(unfinished, { recursive: true, force: true });
        throw error;
    }
}

export async function exists(file: string): Promise<boolean> {
    return fs.access(file).then(
        () => true,
        () => false,
    );
}
