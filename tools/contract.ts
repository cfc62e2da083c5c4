import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { version } from "../package.json";
import { root } from "./analyze";
import { pluginSchemaPath } from "./pluginSchema";

/** Path of the contract of the last release. */
export const releasedPath = path.join(root, "plugin", "released.txt");

/** The part of a schema that programs rely on. */
export interface Schema {
    readonly resources: Readonly<Record<string, Resource>>;
    readonly types: Readonly<Record<string, Type>>;
}

interface Resource {
    readonly inputProperties: Fields;
    readonly requiredInputs: readonly string[];
    readonly properties: Fields;
}

interface Type {
    readonly properties?: Fields;
    readonly required?: readonly string[];
    readonly enum?: readonly { readonly value: string | number }[];
}

type Fields = Readonly<Record<string, Field>>;

interface Field {
    readonly type?: string;
    readonly $ref?: string;
    readonly items?: Field;
    readonly additionalProperties?: Field;
}

/** List what programs rely on, a line each: every field with its type, value of an enum, and required argument. */
export function contractOf({ resources, types }: Schema): string[] {
    const used = new Set<string>();
    const fieldLines = (owner: string, own: Fields = {}) =>
        Object.entries(own).map(([name, field]) => `${owner}.${name}: ${expression(field)}`);
    const needs = (owner: string, names: readonly string[] = []) =>
        names.map((name) => `${owner}.${name} is required`);
    const use = (own: Fields = {}) => {
        for (const field of Object.values(own)) {
            const token = tokenIn(field);
            if (token === undefined || used.has(token)) continue;
            used.add(token);
            use(types[token]?.properties);
        }
    };
    for (const { inputProperties } of Object.values(resources)) use(inputProperties);
    return [
        ...Object.entries(resources).flatMap(([token, resource]) => [
            ...fieldLines(`${token} takes`, resource.inputProperties),
            ...needs(`${token} takes`, resource.requiredInputs),
            ...fieldLines(`${token} gives`, resource.properties),
        ]),
        ...Object.entries(types).flatMap(([token, type]) => [
            ...fieldLines(token, type.properties),
            ...(used.has(token) ? needs(token, type.required) : []),
            ...(type.enum ?? []).map(({ value }) => `${token} = ${value}`),
        ]),
    ];
}

/** List the changes between two contracts that break programs. */
export function breaksBetween(before: readonly string[], after: readonly string[]): string[] {
    const isNeed = (line: string) => line.endsWith(" is required");
    const ownerOf = (line: string) => line.slice(0, line.lastIndexOf(".") + 1);
    const lost = before.filter((line) => !isNeed(line) && !after.includes(line));
    const needed = after.filter(
        (line) =>
            isNeed(line) &&
            !before.includes(line) &&
            before.some((other) => other.startsWith(ownerOf(line))),
    );
    return [...lost.map((line) => `gone: ${line}`), ...needed.map((line) => `new: ${line}`)];
}

/** May a release break programs? Before 1.0.0 a minor version may, too. */
export function mayBreak(before: string, after: string): boolean {
    const [old, next] = [before, after].map((version) => version.split(".").map(Number));
    const isMajor = next![0]! > old![0]!;
    return isMajor || (old![0] === 0 && next![0] === 0 && next![1]! > old![1]!);
}

function expression({ type, $ref, items, additionalProperties }: Field): string {
    if (items) return `${expression(items)}[]`;
    if (additionalProperties) return `{${expression(additionalProperties)}}`;
    return $ref?.replace(/.*\//, "") ?? type!;
}

function tokenIn({ $ref, items, additionalProperties }: Field): string | undefined {
    const inside = items ?? additionalProperties;
    return inside ? tokenIn(inside) : $ref?.replace(/.*\//, "");
}

/** Read the contract of the last release, with its version. */
function releasedContract(): { version: string; lines: string[] } {
    const [first = "", ...lines] = readFileSync(releasedPath, "utf8").trimEnd().split("\n");
    return { version: first, lines };
}

/** Read the contract of this tree. */
function contract(): string[] {
    return contractOf(JSON.parse(readFileSync(pluginSchemaPath, "utf8")) as Schema);
}

/** List the changes since the last release that this version does not allow. */
export function forbiddenBreaks(): string[] {
    const released = releasedContract();
    return mayBreak(released.version, version) ? [] : breaksBetween(released.lines, contract());
}

if (require.main === module) {
    const breaks = forbiddenBreaks();
    if (breaks.length > 0) {
        const fix = `Version ${version} may not break programs. Use a major version.`;
        process.stderr.write(`${[...breaks, fix].join("\n")}\n`);
        process.exitCode = 1;
    } else {
        writeFileSync(releasedPath, `${[version, ...contract()].join("\n")}\n`);
    }
}
