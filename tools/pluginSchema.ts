import { writeFileSync } from "node:fs";
import * as path from "node:path";
import type {
    AnalyzeResult,
    PropertyDefinition,
} from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { description, keywords, license, version } from "../package.json";
import { analyze, isSecret, root } from "./analyze";
import { splitDefault } from "./reference";

/** Path of the schema that the plugin serves, for packages in other languages. */
export const pluginSchemaPath = path.join(root, "plugin", "schema.json");

/** A field in a schema of Pulumi. */
interface Field {
    readonly type?: string;
    readonly $ref?: string;
    readonly items?: Field;
    readonly additionalProperties?: Field;
    readonly plain?: boolean;
    readonly description?: string;
    readonly secret?: true;
    readonly default?: string | number | boolean;
}

type Definitions = Record<string, PropertyDefinition>;
type Fields = Record<string, Field>;

/** Format the schema of the provider `lvs` from the interfaces of the components' arguments. */
export function pluginSchema({ components, typeDefinitions }: AnalyzeResult): string {
    const made = generateSchema("lvs", version, description, components, typeDefinitions, []);
    const resources = Object.entries(made.resources).map(([token, resource]) => {
        const inputProperties = withDefaults(fields(resource.inputProperties));
        const properties = fields(resource.properties);
        return [token, { ...resource, inputProperties, properties }] as const;
    });
    const types = Object.entries(made.types).map(([token, type]) => {
        const { description: text } = typeDefinitions[token.replace(/.*:/, "")]!;
        const own = "enum" in type ? {} : { properties: fields(type.properties) };
        return [withoutSuffix(token), { ...type, description: text, ...own }] as const;
    });
    const schema = {
        ...made,
        displayName: "Linux Virtual Server",
        keywords: [...keywords, "category/infrastructure", "kind/component"],
        license,
        resources: Object.fromEntries(resources),
        types: Object.fromEntries(types),
    };
    return JSON.stringify(schema, undefined, 4) + "\n";
}

/**
 * Name of a type in packages of other languages, which add the suffix `Args` themselves. There the
 * arguments of `LvsCluster` are called `LvsClusterArgs` too, so the type for a director gets another name.
 */
function withoutSuffix(token: string): string {
    return token.replace(/:LvsClusterArgs$/, ":Cluster").replace(/Args$/, "");
}

function fields(definitions: Definitions = {}): Fields {
    const own = Object.entries(definitions);
    return Object.fromEntries(own.map(([name, definition]) => [name, field(definition)]));
}

function field(definition: PropertyDefinition): Field {
    const { description: text, plain, items, additionalProperties } = definition;
    return {
        ...("$ref" in definition
            ? { $ref: withoutSuffix(definition.$ref) }
            : { type: definition.type }),
        ...(items ? { items: field(items) } : {}),
        ...(additionalProperties ? { additionalProperties: field(additionalProperties) } : {}),
        ...(plain ? { plain } : {}),
        description: text?.replace(/\s+/g, " "),
        ...(isSecret(definition) ? { secret: true } : {}),
    };
}

/**
 * Add the plain defaults of a component's own arguments. Fields of types have none: packages would send them,
 * and a value of a host overrides the one of its cluster.
 */
function withDefaults(own: Fields): Fields {
    return Object.fromEntries(
        Object.entries(own).map(([name, one]) => {
            const value = plainDefault(one);
            return [name, value === undefined ? one : { ...one, default: value }];
        }),
    );
}

function plainDefault({ type, description: text }: Field): Field["default"] {
    const { otherwise = "" } = splitDefault(text);
    if (type === "boolean" && /^(true|false)$/.test(otherwise)) return otherwise === "true";
    if (type === "integer" && /^\d+$/.test(otherwise)) return Number(otherwise);
    return undefined;
}

if (require.main === module) writeFileSync(pluginSchemaPath, pluginSchema(analyze()));
