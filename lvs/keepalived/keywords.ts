import { familyOf } from "../addresses";
import { type Problem, problem, show } from "../problems";
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
    readonly is: Kind<T>;
    /** The version of keepalived that brought it. Without, every version has it. */
    readonly since?: string;
    /** Another spelling, which versions before this one want. */
    readonly before?: { readonly version: string; readonly keyword: string };
    /** Value that is written when none is given, where keepalived's own default is not ours. */
    readonly otherwise?: T;
}

/** A kind of values: which are right, and how they are written. */
export interface Kind<T> {
    /** What is wrong with a value; nothing when it is right. */
    refuse(value: T, target: Target): string | undefined;
    /** The words after the keyword; `undefined` for no line at all. */
    words(value: T): string[] | undefined;
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

/** The lines of a block that has these settings, for one version of keepalived. */
export function linesOf<Settings extends object>(
    keywords: Keywords<Settings>,
    settings: NoInfer<Settings>,
    version: string,
): string[] {
    return rowsOf(keywords).flatMap(([field, row]) => {
        const { since, before } = row;
        const given = settings[field] as NonNullable<Settings[keyof Settings]> | undefined;
        const value = given ?? row.otherwise;
        if (value === undefined) return [];
        if (given === undefined && since !== undefined && !isAtLeast(version, since)) return [];
        const words = row.is.words(value);
        if (words === undefined) return [];
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
        return [...refusal(at, row.is, value, target), ...tooNew(at, row, target)];
    });
}

/** What is wrong with a single value, if one is given. */
export function refusal<T>(
    path: string,
    kind: Kind<T>,
    value: T | undefined,
    target: Target,
): Problem[] {
    if (value === undefined) return [];
    const reason = kind.refuse(value, target) ?? tooLong((kind.words(value) ?? []).join(" "));
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
export function whole(what: string, least: number, most: number): Kind<number> {
    return {
        refuse: (value) => outside(what, value, least, most) ?? fraction(what, value, least, most),
        words: (value) => [String(value)],
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
        refuse(value, target) {
            const isFraction = !Number.isInteger(value);
            if (isFraction && decimalsSince && !isAtLeast(target.version, decimalsSince)) {
                return newer(`${show(value)} is not whole, which needs`, decimalsSince, target);
            }
            return outside(what, value, least, most) ?? tooFine(value, places);
        },
        words: (value) => [String(value)],
    };
}

function tooFine(value: number, places: number): string | undefined {
    const decimals = String(value).split(".")[1] ?? "";
    if (decimals.length <= places && !String(value).includes("e")) return undefined;
    return `${show(value)} has more than ${places} decimals: round it`;
}

function outside(what: string, value: number, least: number, most: number): string | undefined {
    // The test is put like this because a program, unlike a stack file, can hand over anything.
    if (typeof value === "number" && value >= least && value <= most) return undefined;
    return `${show(value)} is not ${what} (${least}–${most})`;
}

function fraction(what: string, value: number, least: number, most: number): string | undefined {
    if (Number.isInteger(value)) return undefined;
    return `${show(value)} is not ${what} (a whole number, ${least}–${most})`;
}

/** A keyword without a value: there or not. */
export const flag: Kind<boolean> = {
    refuse: () => undefined,
    words: (value) => (value ? [] : undefined),
};

/** A keyword with `on` or `off`. */
export const onOff: Kind<boolean> = {
    refuse: () => undefined,
    words: (value) => [value ? "on" : "off"],
};

/** One of the values of an enum. */
export function oneOf<T extends string | number>(allowed: Record<string, T>): Kind<T> {
    const values = Object.values(allowed);
    return {
        refuse: (value) =>
            values.includes(value)
                ? undefined
                : `${show(value)} is not one of ${values.join(", ")}`,
        words: (value) => [String(value)],
    };
}

/** Words that a pattern describes, written as they are. `what` follows "is not". */
export function matching(pattern: RegExp, what: string): Kind<string> {
    return {
        refuse: (value) => (pattern.test(value) ? undefined : `${show(value)} is not ${what}`),
        words: (value) => [value],
    };
}

/** Text in quotes. keepalived finds variables and lone braces in it even there. */
export const text: Kind<string> = {
    refuse: (value) =>
        /^[^"\\${}\p{Cc}\p{Surrogate}]+$/u.test(value)
            ? undefined
            : `${show(value)} is empty or has one of " \\ $ { } or control characters, which keepalived cannot read`,
    words: (value) => [`"${value}"`],
};

/** A network interface. */
export const networkInterface = matching(
    /^(?!\.{1,2}$)[A-Za-z0-9_.-][A-Za-z0-9_.@-]{0,14}$/,
    'the name of a network interface: 1 to 15 letters, digits, "_", ".", "@" and "-", such as eth0',
);

/** An IPv4 or IPv6 address. */
export const ipAddress: Kind<string> = {
    refuse: (value) =>
        familyOf(value) ? undefined : `${show(value)} is not an IP address, such as 192.0.2.10`,
    words: (value) => [value],
};

/** A TCP, UDP or SCTP port. */
export const port = whole("a port", 1, 65535);
