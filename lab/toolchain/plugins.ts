import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached, exists } from "../cache";
import { download } from "./download";
import { folderOf, usersPath, usersPlugins } from "./found";
import { goArch, goProgram } from "./goModule";

/** A resource plugin that the programs of this project need, at the release their SDK asks for. */
export interface Plugin {
    name: "command" | "random";
    version: string;
}

/** Where a plugin was found. */
export interface FoundPlugin extends Plugin {
    /** Folder whose files the engine shall find; none where it finds the plugin on PATH itself. */
    dir?: string;
    /** "genuine 1.2.1 (from …)", or "stand-in". */
    served: string;
    /** Why it is not the genuine one. */
    reason?: string;
}

/** The user's own plugin, else the official download, else the stand-in. */
export async function plugin(
    wanted: Plugin,
    env: NodeJS.ProcessEnv = process.env,
): Promise<FoundPlugin> {
    const own = await usersPlugin(wanted, env);
    if (own) return own;
    const binary = `pulumi-resource-${wanted.name}`;
    const served = `genuine ${wanted.version} (from the official download)`;
    const url = `/releases/plugins/${binary}-v${wanted.version}-linux-${goArch()}.tar.gz`;
    try {
        return { ...wanted, dir: await download({ url, strip: 0, binary }), served };
    } catch (error) {
        const dir = await goProgram({ module: "stand-in", package: `./${wanted.name}`, binary });
        return { ...wanted, dir, served: "stand-in", reason: (error as Error).message };
    }
}

/** A plugin that the user has: on PATH, where the engine looks first, or in the plugins folder. */
export async function usersPlugin(
    wanted: Plugin,
    env: NodeJS.ProcessEnv,
): Promise<FoundPlugin | undefined> {
    const binary = `pulumi-resource-${wanted.name}`;
    const onPath = await folderOf(binary, usersPath(env));
    if (onPath) return { ...wanted, served: `genuine (from PATH: ${path.join(onPath, binary)})` };
    const dir = path.join(usersPlugins(env), folderName(wanted));
    // The engine leaves this file beside a plugin whose installation did not end.
    if (!(await folderOf(binary, [dir])) || (await exists(`${dir}.partial`))) return undefined;
    return { ...wanted, dir, served: `genuine ${wanted.version} (from ${dir})` };
}

/**
 * A PULUMI_HOME with exactly these plugins in it, as links. Each selection has a home of its own:
 * what one run found can never serve another that found something else.
 */
export async function homeWith(plugins: FoundPlugin[]): Promise<string> {
    const held = plugins.filter((found) => found.dir);
    const key = held.map(({ name, version, dir }) => ({ name, version, dir }));
    return cached("pulumi-home", { plugins: key, logs: false }, async (home) => {
        // In place of a folder, or each run would leave a megabyte there that nobody reads.
        await fs.writeFile(path.join(home, "logs"), "");
        for (const found of held) {
            // The engine takes no link for the folder itself, only for files in it.
            const folder = path.join(home, "plugins", folderName(found));
            await fs.mkdir(folder, { recursive: true });
            for (const file of await fs.readdir(found.dir!)) {
                await fs.symlink(path.join(found.dir!, file), path.join(folder, file));
            }
        }
    });
}

function folderName(wanted: Plugin): string {
    return `resource-${wanted.name}-v${wanted.version}`;
}
