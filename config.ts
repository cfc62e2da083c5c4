import * as pulumi from "@pulumi/pulumi";
import type { LvsClusterArgs } from "./components";
import schema from "./stacks/schema.json";

/**
 * A cluster's arguments as a stack file gives them: each is a configuration key of this project.
 * Secrets are plain text here, so that all problems are found at once; the components keep them
 * secret. Throws `RunError` with every key and value that has no place or the wrong shape.
 */
export function readCluster(config: Record<string, string>): LvsClusterArgs {
    const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
    const values = Object.fromEntries(
        own.map(([key, text]) => [key.slice(prefix.length), parse(key.slice(prefix.length), text)]),
    );
    const problems = problemsOf(shapes.LvsClusterArgs!, values, "");
    if (problems.length > 0) {
        throw new pulumi.RunError(["wrong configuration:", ...problems].join("\n  "));
    }
    return values as unknown as LvsClusterArgs;
}

const prefix = "lvs:";

/** Pulumi hands over structured values as JSON, and all others as they are: text may look like a number. */
function parse(key: string, text: string): unknown {
    if (textKeys.has(key)) return text;
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

/**
 * As much of JSON schema as tools/schema.ts makes of the interfaces. A validator that knows all of it
 * takes longer to get ready than the program to run.
 */
interface Shape {
    readonly type?: string | readonly string[];
    readonly enum?: readonly string[];
    readonly allOf?: readonly { readonly $ref: string }[];
    readonly items?: Shape;
    readonly properties?: Readonly<Record<string, Shape>>;
    readonly required?: readonly string[];
    readonly writeOnly?: boolean;
}

const shapes: Readonly<Record<string, Shape>> = schema.definitions;

function problemsOf(shape: Shape, value: unknown, path: string): string[] {
    const { type, enum: members, allOf, items } = shape;
    if (allOf) {
        return allOf.flatMap(({ $ref }) =>
            problemsOf(shapes[$ref.replace(/.*\//, "")]!, value, path),
        );
    }
    const shown = () => (shape.writeOnly ? "[secret]" : JSON.stringify(value, withoutSecrets));
    if (members) {
        if (members.includes(value as string)) return [];
        return [`${path}: ${shown()} is not one of ${members.join(", ")}`];
    }
    const types = [type].flat();
    if (!types.includes(typeOf(value))) return [`${path}: ${shown()} must be ${types.join()}`];
    if (items) {
        return (value as unknown[]).flatMap((item, index) =>
            problemsOf(items, item, `${path}[${index}]`),
        );
    }
    return fieldProblems(shape, value as Record<string, unknown>, path);
}

function fieldProblems(
    { properties, required = [] }: Shape,
    values: Record<string, unknown>,
    path: string,
): string[] {
    if (properties === undefined) return [];
    const at = (name: string) => (path ? `${path}.${name}` : name);
    return [
        ...required
            .filter((name) => !Object.hasOwn(values, name))
            .map((name) => `${at(name)}: is missing`),
        ...Object.entries(values).flatMap(([name, value]) =>
            Object.hasOwn(properties, name)
                ? problemsOf(properties[name]!, value, at(name))
                : [`${at(name)}: there is no such field`],
        ),
    ];
}

/** The type of a value by JSON schema's name. */
function typeOf(value: unknown): string {
    if (value === null) return "null";
    return Array.isArray(value) ? "array" : typeof value;
}

/** What the schema calls secret is told by no error. */
function withoutSecrets(name: string, value: unknown): unknown {
    return secretFields.has(name) ? "[secret]" : value;
}

/** The keys whose values are text. */
const textKeys = new Set(
    Object.entries(shapes.LvsClusterArgs!.properties!)
        .filter(([, { type }]) => [type].flat().includes("string"))
        .map(([key]) => key),
);

const secretFields = new Set(
    Object.values(shapes)
        .flatMap(({ properties = {} }) => Object.entries(properties))
        .filter(([, { writeOnly }]) => writeOnly)
        .map(([name]) => name),
);
