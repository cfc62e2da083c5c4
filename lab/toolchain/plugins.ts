import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached, exists } from "../cache";
import { download } from "./download";
import { folderOf, usersPath, usersPlugins } from "./search";
import { goArch, goProgram } from "./goModule";

/** A resource plugin of the release that the SDK of our programs needs. */
export interface Plugin {
    name: "command" | "random";
    version: string;
}

/** A plugin and its origin. */
export interface SelectedPlugin extends Plugin {
    /** Folder with the files that the engine must find. undefined if the plugin is on PATH. */
    dir?: string;
    /** Origin: "genuine 1.2.1 (from …)" or "stand-in". */
    origin: string;
    /** Reason why the genuine plugin is not used. */
    reason?: string;
}

/** Find the user's own plugin, else the official download, else build the stand-in. */
export async function plugin(
    wanted: Plugin,
    env: NodeJS.ProcessEnv = process.env,
): Promise<SelectedPlugin> {
    const own = await usersPlugin(wanted, env);
    if (own) return own;
    const binary = `pulumi-resource-${wanted.name}`;
    const served = `genuine ${wanted.version} (from the official download)`;
    const url = `/releases/plugins/${binary}-v${wanted.version}-linux-${goArch()}.tar.gz`;
    try {
        return { ...wanted, dir: await download({ url, strip: 0, binary }), origin: served };
    } catch (error) {
        const dir = await goProgram({ module: "stand-in", package: `./${wanted.name}`, binary });
        return { ...wanted, dir, origin: "stand-in", reason: (error as Error).message };
    }
}

/** The user's plugin: on PATH, where the engine searches first, or in the folder of plugins. */
export async function usersPlugin(
    wanted: Plugin,
    env: NodeJS.ProcessEnv,
): Promise<SelectedPlugin | undefined> {
    const binary = `pulumi-resource-${wanted.name}`;
    const onPath = await folderOf(binary, usersPath(env));
    if (onPath) return { ...wanted, origin: `genuine (from PATH: ${path.join(onPath, binary)})` };
    const dir = path.join(usersPlugins(env), folderName(wanted));
    // The engine leaves this file beside a plugin whose installation was interrupted.
    if (!(await folderOf(binary, [dir])) || (await exists(`${dir}.partial`))) return undefined;
    return { ...wanted, dir, origin: `genuine ${wanted.version} (from ${dir})` };
}

/**
 * Create a PULUMI_HOME that contains exactly these plugins, as links. Each selection has its own
 * home, so one run never uses the plugins of another run.
 */
export async function pulumiHomeWith(plugins: SelectedPlugin[]): Promise<string> {
    const held = plugins.filter((found) => found.dir);
    const key = held.map(({ name, version, dir }) => ({ name, version, dir }));
    return cached("pulumi-home", { plugins: key, logs: false }, async (home) => {
        // A file instead of a folder. Otherwise each run would leave a megabyte of logs there.
        await fs.writeFile(path.join(home, "logs"), "");
        for (const found of held) {
            // The engine accepts links to files, but no link to the folder.
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
