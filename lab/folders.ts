import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { patienceMs, waitUntil } from "./wait";

/** Parent of the folders with the large files of each lab. */
const labsDir = path.join(
    process.env.XDG_STATE_HOME || path.join(homedir(), ".local/state"),
    "pulumi-lvs/labs",
);

/** Folders of a lab. */
export interface LabFolders {
    /** Folder for large files. */
    dir: string;
    /** Folder in memory for sockets. Its name is always short. */
    shortDir: string;
}

export function foldersOf(name: string): LabFolders {
    const dir = path.join(labsDir, name);
    const digest = createHash("sha256").update(dir).digest("hex");
    return { dir, shortDir: path.join("/dev/shm", `pulumi-lvs-${digest.slice(0, 8)}`) };
}

/** Names of all labs that have a folder. */
export async function labNames(): Promise<string[]> {
    return fs.readdir(labsDir).catch(() => []);
}

export async function createFolders({ dir, shortDir }: LabFolders): Promise<void> {
    await fs.mkdir(path.dirname(dir), { recursive: true });
    await fs.mkdir(dir, { mode: 0o700 });
    await fs.rm(shortDir, { recursive: true, force: true });
    await fs.mkdir(shortDir, { mode: 0o700 });
    await fs.mkdir(path.join(shortDir, "ssh"));
}

/**
 * Remove the folders and the control groups of containers. For a group in the unified hierarchy,
 * systemd-nspawn creates a group of the same name in the older hierarchy.
 */
export async function removeFolders({ dir, shortDir }: LabFolders): Promise<void> {
    for (const root of ["unified", "systemd", "."]) {
        await removeControlGroup(path.join("/sys/fs/cgroup", root, path.basename(shortDir)));
    }
    await fs.rm(shortDir, { recursive: true, force: true });
    await fs.rm(dir, { recursive: true, force: true });
}

/**
 * Remove a control group and its children. Their files cannot be deleted and disappear with the
 * folder. Killed processes that have not ended yet keep the folder busy.
 */
async function removeControlGroup(dir: string): Promise<void> {
    const entries = await fs.readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
        if (entry.isDirectory()) await removeControlGroup(path.join(dir, entry.name));
    }
    await waitUntil(`end of all processes in ${dir}`, patienceMs, () => removed(dir), 20);
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
