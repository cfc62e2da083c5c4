import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import type {
    AnalyzeResult,
    ComponentDefinition,
    PropertyDefinition,
    PropertyType,
    TypeDefinition,
} from "@pulumi/pulumi/provider/experimental/analyzer";
import { analyze, argsName, componentNames, root } from "./analyze";

/** Path of the reference. */
export const referencePath = path.join(root, "docs", "reference.md");

type Fields = Record<string, PropertyDefinition>;
type Types = AnalyzeResult["typeDefinitions"];

/** A type, listed below the field that uses it first. */
interface Use {
    readonly field: string;
    readonly type: TypeDefinition;
    readonly isOutput: boolean;
    readonly uses: Use[];
}

const introduction = `
# Reference

\`npm run generate\` makes this page from the interfaces. Change its text there.

\`Input<T>\` accepts a value or an output of another resource. All other arguments are plain data. Every
output is an \`Output\` of its type. In a stack file, the fields of [LvsClusterArgs](#lvsclusterargs)
are keys that begin with \`lvs:\`.

## Contents

Every type is listed below the field that uses it first.
`;

/** Format the reference of arguments and outputs as Markdown. */
export function reference({ components, typeDefinitions: types }: AnalyzeResult): string {
    const seen = new Set(componentNames.map(argsName));
    const parts = componentNames.map((name) => {
        const component = components[name]!;
        const uses = [
            ...usesIn(component.inputs, types, false, seen),
            ...usesIn(component.outputs, types, true, seen),
        ];
        return { component, uses };
    });
    return pretty(
        [
            introduction,
            parts.map(({ component, uses }) => contents(component, uses)).join(""),
            ...parts.map(({ component }) => componentSection(component, types)),
            "## Types",
            ...parts.flatMap(({ uses }) => flat(uses)).map((use) => typeSection(use, types)),
        ].join("\n\n"),
    );
}

/** Split the docs of a field into the text, and the default in its sentence. */
export function splitDefault(description = ""): { text: string; otherwise?: string } {
    const text = description.replace(/\s+/g, " ").trim();
    const [sentence, otherwise] = / ?\bDefaults to (.+?)\.(?= |$)/.exec(text) ?? [];
    return sentence === undefined ? { text } : { text: text.replace(sentence, ""), otherwise };
}

function usesIn(fields: Fields, types: Types, isOutput: boolean, seen: Set<string>): Use[] {
    return Object.entries(fields).flatMap(([field, property]) => {
        const type = types[typeName(property) ?? ""];
        if (type === undefined || seen.has(type.name)) return [];
        seen.add(type.name);
        const uses = usesIn(type.properties ?? {}, types, isOutput, seen);
        return [{ field, type, isOutput, uses }];
    });
}

function flat(uses: Use[]): Use[] {
    return uses.flatMap((use) => [use, ...flat(use.uses)]);
}

function contents({ name }: ComponentDefinition, uses: Use[]): string {
    return `- ${linkTo(name)}\n${tree(uses, "  ")}`;
}

function tree(uses: Use[], indent: string): string {
    return uses
        .map(({ field, type, uses: below }) => {
            const line = `${indent}- \`${field}\`: ${linkTo(type.name)}\n`;
            return line + tree(below, `${indent}  `);
        })
        .join("");
}

function componentSection(
    { name, description, inputs, outputs }: ComponentDefinition,
    types: Types,
): string {
    return [
        `## ${name}`,
        description,
        `### ${argsName(name)}`,
        argumentTable(inputs, types),
        `### Outputs of ${name}`,
        outputTable(outputs, types),
    ].join("\n\n");
}

function typeSection({ type, isOutput }: Use, types: Types): string {
    const { name, description = "", enum: members, properties = {} } = type;
    const fields = isOutput ? outputTable(properties, types) : argumentTable(properties, types);
    return [`### ${name}`, description, members ? memberTable(members) : fields].join("\n\n");
}

function argumentTable(fields: Fields, types: Types): string {
    const rows = Object.entries(fields).map(([name, field]) => {
        const { text, otherwise = "" } = splitDefault(field.description);
        const necessity = field.optional ? otherwise : "**required**";
        return [`\`${name}\``, typeCell(field, types, false), necessity, text];
    });
    return table(["Field", "Type", "Default", "Description"], rows);
}

function outputTable(fields: Fields, types: Types): string {
    const rows = Object.entries(fields).map(([name, field]) => [
        `\`${name}\``,
        typeCell(field, types, true),
        field.description ?? "",
    ]);
    return table(["Field", "Type", "Description"], rows);
}

function memberTable(members: NonNullable<TypeDefinition["enum"]>): string {
    const values = members.map(({ value }) => `\`${value}\``);
    if (members.every(({ description }) => description === undefined)) {
        return `One of ${values.join(", ")}.`;
    }
    const rows = members.map(({ description = "" }, index) => [values[index]!, description]);
    return table(["Value", "Meaning"], rows);
}

function table(head: string[], rows: string[][]): string {
    const line = (cells: string[]) =>
        `| ${cells.map((cell) => cell.replace(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function typeCell(field: PropertyDefinition, types: Types, isOutput: boolean): string {
    const name = typeName(field) ?? "";
    const code = `\`${expression(field, isOutput)}\``;
    return name in types ? `[${code}](${anchor(name)})` : code;
}

/** Format a type as TypeScript writes it. */
function expression(field: PropertyDefinition, isOutput: boolean): string {
    const { items, additionalProperties: values, plain } = field;
    const inside = (of: PropertyDefinition) => expression(of, isOutput);
    const type = items
        ? `${inside(items)}[]`
        : values
          ? `Record<string, ${inside(values)}>`
          : (typeName(field) ?? ("type" in field ? typescriptName(field.type) : ""));
    return isOutput || plain ? type : `Input<${type}>`;
}

function typescriptName(type: PropertyType): string {
    return type === "integer" ? "number" : type;
}

/** Name of the type of a field, unless it is one of the language. */
function typeName(field: PropertyDefinition): string | undefined {
    const { items, additionalProperties } = field;
    const inside = items ?? additionalProperties;
    if (inside) return typeName(inside);
    return "$ref" in field ? field.$ref.replace(/.*[:/]/, "") : undefined;
}

function linkTo(name: string): string {
    return `[${name}](${anchor(name)})`;
}

function anchor(name: string): string {
    return `#${name.toLowerCase()}`;
}

/** Format Markdown in a process of its own, because Jest cannot load prettier's modules. */
function pretty(markdown: string): string {
    const prettier = require.resolve("prettier/bin/prettier.cjs");
    return execFileSync(process.execPath, [prettier, "--stdin-filepath", referencePath], {
        cwd: root,
        input: markdown,
        encoding: "utf8",
    });
}

if (require.main === module) writeFileSync(referencePath, reference(analyze()));
