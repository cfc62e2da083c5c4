import * as path from "node:path";
import { cacheRoot } from "../cache";
import { cli } from "./cli";
import { goArch } from "./goModule";
import { homeWith, plugin } from "./plugins";

/** A Pulumi engine that is ready to run Node programs of this project. */
export interface Toolchain {
    /** Absolute path of the pulumi CLI that serves. */
    pulumi: string;
    /**
     * What a run of it needs in its environment. The home is our own, never the user's. Backend and
     * passphrase are the caller's to add.
     */
    env: Record<string, string>;
    /** Which plugin serves: "genuine 1.2.1 (from …)" or "stand-in". */
    plugins: { command: string; random: string };
    /** A line for each part and where it came from, to be printed by every run. */
    report: string[];
}

/**
 * The engine, its Node language host and the two plugins: each the user's own where that will do,
 * else the official download, else built here. The first call may take minutes and says what it
 * does; later ones find all in the cache.
 */
export async function toolchain(): Promise<Toolchain> {
    goArch();
    const engine = await cli();
    const command = await plugin({ name: "command", version: "1.2.1" });
    const random = await plugin({ name: "random", version: "4.21.2" });
    const found = [command, random];
    return {
        pulumi: engine.pulumi,
        env: {
            PATH: [engine.folder, process.env.PATH].filter(Boolean).join(path.delimiter),
            PULUMI_HOME: await homeWith(found),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // What ts-node makes of the program is looked for by content, and takes seconds to make.
            TS_NODE_CACHE_DIRECTORY: path.join(cacheRoot, "ts-node"),
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
        plugins: { command: command.served, random: random.served },
        report: [
            ...engine.report,
            ...found.map(({ name, served, reason }) => {
                return `${name} plugin: ${served}${reason ? ` (${reason})` : ""}`;
            }),
        ],
    };
}
