import { familyOf, isLinkLocal, kindOf } from "../addresses";
import { type Problem, problem, quote } from "../problems";
import { isAtLeast } from "./versions";

/**
 * Table of the keywords of a block in keepalived.conf: one row for each field of its interface, in the
 * order of the file. Lines and problems follow from the table. A new keyword needs a field and a row.
 */
export type Keywords<Settings> = {
    readonly [Field in keyof Settings]-?: Keyword<NonNullable<Settings[Field]>>;
};

/** One keyword. */
export interface Keyword<T> {
    /** Spelling in keepalived.conf. */
    readonly keyword: string;
    /** Type of its values. */
    readonly type: Kind<T>;
    /** First version of keepalived that has it. Without one, every version has it. */
    readonly since?: string;
    /** Older spelling, and the version before which keepalived requires it. */
    readonly renamedFrom?: { readonly version: string; readonly keyword: string };
    /** Default of this project, if keepalived's differs. */
    readonly default?: T;
}

/** A type of values: how to check and format them. */
export interface Kind<T> {
    /** Describe the problem of a value, or return nothing if it is valid. */
    check(value: T, target: Target): string | undefined;
    /** Format the words after the keyword, or return nothing for no line at all. */
    format(value: T): string[] | undefined;
}

/** The keepalived that the configuration must suit. */
export interface Target {
    /** Oldest version among the directors. */
    readonly version: string;
    /** Director with that version, as messages name it. */
    readonly host: string;
    /** Names of the cluster's scripts. */
    readonly scripts: readonly string[];
}

/** Add the defaults of a table to settings, except for keywords that this version of keepalived lacks. */
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
    return { ...settings, ...(Object.fromEntries(defaults) as Partial<Settings>) };
}

/** Format settings as the lines of a block, for one version of keepalived. */
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

/** Check the settings of a block. */
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

/** Check a single value, if there is one. */
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

/** keepalived reads 1023 bytes of a line, with indentation and keyword, and takes the rest for a new line. */
const longestLine = 900;

/** Describe the problem of a line that is too long for keepalived, or return nothing. */
export function tooLong(line: string): string | undefined {
    const bytes = Buffer.byteLength(line);
    if (bytes <= longestLine) return undefined;
    return `The line has ${bytes} bytes, and keepalived would read its end as a new line. Use at most ${longestLine} bytes.`;
}

/** Report a keyword, or a value of one, that is newer than the target's keepalived. */
export function tooNew(
    path: string,
    { keyword, since }: { keyword: string; since?: string },
    target: Target,
): Problem[] {
    if (since === undefined || isAtLeast(target.version, since)) return [];
    return problem(path, newer(`${keyword} needs`, since, target));
}

function newer(subject: string, since: string, { version, host }: Target): string {
    return `${subject} keepalived ${since}, and ${host} has ${version}. Remove it, or correct keepalivedVersion.`;
}

function rowsOf<Settings>(keywords: Keywords<Settings>) {
    return Object.entries(keywords) as [
        keyof Settings,
        Keyword<NonNullable<Settings[keyof Settings]>>,
    ][];
}

/** Whole numbers, of a unit if there is one. */
export function integer(least: number, most: number, unit?: string): Kind<number> {
    const use = range(least, most, unit);
    return {
        check: (value) => outside(value, least, most, use) ?? fraction(value, use),
        format: (value) => [String(value)],
    };
}

function range(least: number, most: number, unit = ""): string {
    return `Use ${least} to ${most} ${unit}`.trim() + ".";
}

/** Numbers with decimals, `places` at most. Older versions of keepalived may read whole numbers only. */
export function decimal(
    least: number,
    most: number,
    {
        unit,
        decimalsSince,
        places = 3,
    }: { unit?: string; decimalsSince?: string; places?: number } = {},
): Kind<number> {
    const use = range(least, most, unit);
    return {
        check(value, target) {
            const isFraction = !Number.isInteger(value);
            if (isFraction && decimalsSince && !isAtLeast(target.version, decimalsSince)) {
                return newer(`${quote(value)} is a fraction, which needs`, decimalsSince, target);
            }
            return outside(value, least, most, use) ?? tooFine(value, places);
        },
        format: (value) => [String(value)],
    };
}

function tooFine(value: number, places: number): string | undefined {
    const decimals = String(value).split(".")[1] ?? "";
    if (decimals.length <= places && !String(value).includes("e")) return undefined;
    return `${quote(value)} has more than ${places} decimals. Round it.`;
}

function outside(value: number, least: number, most: number, use: string): string | undefined {
    // A program can pass anything, unlike a stack file.
    if (typeof value !== "number") return `${quote(value)} is not a number. ${use}`;
    return value >= least && value <= most ? undefined : `${value} is out of range. ${use}`;
}

function fraction(value: number, use: string): string | undefined {
    return Number.isInteger(value) ? undefined : `${value} is not a whole number. ${use}`;
}

/** A keyword without a value. */
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
                : `${quote(value)} is unknown. Use one of ${values.join(", ")}.`,
        format: (value) => [String(value)],
    };
}

/** Words of a pattern: `what` they are, and `use` for valid ones. */
export function matching(pattern: RegExp, what: string, use: string): Kind<string> {
    return {
        check: (value) =>
            pattern.test(value) ? undefined : `${quote(value)} is not ${what}. Use ${use}.`,
        format: (value) => [value],
    };
}

/** Text in quotes. keepalived reads variables and single braces even there. */
export const text: Kind<string> = {
    check: (value) =>
        /^[^"\\${}\p{Cc}\p{Surrogate}]+$/u.test(value)
            ? undefined
            : `${quote(value)} is empty or has characters that keepalived cannot read. Use text without " \\ $ { } and control characters.`,
    format: (value) => [`"${value}"`],
};

/** A network interface. */
export const networkInterface = matching(
    /^(?!\.{1,2}$)[A-Za-z0-9_.-][A-Za-z0-9_.@-]{0,14}$/,
    "the name of a network interface",
    'up to 15 letters, digits, "_", ".", "@" and "-", such as eth0',
);

/** An IPv4 or IPv6 address that an interface of a host can have. */
export const ipAddress: Kind<string> = {
    check: wrongAddress,
    format: (value) => [value],
};

/** Such an address that packets can be sent to without a word about the interface. */
export const destinationAddress: Kind<string> = {
    check: wrongDestination,
    format: (value) => [value],
};

/** Such an address of an interface, or a loopback address. */
export const ownAddress: Kind<string> = {
    check: (value) => (kindOf(value) === "loopback" ? undefined : wrongAddress(value)),
    format: (value) => [value],
};

/** Describe why a text is not the address of a host, or return nothing if it is one. */
export function wrongAddress(value: string): string | undefined {
    const use = "Use one such as 192.0.2.10.";
    if (familyOf(value) === undefined) return notAnAddress(value, use);
    const kind = kindOf(value);
    if (kind === undefined) return undefined;
    if (kind === "mapped") {
        return `${quote(value)} is an IPv4 address in the notation of IPv6. Use the IPv4 address.`;
    }
    return `${quote(value)} is ${kind === "unspecified" ? "an" : "a"} ${kind} address, and cannot be the address of a host. ${use}`;
}

/** Describe why packets cannot be sent to an address, or return nothing if they can. */
export function wrongDestination(value: string): string | undefined {
    if (!isLinkLocal(value)) return wrongAddress(value);
    return `${quote(value)} is a link-local address, which needs an interface. Use one such as 2001:db8::10.`;
}

function notAnAddress(value: string, use: string): string {
    if (/^[\da-f:.]+%/i.test(value)) {
        return `${quote(value)} has a zone, which means something else on each host. Remove the zone.`;
    }
    if (/^\d+(\.\d+){3}$/.test(value) && /(^|\.)0\d/.test(value)) {
        return `${quote(value)} has a leading zero, which some programs read as octal. Remove the zero.`;
    }
    return `${quote(value)} is not an IP address. ${use}`;
}

/** A TCP, UDP or SCTP port. */
export const port = integer(1, 65535);
