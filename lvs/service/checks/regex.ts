import { flag, type Keywords, type Kind, oneOf, integer } from "../../keepalived/keywords";
import { type Problem, problemIf, quote } from "../../problems";

/** Options of a regular expression, by the names of PCRE2. */
export const RegexOption = {
    allowEmptyClass: "allow_empty_class",
    altBsux: "alt_bsux",
    altCircumflex: "alt_circumflex",
    altVerbnames: "alt_verbnames",
    autoCallout: "auto_callout",
    caseless: "caseless",
    dollarEndonly: "dollar_endonly",
    dotall: "dotall",
    dupnames: "dupnames",
    extended: "extended",
    firstline: "firstline",
    matchUnsetBackref: "match_unset_backref",
    multiline: "multiline",
    neverBackslashC: "never_backslash_c",
    neverUcp: "never_ucp",
    neverUtf: "never_utf",
    noAutoCapture: "no_auto_capture",
    noAutoPossess: "no_auto_possess",
    noDotstarAnchor: "no_dotstar_anchor",
    noStartOptimize: "no_start_optimize",
    ucp: "ucp",
    ungreedy: "ungreedy",
    useOffsetLimit: "use_offset_limit",
    utf: "utf",
} as const;
export type RegexOption = (typeof RegexOption)[keyof typeof RegexOption];

/** Memory for matching. */
export interface RegexStack {
    /** Bytes at the start, 1 to 2147483647. */
    start: number;
    /** Most bytes, 1 to 2147483647. */
    max: number;
}

/** Regular expression that a page must match. */
export interface RegexKeywords {
    /** Regular expression of PCRE2 that the page must match, up to 400 printable ASCII characters. Write a quote as `\x22` (keepalived `regex`). Defaults to none: any page succeeds. */
    regex?: string;
    /** Fail if the page matches (keepalived `regex_no_match`). Defaults to false. */
    regexNoMatch?: boolean;
    /** Options of the expression (keepalived `regex_options`). Defaults to none. */
    regexOptions?: RegexOption[];
    /** Lowest byte of the answer at which a match can begin, 0 to 2147483647 (keepalived `regex_min_offset`). Defaults to 0. */
    regexMinOffset?: number;
    /** Highest byte of the answer at which a match can begin, 0 to 2147483647 (keepalived `regex_max_offset`). Defaults to no limit. */
    regexMaxOffset?: number;
    /** Memory for expressions that need much (keepalived `regex_stack`). Defaults to PCRE2's. */
    regexStack?: RegexStack;
}

const most = 2147483647;

/** keepalived reads escapes of its own inside the quotes. */
const expression: Kind<string> = {
    check(value) {
        if (!/^[\x20-\x7e]{1,400}$/.test(value)) {
            return `${quote(value)} is not a regular expression that keepalived can read. Use 1 to 400 printable ASCII characters, and write others as \\x{e9}.`;
        }
        if (value.includes('"'))
            return `${quote(value)} has a quote, which would end it. Write it as \\x22.`;
        if (/^[{}]$/.test(value))
            return `${quote(value)} is a single brace, which keepalived would misread. Write it as \\${value}.`;
        const variable = /\$[A-Za-z_{]+/.exec(value)?.[0];
        return variable === undefined
            ? undefined
            : `${quote(value)} has ${quote(variable)}, which keepalived reads as a variable. Write the $ as \\x24.`;
    },
    format: (value) => [`"${value.replaceAll("\\", "\\\\")}"`],
};

const options: Kind<RegexOption[]> = {
    check: (values, target) =>
        values.length === 0
            ? "The list is empty. Give an option, or remove the list."
            : values.map((value) => oneOf(RegexOption).check(value, target)).find(Boolean),
    format: (values) => values,
};

const bytes = integer(1, most, "bytes");

const stack: Kind<RegexStack> = {
    check: ({ start, max }, target) =>
        bytes.check(start, target) ??
        bytes.check(max, target) ??
        (start > max
            ? `start, ${start}, is above max, ${max}. Lower start, or raise max.`
            : undefined),
    format: ({ start, max }) => [String(start), String(max)],
};

const offset = integer(0, most);

export const regexKeywords: Keywords<RegexKeywords> = {
    regex: { keyword: "regex", type: expression, since: "2.0.7" },
    regexNoMatch: { keyword: "regex_no_match", type: flag, since: "2.0.7" },
    regexOptions: { keyword: "regex_options", type: options, since: "2.0.7" },
    regexMinOffset: { keyword: "regex_min_offset", type: offset, since: "2.0.7" },
    regexMaxOffset: { keyword: "regex_max_offset", type: offset, since: "2.0.7" },
    regexStack: { keyword: "regex_stack", type: stack, since: "2.0.7" },
};

/** Check the settings of an expression against each other. */
export function regexProblems(path: string, settings: RegexKeywords): Problem[] {
    const { regex, regexMinOffset = 0, regexMaxOffset = most } = settings;
    const others = (
        ["regexNoMatch", "regexOptions", "regexMinOffset", "regexMaxOffset", "regexStack"] as const
    ).filter((field) => settings[field] !== undefined && settings[field] !== false);
    return [
        ...others.flatMap((field) =>
            problemIf(
                regex === undefined,
                `${path}.${field}`,
                "The setting has no effect without regex. Give regex, or remove it.",
            ),
        ),
        ...problemIf(
            regexMinOffset > regexMaxOffset,
            `${path}.regexMinOffset`,
            `${quote(regexMinOffset)} is above regexMaxOffset, ${quote(regexMaxOffset)}, so no match could begin. Lower it, or raise regexMaxOffset.`,
        ),
    ];
}
