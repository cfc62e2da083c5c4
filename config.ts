import * as pulumi from "@pulumi/pulumi";
import type { LvsClusterArgs } from "./components";
import {
    brokenRules,
    clusterShape,
    type Fields,
    Origin,
    read,
    type Shape,
    shapeOf,
} from "./components/shape";
import { clusterProblems } from "./components/validated";

/**
 * Read the arguments of a cluster from a stack's configuration: each is a key of this project.
 * Keys and passwords are plain text here, so that all problems are found at once. The components keep
 * them secret. Pulumi tells only which keys hold an encrypted value, here `encrypted`. Every field
 * below such a key that may be secret becomes a secret output. Throws a `RunError` that lists every value of
 * the wrong shape, and every value that breaks a rule.
 */
export function readCluster(
    config: Record<string, string>,
    encrypted: readonly string[] = [],
): LvsClusterArgs {
    const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
    const given = Object.fromEntries(
        own.map(([key, text]) => [key.slice(prefix.length), parse(key.slice(prefix.length), text)]),
    );
    const reading = read(clusterShape, given, "", Origin.stackFile);
    const { problems } = reading;
    const value = reading.value as Fields;
    if (problems.length > 0) {
        const all = [...problems, ...brokenRules(clusterShape, reading, clusterProblems)];
        const lines = all.map(({ path, reason }) => `  ${path}: ${reason}`);
        throw new pulumi.RunError(["wrong configuration:", ...lines].join("\n"));
    }
    const withSecrets = Object.entries(value).map(([key, field]) => [
        key,
        encrypted.includes(`${prefix}${key}`)
            ? secretly(clusterShape.properties![key]!, field)
            : field,
    ]);
    return Object.fromEntries(withSecrets) as LvsClusterArgs;
}

/** Make secret outputs of the fields that may be secret. */
function secretly(shape: Shape, value: unknown): unknown {
    const { allOf, items, properties } = shape;
    const [reference] = allOf ?? [];
    if (reference) return secretly(shapeOf(reference), value);
    if (items) return (value as unknown[]).map((item) => secretly(items, item));
    if (properties) {
        const fields = Object.entries(value as Fields).map(([name, field]) => [
            name,
            secretly(properties[name]!, field),
        ]);
        return Object.fromEntries(fields) as Fields;
    }
    return isEncryptable(shape) && !shape.writeOnly ? pulumi.secret(value) : value;
}

/** May the stack file have the value encrypted? That is an object, which Pulumi decrypts to text. */
function isEncryptable({ type }: Shape): boolean {
    return [type].flat().length > 1;
}

const prefix = "lvs:";

/** Pulumi passes structured values as JSON, and all others unchanged: text may look like a number. */
function parse(key: string, text: string): unknown {
    if (textKeys.has(key)) return text;
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

/** Keys whose values are text. */
const textKeys = new Set(
    Object.entries(clusterShape.properties!)
        .filter(([, { type }]) => [type].flat().includes("string"))
        .map(([key]) => key),
);
