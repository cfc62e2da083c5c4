import { loginFields } from "./connection";
import { fieldPath, nearestName, type Problem, problem, quote, refusalsOf } from "../lvs/problems";
import { seal } from "../lvs/secrets";
import { isPending } from "./isKnown";
import {
    clusterShape,
    empty,
    holdsSecrets,
    isEncryptable,
    type Shape,
    shapeOf,
    wantedType,
} from "./schema";

/** Where a value comes from. */
export const Origin = {
    /** Text may stand for a number, and one item for a list. No other fields are allowed. */
    stackFile: "stackFile",
    /** A value may be an output, which is read when it is known. Rules judge the words of enumerations. */
    program: "program",
} as const;
export type Origin = (typeof Origin)[keyof typeof Origin];

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

/** Credentials in a program. Their own rules also read null, and values of the wrong type. */
const credentials = new RegExp(
    `^authPass$|(^|(^|\\.)proxy\\.)host$|` +
        `^((connection|(directors|realServers)\\[\\d+\\])\\.)?(proxy\\.)?(${loginFields.join("|")})$`,
);

/** Fields that have another name and form now. A program would lose them silently. */
const successors: Readonly<Record<string, string>> = { httpd: "demoPage" };

export type Fields = Readonly<Record<string, unknown>>;

/** Keys of this project in a stack's configuration begin with it. */
export const prefix = "lvs:";

/**
 * Read the arguments of a cluster from a stack's configuration: each is a key. The engine passes values as
 * text, and a stack file has lists and objects, too.
 */
export function readConfig(config: Readonly<Record<string, unknown>>): Reading {
    const given = Object.entries(config)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value] as const);
    const args = Object.fromEntries(given.map(([key, value]) => [key, parsed(key, value)]));
    return read(clusterShape, args, "", Origin.stackFile);
}

/** Pulumi passes structured values as JSON, and all others unchanged: text may look like a number. */
function parsed(key: string, value: unknown): unknown {
    if (typeof value !== "string" || textKeys.has(key)) return value;
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}

/** Keys whose values are text. */
const textKeys = new Set(
    Object.entries(clusterShape.properties!)
        .filter(([, { type }]) => [type].flat().includes("string"))
        .map(([key]) => key),
);

/** Read a value. `path` is its place in the arguments. A seal stands for an encrypted text. */
export function read(shape: Shape, given: unknown, path: string, origin: Origin): Reading {
    const { enum: members, allOf, items, properties } = shape;
    const [reference] = allOf ?? [];
    if (reference) return read(shapeOf(reference), given, path, origin);
    const lost = (reason: string): Reading => {
        const text = `${shown(shape, given)} ${reason}`;
        return { value: undefined, problems: shapeProblem(path || "arguments", text, true) };
    };
    if (origin === Origin.program && credentials.test(path)) return { value: given, problems: [] };
    if (isPending(given)) {
        const use = "Give plain data, which a preview knows.";
        if (items?.allOf) return lost(`is not a list yet. ${use}`);
        if (properties) return lost(`has no fields yet. ${use}`);
        return { value: given, problems: [] };
    }
    if (origin === Origin.stackFile && isEncrypted(given)) {
        if (isEncryptable(shape)) return { value: seal(given.secure), problems: [] };
        return { value: undefined, problems: shapeProblem(path, encrypted, true) };
    }
    if (members) {
        const isRight =
            members.includes(given as string) ||
            (origin === Origin.program && typeof given === "string");
        if (isRight) return { value: given, problems: [] };
        return lost(`is unknown. Use one of ${members.join(", ")}.`);
    }
    const wanted = wantedType(shape);
    const value = origin === Origin.stackFile ? converted(wanted, given) : given;
    if (typeOf(value) !== wanted) return lost(adviceFor(wanted, given));
    if (items) return readItems(items, value as unknown[], path, origin);
    if (!properties) return { value, problems: [] };
    return readFields(shape, value as Fields, path, origin);
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

function readItems(items: Shape, values: unknown[], path: string, origin: Origin): Reading {
    const readings = Array.from(values, (item, index) =>
        read(items, item, `${path}[${index}]`, origin),
    );
    return {
        value: readings.map(({ value }) => value ?? empty(items)),
        problems: readings.flatMap(({ problems }) => problems),
    };
}

function readFields(
    { properties = {}, required = [] }: Shape,
    given: Fields,
    path: string,
    origin: Origin,
): Reading {
    const value: Record<string, unknown> = {};
    const problems: ShapeProblem[] = [];
    const take = (name: string, field: unknown) => {
        const reading = read(properties[name]!, field, fieldPath(path, name), origin);
        problems.push(...reading.problems);
        if (reading.value !== undefined) value[name] = reading.value;
    };
    for (const [name, field] of Object.entries(given)) {
        if (field === undefined) continue;
        if (Object.hasOwn(properties, name)) {
            take(name, field);
            continue;
        }
        const successor = successors[name];
        if (successor !== undefined && Object.hasOwn(properties, successor)) {
            const text = `There is no such field. Use ${successor}, and give the text itself.`;
            problems.push(...shapeProblem(fieldPath(path, name), text, false));
            continue;
        }
        // TypeScript allows for more fields.
        if (origin === Origin.program) continue;
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
    if (given === undefined || given === null) return quote(given);
    if (isPending(given)) return "An output";
    if (holdsSecrets(shape)) return "The value (not shown, it may be secret)";
    if (Array.isArray(given)) return "A list";
    if (typeof given === "function") return "A function";
    return typeof given === "object" ? "An object" : quote(given);
}

function shapeProblem(path: string, reason: string, isLost: boolean): ShapeProblem[] {
    return problem(path, reason).map((one) => ({ ...one, isLost }));
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
export function brokenRules<Model>(
    shape: Shape,
    { value, problems }: Reading,
    rules: (model: Model) => Problem[],
): Problem[] {
    const lost = problems.filter(({ isLost }) => isLost).map(({ path }) => path);
    const isReferredTo = (path: string) =>
        /(\]|\.name|\.host)$/.test(path) || shape.properties![path]?.type === "array";
    if (value === undefined || lost.some(isReferredTo)) return [];
    const objects = new Set(lost.map(objectOf));
    return refusalsOf(rules(value as Model)).filter(
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
