import { fieldPath, nearestName, type Problem, problem, quote, refusalsOf } from "../lvs/problems";
import { seal } from "../lvs/secrets";
import schema from "../stacks/schema.json";

/** The part of JSON schema that tools/schema.ts uses. A whole validator takes longer to load than the rest. */
export interface Shape {
    readonly type?: string | readonly string[];
    readonly enum?: readonly string[];
    readonly allOf?: readonly { readonly $ref: string }[];
    readonly items?: Shape;
    readonly properties?: Readonly<Record<string, Shape>>;
    readonly required?: readonly string[];
    readonly writeOnly?: boolean;
}

const shapes: Readonly<Record<string, Shape>> = schema.definitions;

/** Shape of the arguments of a cluster. */
export const clusterShape = shapes.LvsClusterArgs!;

export function shapeOf({ $ref }: { readonly $ref: string }): Shape {
    return shapes[$ref.replace(/.*\//, "")]!;
}

/** May the stack file have the value encrypted? That is an object, which Pulumi decrypts to text. */
export function isEncryptable({ type }: Shape): boolean {
    return [type].flat().length > 1;
}

/** A problem of a value's shape. */
export interface ShapeProblem extends Problem {
    /** Is the value lost? A field with a typo in its name is read all the same. */
    readonly isLost: boolean;
}

/** A value as its shape requires it. Parts of the wrong shape are left out, or empty if required. */
export interface Reading {
    readonly value: unknown;
    readonly problems: readonly ShapeProblem[];
}

/** Read a value. `path` is its place in the arguments. A seal stands for an encrypted text. */
export function read(shape: Shape, given: unknown, path: string): Reading {
    const { type, enum: members, allOf, items, properties } = shape;
    const [reference] = allOf ?? [];
    if (reference) return read(shapeOf(reference), given, path);
    const lost = (reason: string): Reading => {
        const text = `${shown(shape, given)} ${reason}`;
        return { value: undefined, problems: shapeProblem(path, text, true) };
    };
    if (isEncrypted(given)) {
        if (isEncryptable(shape)) return { value: seal(given.secure), problems: [] };
        return { value: undefined, problems: shapeProblem(path, encrypted, true) };
    }
    if (members) {
        if (members.includes(given as string)) return { value: given, problems: [] };
        return lost(`is unknown. Use one of ${members.join(", ")}.`);
    }
    const [wanted] = [type].flat();
    const value = converted(wanted!, given);
    if (typeOf(value) !== wanted) return lost(adviceFor(wanted!, given));
    if (items) return readItems(items, value as unknown[], path);
    return properties ? readFields(shape, value as Fields, path) : { value, problems: [] };
}

const encrypted =
    "The value is encrypted, so files that contain it are unknown here. " +
    "Encrypt only texts that docs/secrets.md lists, or run `lvs render` without --file.";

/** A value as a stack file has it encrypted. A program gets it decrypted. */
function isEncrypted(value: unknown): value is { secure: string } {
    if (typeof value !== "object" || value === null) return false;
    const [entry, ...others] = Object.entries(value);
    return entry?.[0] === "secure" && typeof entry[1] === "string" && others.length === 0;
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

export type Fields = Readonly<Record<string, unknown>>;

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
    const parts = [...allOf.map(shapeOf), ...(items ? [items] : []), ...Object.values(properties)];
    return writeOnly === true || parts.some(holdsSecrets);
}

function shapeProblem(path: string, reason: string, isLost: boolean): ShapeProblem[] {
    return problem(path, reason).map((one) => ({ ...one, isLost }));
}

/** A value of a shape without content, for rules to go on with. */
function empty(shape: Shape): unknown {
    const { type, enum: members, allOf, properties = {}, required = [] } = shape;
    const [reference] = allOf ?? [];
    if (reference) return empty(shapeOf(reference));
    if (members) return members[0];
    const values: Fields = { string: "", number: 0, boolean: false, array: [] };
    const [wanted] = [type].flat();
    if (Object.hasOwn(values, wanted!)) return values[wanted!];
    return Object.fromEntries(required.map((name) => [name, empty(properties[name]!)]));
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
 * Report values that break a rule, although other values have the wrong shape. A lost value can cause such
 * problems, so those of its object are left out. If other values can refer to a lost one, no rule is checked.
 */
export function brokenRules<Args>(
    { value, problems }: Reading,
    rules: (args: Args) => Problem[],
): Problem[] {
    const lost = problems.filter(({ isLost }) => isLost).map(({ path }) => path);
    const isReferredTo = (path: string) =>
        /(\]|\.name|\.host)$/.test(path) || clusterShape.properties![path]?.type === "array";
    if (lost.some(isReferredTo)) return [];
    const objects = new Set(lost.map(objectOf));
    return refusalsOf(rules(value as Args)).filter(
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
