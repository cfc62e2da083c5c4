import * as path from "node:path";
import { cacheRoot } from "../cache";
import { cli } from "./cli";
import { goArch } from "./goModule";
import { pulumiHomeWith, plugin } from "./plugins";

/** A Pulumi engine that can run the programs of this project. */
export interface Toolchain {
    /** Absolute path of the pulumi CLI. */
    pulumi: string;
    /**
     * Environment of every run. PULUMI_HOME is our own, never the user's. The caller adds the
     * backend and the passphrase.
     */
    env: Record<string, string>;
    /** Origin of each plugin: "genuine 1.2.1 (from …)" or "stand-in". */
    plugins: { command: string; random: string };
    /** One line for each part with its origin. Every run prints these lines. */
    report: string[];
}

/**
 * Find or build the engine, its Node language host and the two plugins. Each is the user's own if
 * it can be used, else the official download, else built here. The first call may take minutes and
 * prints its steps. Later calls find everything in the cache.
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
            PULUMI_HOME: await pulumiHomeWith(found),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            // ts-node finds its compiled output there by content. Compiling takes seconds.
            TS_NODE_CACHE_DIRECTORY: path.join(cacheRoot, "ts-node"),
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
        plugins: { command: command.origin, random: random.origin },
        report: [
            ...engine.report,
            ...found.map(({ name, origin: served, reason }) => {
                return `${name} plugin: ${served}${reason ? ` (${reason})` : ""}`;
            }),
        ],
    };
}
