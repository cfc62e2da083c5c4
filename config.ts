import * as pulumi from "@pulumi/pulumi";
import type { LvsClusterArgs } from "./components";
import { type Fields, prefix, readConfig } from "./host/arguments";
import { clusterProblems } from "./host/credentials";
import { clusterShape, isEncryptable, type Shape, shapeOf } from "./host/schema";
import { brokenRules } from "./host/shapeProblems";

/**
 * Read the arguments of a cluster from the stack file: each is a key that begins with `lvs:`.
 * Keys and passwords are plain text here, so that all problems are found at once. The components keep
 * them secret. Pulumi tells only which keys hold an encrypted value, here `encrypted`. Every field
 * below such a key that may be secret becomes a secret output. Throws a `RunError` that lists every value of
 * the wrong shape, and every value that breaks a rule.
 *
 * ```ts
 * const web = new LvsCluster("web", readCluster());
 * ```
 */
export function readCluster(
    config: Readonly<Record<string, string>> = pulumi.runtime.allConfig(),
    encrypted: readonly string[] = encryptedKeys(),
): LvsClusterArgs {
    const reading = readConfig(config);
    const { problems } = reading;
    if (problems.length > 0) {
        const all = [
            ...problems,
            ...brokenRules(clusterShape, reading, clusterProblems<LvsClusterArgs>),
        ];
        const lines = all.map(({ path, reason }) => `  ${path}: ${reason}`);
        throw new pulumi.RunError(["wrong configuration:", ...lines].join("\n"));
    }
    const withSecrets = Object.entries(reading.value as Fields).map(([key, field]) => [
        key,
        encrypted.includes(`${prefix}${key}`)
            ? secretly(clusterShape.properties![key]!, field)
            : field,
    ]);
    return Object.fromEntries(withSecrets) as LvsClusterArgs;
}

/** Keys of the stack file with an encrypted value. The Node SDK keeps this list to itself. */
function encryptedKeys(): string[] {
    return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
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
