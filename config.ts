import * as pulumi from "@pulumi/pulumi";
import type { LvsClusterArgs } from "./components";
import { clusterProblems } from "./components/validated";
import { fieldPath, nearestName, type Problem, problem, quote } from "./lvs/problems";
import schema from "./stacks/schema.json";

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
    const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
    const given = Object.fromEntries(
        own.map(([key, text]) => [key.slice(prefix.length), parse(key.slice(prefix.length), text)]),
    );
    const reading = read(clusterShape, given, "");
    const { problems } = reading;
    const value = reading.value as Fields;
    if (problems.length > 0) {
        const all = [...problems, ...ruleProblems(value as unknown as LvsClusterArgs, problems)];
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

/** May the stack file have the value encrypted? That is an object, which Pulumi decrypts to text. */
function isEncryptable({ type }: Shape): boolean {
    return [type].flat().length > 1;
}

function shapeOf({ $ref }: { readonly $ref: string }): Shape {
    return shapes[$ref.replace(/.*\//, "")]!;
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

/** The part of JSON schema that tools/schema.ts uses. A whole validator takes longer to load than the rest. */
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
const clusterShape = shapes.LvsClusterArgs!;

function shapeAt(reference: string): Shape {
    return shapes[reference.replace(/.*\//, "")]!;
}

/** A problem of a value's shape. */
interface ShapeProblem extends Problem {
    /** Is the value lost? A field with a typo in its name is read all the same. */
    readonly isLost: boolean;
}

/** A value as its shape requires it. Parts of the wrong shape are left out, or empty if required. */
interface Reading {
    readonly value: unknown;
    readonly problems: readonly ShapeProblem[];
}

function read(shape: Shape, given: unknown, path: string): Reading {
    const { enum: members, allOf, items, properties } = shape;
    const [reference] = allOf ?? [];
    if (reference) return read(shapeOf(reference), given, path);
    const lost = (reason: string): Reading => {
        const text = `${shown(shape, given)} ${reason}`;
        return { value: undefined, problems: shapeProblem(path, text, true) };
    };
    if (members) {
        if (members.includes(given as string)) return { value: given, problems: [] };
        return lost(`is unknown. Use one of ${members.join(", ")}.`);
    }
    const wanted = wantedType(shape);
    const value = converted(wanted, given);
    if (typeOf(value) !== wanted) return lost(adviceFor(wanted, given));
    if (items) return readItems(items, value as unknown[], path);
    return properties ? readFields(shape, value as Fields, path) : { value, problems: [] };
}

/**
 * Convert a value to the type of its field. `pulumi config set --path` stores numbers and booleans as
 * text, and a list of one item is often given as the item.
 */
function converted(type: string, value: unknown): unknown {
    if (type === "array" && value !== null) return [value].flat();
    if (typeof value !== "string") return value;
    if (type === "boolean" && /^(true|false)$/.test(value)) return value === "true";
    if (type === "number" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
    return value;
}

function readItems(items: Shape, values: unknown[], path: string): Reading {
    const readings = values.map((item, index) => read(items, item, `${path}[${index}]`));
    return {
        value: readings.map(({ value }) => value ?? empty(items)),
        problems: readings.flatMap(({ problems }) => problems),
    };
}

type Fields = Readonly<Record<string, unknown>>;

function readFields({ properties = {}, required = [] }: Shape, given: Fields, path: string) {
    const value: Record<string, unknown> = {};
    const problems: ShapeProblem[] = [];
    const take = (name: string, field: unknown) => {
        const reading = read(properties[name]!, field, fieldPath(path, name));
        problems.push(...reading.problems);
        if (reading.value !== undefined) value[name] = reading.value;
    };
    for (const [name, field] of Object.entries(given)) {
        if (Object.hasOwn(properties, name)) {
            take(name, field);
            continue;
        }
        const meant = nearestName(name, Object.keys(properties));
        const fix = meant === undefined ? "Remove it, or see docs/reference.md." : `Use ${meant}.`;
        problems.push(
            ...shapeProblem(fieldPath(path, name), `There is no such field. ${fix}`, false),
        );
        if (meant !== undefined && !Object.hasOwn(given, meant)) take(meant, field);
    }
    for (const name of required.filter((field) => !Object.hasOwn(value, field))) {
        const at = fieldPath(path, name);
        if (!problems.some((one) => one.path === at)) {
            problems.push(...shapeProblem(at, "The value is missing. Give one.", true));
        }
        value[name] = empty(properties[name]!);
    }
    return { value, problems };
}

/**
 * Name a value of the wrong shape in a message. A secret may be anywhere in it: under a mistyped name, or
 * in text that should have fields. So a message repeats only single values that no secret can be in.
 */
function shown(shape: Shape, given: unknown): string {
    if (holdsSecrets(shape)) return "The value (not shown, it may be secret)";
    if (Array.isArray(given)) return "A list";
    return typeof given === "object" && given !== null ? "An object" : quote(given);
}

/** Is a secret field in a shape, or the shape itself one? */
function holdsSecrets({ writeOnly, allOf = [], items, properties = {} }: Shape): boolean {
    const parts = [
        ...allOf.map(({ $ref }) => shapeAt($ref)),
        ...(items ? [items] : []),
        ...Object.values(properties),
    ];
    return writeOnly === true || parts.some(holdsSecrets);
}

function shapeProblem(path: string, reason: string, isLost: boolean): ShapeProblem[] {
    return problem(path, reason).map((one) => ({ ...one, isLost }));
}

/** A value of a shape without content, for rules to go on with. */
function empty(shape: Shape): unknown {
    const { enum: members, allOf, properties = {}, required = [] } = shape;
    const [reference] = allOf ?? [];
    if (reference) return empty(shapeOf(reference));
    if (members) return members[0];
    const values: Fields = { string: "", number: 0, boolean: false, array: [] };
    const wanted = wantedType(shape);
    if (Object.hasOwn(values, wanted)) return values[wanted];
    return Object.fromEntries(required.map((name) => [name, empty(properties[name]!)]));
}

/** Type of a shape's values. A rule refuses fractions, because it knows the range of whole numbers too. */
function wantedType({ type }: Shape): string {
    const [wanted] = [type].flat();
    return wanted === "integer" ? "number" : wanted!;
}

/** Type of a value by JSON schema's name. */
function typeOf(value: unknown): string {
    if (value === null) return "null";
    return Array.isArray(value) ? "array" : typeof value;
}

function adviceFor(type: string, given: unknown): string {
    const isScalar = typeof given === "number" || typeof given === "boolean";
    const advice: Record<string, string> = {
        string: `is not text. ${isScalar ? "Put it in quotes" : "Use text"}.`,
        number: "is not a number. Use one.",
        boolean: "is neither true nor false. Use one of them.",
        array: "is not a list. Give one, or remove the key.",
    };
    return advice[type] ?? "has no fields. Give them by name.";
}

/**
 * Report values that break a rule. A lost value can cause such problems, so those of its object are left
 * out. If other values can refer to a lost one, no rule is checked.
 */
function ruleProblems(args: LvsClusterArgs, problems: readonly ShapeProblem[]): Problem[] {
    const lost = problems.filter(({ isLost }) => isLost).map(({ path }) => path);
    const isReferredTo = (path: string) =>
        /(\]|\.name|\.host)$/.test(path) || clusterShape.properties![path]?.type === "array";
    if (lost.some(isReferredTo)) return [];
    const objects = new Set(lost.map(objectOf));
    return clusterProblems(args).filter(
        ({ path }) =>
            !objects.has(path) &&
            !objects.has(objectOf(path)) &&
            !lost.some((one) => path.startsWith(`${one}.`) || path.startsWith(`${one}[`)),
    );
}

/** Path of the object that a field belongs to. */
function objectOf(path: string): string {
    return path.slice(0, Math.max(path.lastIndexOf("."), 0));
}

/** Keys whose values are text. */
const textKeys = new Set(
    Object.entries(clusterShape.properties!)
        .filter(([, shape]) => wantedType(shape) === "string")
        .map(([key]) => key),
);
