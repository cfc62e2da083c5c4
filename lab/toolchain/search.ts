import * as fs from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";
import { cacheRoot, exists } from "../cache";

/**
 * The folders on the user's PATH. Folders of our own cache are left out: a run that was started
 * inside the toolchain's environment must not mistake our programs for the user's.
 */
export function usersPath(env: NodeJS.ProcessEnv, ours: string = cacheRoot): string[] {
    const folders = (env.PATH ?? "").split(path.delimiter);
    return folders.filter((folder) => path.isAbsolute(folder) && !within(folder, ours));
}

/** The user's folder of plugins. A PULUMI_HOME inside our cache is ignored. */
export function usersPlugins(env: NodeJS.ProcessEnv, ours: string = cacheRoot): string {
    const given = env.PULUMI_HOME && !within(env.PULUMI_HOME, ours) ? env.PULUMI_HOME : undefined;
    return path.join(given ?? path.join(env.HOME || homedir(), ".pulumi"), "plugins");
}

/** The first folder that contains an executable of this name. */
export async function folderOf(binary: string, folders: string[]): Promise<string | undefined> {
    for (const folder of folders) {
        if (await executable(path.join(folder, binary))) return folder;
    }
    return undefined;
}

/** Whether this process can start a command. */
export async function onPath(binary: string): Promise<boolean> {
    return Boolean(await folderOf(binary, (process.env.PATH ?? "").split(path.delimiter)));
}

async function executable(file: string): Promise<boolean> {
    if (!(await exists(file)) || !(await fs.stat(file)).isFile()) return false;
    return fs.access(file, fs.constants.X_OK).then(
        () => true,
        () => false,
    );
}

function within(folder: string, parent: string): boolean {
    const relative = path.relative(parent, path.resolve(folder));
    return !relative.startsWith("..") && !path.isAbsolute(relative);
}
