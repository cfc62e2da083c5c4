import { familyOf } from "../addresses";
import { type Problem, problem, quote } from "../problems";
import { isAtLeast } from "./versions";

/**
 * keepalived's keywords as tables. A block of keepalived.conf is an interface with the settings and
 * a table with a row for each of them, in the order in which they stand in the file; out of the two
 * come its lines and its problems. To add a keyword is to add a field and a row.
 */
export type Keywords<Settings> = {
    readonly [Field in keyof Settings]-?: Keyword<NonNullable<Settings[Field]>>;
};

/** One keyword. */
export interface Keyword<T> {
    /** As keepalived spells it. */
    readonly keyword: string;
    /** What values it has. */
    readonly type: Kind<T>;
    /** The version of keepalived that brought it. Without, every version has it. */
    readonly since?: string;
    /** Another spelling, which versions before this one want. */
    readonly renamedFrom?: { readonly version: string; readonly keyword: string };
    /** Our default, where keepalived's differs. */
    readonly default?: T;
}

/** A kind of values: which are right, and how they are written. */
export interface Kind<T> {
    /** What is wrong with a value; nothing when it is right. */
    check(value: T, target: Target): string | undefined;
    /** The words after the keyword; `undefined` for no line at all. */
    format(value: T): string[] | undefined;
}

/** What the configuration is for. */
export interface Target {
    /** The oldest keepalived among the directors. */
    readonly version: string;
    /** The director that has it, as messages call it. */
    readonly host: string;
    /** The names of the scripts that are deployed. */
    readonly scripts: readonly string[];
}

/** Settings with the defaults of their table, as far as this version of keepalived has the keyword. */
export function withDefaults<Settings extends object>(
    keywords: Keywords<Settings>,
    settings: NoInfer<Settings>,
    version: string,
): Settings {
    const defaults = rowsOf(keywords).flatMap(([field, { default: otherwise, since }]) => {
        const isMissing = otherwise !== undefined && settings[field] === undefined;
        const isKnown = since === undefined || isAtLeast(version, since);
        return isMissing && isKnown ? [[field, otherwise]] : [];
    });
    return { ...settings, ...Object.fromEntries(defaults) };
}

/** The lines of a block that has these settings, for one version of keepalived. */
export function linesOf<Settings extends object>(
    keywords: Keywords<Settings>,
    settings: NoInfer<Settings>,
    version: string,
): string[] {
    return rowsOf(keywords).flatMap(([field, row]) => {
        const value = settings[field] as NonNullable<Settings[keyof Settings]> | undefined;
        const words = value === undefined ? undefined : row.type.format(value);
        if (words === undefined) return [];
        const { renamedFrom: before } = row;
        const keyword =
            before && !isAtLeast(version, before.version) ? before.keyword : row.keyword;
        return [[keyword, ...words].join(" ")];
    });
}

/** What is wrong with the settings of a block. */
export function keywordProblems<Settings extends object>(
    path: string,
    keywords: Keywords<Settings>,
    settings: NoInfer<Settings>,
    target: Target,
): Problem[] {
    return rowsOf(keywords).flatMap(([field, row]) => {
        const value = settings[field] as NonNullable<Settings[keyof Settings]> | undefined;
        if (value === undefined) return [];
        const at = `${path}.${String(field)}`;
        return [...checkValue(at, row.type, value, target), ...tooNew(at, row, target)];
    });
}

/** What is wrong with a single value, if one is given. */
export function checkValue<T>(
    path: string,
    kind: Kind<T>,
    value: T | undefined,
    target: Target,
): Problem[] {
    if (value === undefined) return [];
    const reason = kind.check(value, target) ?? tooLong((kind.format(value) ?? []).join(" "));
    return reason === undefined ? [] : problem(path, reason);
}

/** keepalived reads 1023 bytes, indentation and keyword among them, and then begins a new line. */
const longestLine = 900;

/** What is wrong with a line of keepalived.conf, or the end of one, that is too long. */
export function tooLong(line: string): string | undefined {
    const bytes = Buffer.byteLength(line);
    if (bytes <= longestLine) return undefined;
    return `takes ${bytes} bytes of one line, and keepalived would take the end of it for another: ${longestLine} is the most`;
}

/** A problem when a keyword, or a value of one, is newer than the target's keepalived. */
export function tooNew(
    path: string,
    { keyword, since }: { keyword: string; since?: string },
    target: Target,
): Problem[] {
    if (since === undefined || isAtLeast(target.version, since)) return [];
    return problem(path, newer(`${keyword} needs`, since, target));
}

function newer(what: string, since: string, { version, host }: Target): string {
    return `${what} keepalived ${since}, and ${host} has ${version}: leave it out, or name the version in keepalivedVersion`;
}

function rowsOf<Settings>(keywords: Keywords<Settings>) {
    return Object.entries(keywords) as [
        keyof Settings,
        Keyword<NonNullable<Settings[keyof Settings]>>,
    ][];
}

/** Whole numbers. `what` follows "is not": "a priority". */
export function integer(what: string, least: number, most: number): Kind<number> {
    return {
        check: (value) => outside(what, value, least, most) ?? fraction(what, value, least, most),
        format: (value) => [String(value)],
    };
}

/**
 * Numbers with decimals, which keepalived may have learned after the keyword itself. Later versions
 * refuse more `places` than they can count.
 */
export function decimal(
    what: string,
    least: number,
    most: number,
    { decimalsSince, places = 3 }: { decimalsSince?: string; places?: number } = {},
): Kind<number> {
    return {
        check(value, target) {
            const isFraction = !Number.isInteger(value);
            if (isFraction && decimalsSince && !isAtLeast(target.version, decimalsSince)) {
                return newer(`${quote(value)} is not whole, which needs`, decimalsSince, target);
            }
            return outside(what, value, least, most) ?? tooFine(value, places);
        },
        format: (value) => [String(value)],
    };
}

function tooFine(value: number, places: number): string | undefined {
    const decimals = String(value).split(".")[1] ?? "";
    if (decimals.length <= places && !String(value).includes("e")) return undefined;
    return `${quote(value)} has more than ${places} decimals: round it`;
}

function outside(what: string, value: number, least: number, most: number): string | undefined {
    // The test is put like this because a program, unlike a stack file, can hand over anything.
    if (typeof value === "number" && value >= least && value <= most) return undefined;
    return `${quote(value)} is not ${what} (${least}–${most})`;
}

function fraction(what: string, value: number, least: number, most: number): string | undefined {
    if (Number.isInteger(value)) return undefined;
    return `${quote(value)} is not ${what} (a whole number, ${least}–${most})`;
}

/** A keyword without a value: there or not. */
export const flag: Kind<boolean> = {
    check: () => undefined,
    format: (value) => (value ? [] : undefined),
};

/** A keyword with `on` or `off`. */
export const onOff: Kind<boolean> = {
    check: () => undefined,
    format: (value) => [value ? "on" : "off"],
};

/** One of the values of an enum. */
export function oneOf<T extends string | number>(allowed: Record<string, T>): Kind<T> {
    const values = Object.values(allowed);
    return {
        check: (value) =>
            values.includes(value)
                ? undefined
                : `${quote(value)} is not one of ${values.join(", ")}`,
        format: (value) => [String(value)],
    };
}

/** Words that a pattern describes, written as they are. `what` follows "is not". */
export function matching(pattern: RegExp, what: string): Kind<string> {
    return {
        check: (value) => (pattern.test(value) ? undefined : `${quote(value)} is not ${what}`),
        format: (value) => [value],
    };
}

/** Text in quotes. keepalived finds variables and lone braces in it even there. */
export const text: Kind<string> = {
    check: (value) =>
        /^[^"\\${}\p{Cc}\p{Surrogate}]+$/u.test(value)
            ? undefined
            : `${quote(value)} is empty or has one of " \\ $ { } or control characters, which keepalived cannot read`,
    format: (value) => [`"${value}"`],
};

/** A network interface. */
export const networkInterface = matching(
    /^(?!\.{1,2}$)[A-Za-z0-9_.-][A-Za-z0-9_.@-]{0,14}$/,
    'the name of a network interface: 1 to 15 letters, digits, "_", ".", "@" and "-", such as eth0',
);

/** An IPv4 or IPv6 address. */
export const ipAddress: Kind<string> = {
    check: (value) =>
        familyOf(value) ? undefined : `${quote(value)} is not an IP address, such as 192.0.2.10`,
    format: (value) => [value],
};

/** A TCP, UDP or SCTP port. */
export const port = integer("a port", 1, 65535);
