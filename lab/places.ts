import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";

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

/** Removes the folders, and the control groups that containers have made. */
export async function removePlaces({ dir, shortDir }: Places): Promise<void> {
    for (const root of ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]) {
        await removeControlGroup(path.join(root, path.basename(shortDir)));
    }
    await fs.rm(shortDir, { recursive: true, force: true });
    await fs.rm(dir, { recursive: true, force: true });
}

/** Folders of control groups have files that nobody can remove, and go all the same. */
async function removeControlGroup(dir: string): Promise<void> {
    const entries = await fs.readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
        if (entry.isDirectory()) await removeControlGroup(path.join(dir, entry.name));
    }
    await fs.rmdir(dir).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
    if (error.code !== "ENOENT") throw error;
}
