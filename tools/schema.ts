import { writeFileSync } from "node:fs";
import * as path from "node:path";
import type {
    AnalyzeResult,
    PropertyDefinition,
    TypeDefinition,
} from "@pulumi/pulumi/provider/experimental/analyzer";
import { analyze, isMaybeSecret, isSecret, root } from "./analyze";

/** Path of the schema of stack files, for editors and for the program. */
export const schemaPath = path.join(root, "stacks", "schema.json");

/**
 * Format the JSON schema of a stack file from the interfaces of the components' arguments. config.ts
 * supports every keyword that it uses.
 */
export function stackSchema({ components, typeDefinitions }: AnalyzeResult): string {
    const { inputs } = components["LvsCluster"]!;
    const schema = {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: "A stack of the LVS program",
        type: "object",
        properties: {
            config: {
                type: "object",
                properties: withPrefix(properties(inputs)),
                patternProperties: { "^(?!lvs:)": {} },
                required: required(inputs).map((name) => `lvs:${name}`),
                additionalProperties: false,
            },
        },
        definitions: {
            ...Object.fromEntries(
                Object.entries(components).map(([name, component]) => [
                    `${name}Args`,
                    definition({ properties: component.inputs }),
                ]),
            ),
            ...Object.fromEntries(
                Object.entries(typeDefinitions).map(([name, type]) => [name, definition(type)]),
            ),
        },
    };
    return JSON.stringify(schema, undefined, 4) + "\n";
}

function definition({
    enum: members,
    description,
    properties: fields = {},
}: Partial<TypeDefinition>) {
    if (members) return { description, enum: members.map(({ value }) => value) };
    return {
        description,
        type: "object",
        properties: properties(fields),
        required: required(fields),
        additionalProperties: false,
    };
}

function properties(fields: Record<string, PropertyDefinition>): Record<string, object> {
    return Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, property(field)]),
    );
}

function property(field: PropertyDefinition): object {
    const { description, items } = field;
    const secret = isSecret(field) ? { writeOnly: true } : {};
    // Pulumi stores an encrypted value as an object with the field `secure`.
    const isEncryptable = isSecret(field) || isMaybeSecret(field);
    if ("$ref" in field) {
        return { description, allOf: [{ $ref: field.$ref.replace(/.*:/, "#/definitions/") }] };
    }
    return {
        description,
        type: isEncryptable ? [field.type, "object"] : field.type,
        ...(isEncryptable ? { required: ["secure"] } : {}),
        ...(items ? { items: property(items) } : {}),
        ...secret,
    };
}

function required(fields: Record<string, PropertyDefinition>): string[] {
    return Object.keys(fields).filter((name) => !fields[name]!.optional);
}

function withPrefix(fields: Record<string, object>): Record<string, object> {
    return Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [`lvs:${name}`, field]),
    );
}

if (require.main === module) writeFileSync(schemaPath, stackSchema(analyze()));
