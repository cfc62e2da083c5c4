import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { waitUntil } from "./wait";

/** Each lab has a folder here with all large files that it writes. */
const labsDir = path.join(
    process.env.XDG_STATE_HOME || path.join(homedir(), ".local/state"),
    "pulumi-lvs/labs",
);

/** Folders of a lab, by its name. */
export interface Places {
    /** For large files. */
    dir: string;
    /** In memory, for sockets: its name is short, however long that of the other is. */
    shortDir: string;
}

export function placesOf(name: string): Places {
    const dir = path.join(labsDir, name);
    const digest = createHash("sha256").update(dir).digest("hex");
    return { dir, shortDir: path.join("/dev/shm", `pulumi-lvs-${digest.slice(0, 8)}`) };
}

/** The names of all labs that have a folder. */
export async function labNames(): Promise<string[]> {
    return fs.readdir(labsDir).catch(() => []);
}

export async function makePlaces({ dir, shortDir }: Places): Promise<void> {
    await fs.mkdir(path.dirname(dir), { recursive: true });
    await fs.mkdir(dir, { mode: 0o700 });
    await fs.rm(shortDir, { recursive: true, force: true });
    await fs.mkdir(shortDir, { mode: 0o700 });
    await fs.mkdir(path.join(shortDir, "ssh"));
}

/**
 * Removes the folders, and the control groups of containers: beside one of the unified hierarchy,
 * systemd-nspawn makes one of the same name in the older one.
 */
export async function removePlaces({ dir, shortDir }: Places): Promise<void> {
    for (const root of ["unified", "systemd", "."]) {
        await removeControlGroup(path.join("/sys/fs/cgroup", root, path.basename(shortDir)));
    }
    await fs.rm(shortDir, { recursive: true, force: true });
    await fs.rm(dir, { recursive: true, force: true });
}

/**
 * Removes a control group with those in it: folders whose files nobody can remove, and which go all
 * the same. Processes that have been killed may still be ending, and hold theirs up.
 */
async function removeControlGroup(dir: string): Promise<void> {
    const entries = await fs.readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
        if (entry.isDirectory()) await removeControlGroup(path.join(dir, entry.name));
    }
    await waitUntil(`end of all processes in ${dir}`, 10_000, () => removed(dir), 20);
}

async function removed(dir: string): Promise<boolean> {
    try {
        await fs.rmdir(dir);
        return true;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") return true;
        if (code === "EBUSY") return false;
        throw error;
    }
}
