import { loginFields } from "./connection";
import type { Director, RealServer } from "../lvs/model";
import { fieldPath, nearestName } from "../lvs/problems";
import { seal } from "../lvs/secrets";
import { isPending } from "./isKnown";
import { clusterShape, empty, isEncryptable, type Shape, shapeOf, wantedType } from "./schema";
import { adviceFor, type ShapeProblem, shapeProblem, shown } from "./shapeProblems";

/** Where a value comes from. */
export const Origin = {
    /** Text may stand for a number, and one item for a list. No other fields are allowed. */
    stackFile: "stackFile",
    /** A value may be an output, which is read when it is known. Rules judge the words of enumerations. */
    program: "program",
} as const;
export type Origin = (typeof Origin)[keyof typeof Origin];

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

/** Type of a value by JSON schema's name. */
function typeOf(value: unknown): string {
    if (value === null) return "null";
    return Array.isArray(value) ? "array" : typeof value;
}

/** Hosts with any values in their fields. */
export interface Hosts {
    readonly vrrpInstances?: unknown;
    readonly authPass?: unknown;
    readonly directors: readonly { readonly [Field in keyof Director]: unknown }[];
    readonly realServers?: readonly { readonly [Field in keyof RealServer]: unknown }[];
    readonly virtualServers?: unknown;
}

/** Remove keys and passwords, which would make every file a secret. */
export function withoutCredentials<Args extends Hosts>(args: Args) {
    return {
        ...args,
        vrrpInstances: args.vrrpInstances ?? [],
        connection: undefined,
        authPass: undefined,
        hasAuthPass: args.authPass !== undefined,
        directors: args.directors.map((director: Args["directors"][number]) =>
            pick(directorFields, director),
        ),
        realServers: (args.realServers ?? []).map((one) => pick(realServerFields, one)),
        virtualServers: args.virtualServers ?? [],
    };
}

/** Fields of hosts that belong to the model. All other fields stay out. */
const directorFields: Record<keyof Director, true> = {
    name: true,
    host: true,
    routerId: true,
    distribution: true,
    keepalivedVersion: true,
};
const realServerFields: Record<keyof RealServer, true> = {
    name: true,
    host: true,
    address: true,
    address6: true,
    gateway: true,
    gateway6: true,
    weight: true,
    drained: true,
    gone: true,
    managed: true,
    demoPage: true,
    distribution: true,
};

function pick<Host, Field extends keyof Host>(
    fields: Record<Field, true>,
    host: Host,
): Pick<Host, Field> {
    const kept = Object.keys(fields) as Field[];
    return Object.fromEntries(kept.map((field) => [field, host[field]])) as Pick<Host, Field>;
}
