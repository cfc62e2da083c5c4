import { clusterShape, Origin, type Reading, read } from "./shape";

/** Keys of this project in a stack's configuration begin with it. */
export const prefix = "lvs:";

/**
 * Read the arguments of a cluster from a stack's configuration: each is a key. The engine passes values as
 * text, and a stack file has lists and objects, too.
 */
export function readConfig(config: Readonly<Record<string, unknown>>): Reading {
    const given = Object.entries(config)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value] as const);
    return read(
        clusterShape,
        Object.fromEntries(given.map(([key, value]) => [key, parsed(key, value)])),
        "",
        Origin.stackFile,
    );
}

/** Pulumi passes structured values as JSON, and all others unchanged: text may look like a number. */
function parsed(key: string, value: unknown): unknown {
    if (typeof value !== "string" || textKeys.has(key)) return value;
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}

/** Keys whose values are text. */
const textKeys = new Set(
    Object.entries(clusterShape.properties!)
        .filter(([, { type }]) => [type].flat().includes("string"))
        .map(([key]) => key),
);
