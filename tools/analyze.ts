import * as path from "node:path";
import {
    Analyzer,
    type AnalyzeResult,
    type PropertyDefinition,
} from "@pulumi/pulumi/provider/experimental/analyzer";
import * as ts from "typescript";

/** Folder of the package. */
export const root = path.join(__dirname, "..");

/** Names of the components, in the order in which a user meets them. */
export const componentNames = ["LvsCluster", "Director", "RealServer"];

/**
 * Read arguments and outputs of the components as Pulumi does when it makes packages for other
 * languages. The docs of a field with the tag `@secret` end with the sentence "Secret.", and with the
 * tag `@maybeSecret` with "May be secret.". Numbers are integers unless they have the tag `@decimal`.
 */
export function analyze(): AnalyzeResult {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const manifest = require("../package.json") as Record<string, unknown>;
    const analyzer = new Analyzer(root, "lvs", manifest, new Set(componentNames));
    const api = analyzer.analyze();
    const program = analyzer["program"] as ts.Program;
    const secrets = taggedFields(program, "secret");
    const maybeSecrets = taggedFields(program, "maybeSecret");
    const decimals = taggedFields(program, "decimal");
    const tag = (type: string, fields: Record<string, PropertyDefinition> = {}) => {
        for (const [name, field] of Object.entries(fields)) {
            const { description } = field;
            if (!decimals.has(`${type}.${name}`)) makeInteger(field);
            if (secrets.has(`${type}.${name}`)) {
                Object.assign(field, { secret: true, description: `${description} Secret.` });
            }
            if (maybeSecrets.has(`${type}.${name}`)) {
                const text = `${description} May be secret.`;
                Object.assign(field, { maybeSecret: true, description: text });
            }
        }
    };
    for (const { name, inputs, outputs } of Object.values(api.components)) {
        tag(argsName(name), inputs);
        tag(name, outputs);
    }
    for (const { name, properties } of Object.values(api.typeDefinitions)) tag(name, properties);
    return api;
}

/** Make whole numbers of the numbers in a field. */
function makeInteger(field: PropertyDefinition): void {
    const { items, additionalProperties } = field;
    if ("type" in field && field.type === "number") field.type = "integer";
    for (const inside of [items, additionalProperties]) if (inside) makeInteger(inside);
}

/** Pulumi's name for the interface of a component's arguments. */
export function argsName(component: string): string {
    return `${component}Args`;
}

/** Is a field tagged `@secret`? */
export function isSecret(field: PropertyDefinition): boolean {
    return "secret" in field;
}

/** Is a field tagged `@maybeSecret`? */
export function isMaybeSecret(field: PropertyDefinition): boolean {
    return "maybeSecret" in field;
}

/** Fields of interfaces, inherited ones too, that have a JSDoc tag: `LoginArgs.password`. */
function taggedFields(program: ts.Program, tag: string): Set<string> {
    const checker = program.getTypeChecker();
    const own = program.getSourceFiles().filter((file) => !file.fileName.includes("node_modules"));
    const interfaces = own.flatMap((file) => file.statements.filter(ts.isInterfaceDeclaration));
    const fields = interfaces.flatMap((declaration) =>
        checker
            .getTypeAtLocation(declaration)
            .getProperties()
            .filter((field) => field.getJsDocTags().some(({ name }) => name === tag))
            .map((field) => `${declaration.name.text}.${field.name}`),
    );
    return new Set(fields);
}
