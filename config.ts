import * as pulumi from "@pulumi/pulumi";
import Ajv, { type ErrorObject } from "ajv";
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
    // What is compiled here is used once, and optimizing it takes longer than that.
    const once = { inlineRefs: false, code: { optimize: false } };
    const check = new Ajv({ allErrors: true, strict: false, verbose: true, ...once })
        .addSchema(schema, "stack")
        .getSchema("stack#/definitions/LvsClusterArgs")!;
    if (!check(values)) {
        const lines = (check.errors ?? []).map((error) => `  ${explain(error)}`);
        throw new pulumi.RunError(["wrong configuration:", ...lines].join("\n"));
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

function explain({ instancePath, keyword, params, message, data }: ErrorObject): string {
    const path = instancePath
        .slice(1)
        .replace(/\/(\d+)/g, "[$1]")
        .replace(/\//g, ".");
    const value = secretFields.has(path.replace(/.*\./, "")) ? "[secret]" : JSON.stringify(data);
    const at = (name: string) => (path ? `${path}.${name}` : name);
    switch (keyword) {
        case "additionalProperties":
            return `${at(params.additionalProperty as string)}: there is no such field`;
        case "required":
            return `${at(params.missingProperty as string)}: is missing`;
        case "enum":
            return `${path}: ${value} is not one of ${(params.allowedValues as string[]).join(", ")}`;
        default:
            return `${path}: ${value} ${message}`;
    }
}

/** The keys whose values are text. */
const textKeys = new Set(
    Object.entries(schema.definitions.LvsClusterArgs.properties)
        .filter(([, field]) => "type" in field && [field.type].flat().includes("string"))
        .map(([key]) => key),
);

/** What the schema calls secret is told by no error. */
const secretFields = new Set(
    Object.values(schema.definitions)
        .flatMap((type) => ("properties" in type ? Object.entries(type.properties) : []))
        .filter(([, field]) => "writeOnly" in (field as object))
        .map(([name]) => name),
);
