import { printable } from "./printable";

/** Names of warnings: what works and is unwise. `ignoreWarnings` takes them. */
export const Warning = {
    /** Real servers answer clients in their own network directly, so NAT fails for these clients. */
    directAnswers: "directAnswers",
    /** Two directors of an instance have one priority, so the order of the list does not decide which is active. */
    equalPriorities: "equalPriorities",
    /** The label of a virtual IP does not begin with its interface, so old programs do not show the address. */
    foreignLabel: "foreignLabel",
    /** A UDP service keeps failed servers with weight 0, and a client that never pauses stays with one. */
    inhibitedUdp: "inhibitedUdp",
    /** keepalived 2.1 makes a weight of 1 out of 0, so a check cannot drain its server. */
    leastWeightOne: "leastWeightOne",
    /** The VRRP password has more characters than VRRP uses. */
    longPassword: "longPassword",
    /** Adverts use unicast, and connections are announced by multicast. */
    multicastSync: "multicastSync",
    /** An instance tracks its own interface, which keepalived tracks anyway. */
    ownInterface: "ownInterface",
    /** Several directors are active, and only one of them announces its connections. */
    partialSync: "partialSync",
    /** Several directors of an instance start as active, so two directors may have the virtual IPs for a moment. */
    severalMasters: "severalMasters",
    /** A check can take longer than its delay loop, so a failed server is found later. */
    slowCheck: "slowCheck",
    /** The sorry server is also in the pool, so it can fail together with the pool. */
    sorryServerInPool: "sorryServerInPool",
    /** A tracked object changes a priority by too little to change which director is active. */
    weakWeight: "weakWeight",
} as const;
export type Warning = (typeof Warning)[keyof typeof Warning];

/** A problem of the user's arguments: a refusal, or a warning if it has the name of one. */
export interface Problem {
    /** Place in the arguments: `virtualServers[0].port`. */
    path: string;
    /** Two sentences: the first says what is wrong with the value, the second what to do. */
    reason: string;
    /** Name of the warning. The arguments work, but are unwise. */
    warning?: Warning;
}

/** Place of a field in an object. The arguments themselves have an empty path. */
export function fieldPath(path: string, field: string): string {
    return path === "" ? field : `${path}.${field}`;
}

/** Make a list of one problem, so that rules can be spread into lists of rules. */
export function problem(path: string, reason: string): Problem[] {
    // Control characters in a value must not break the line or hide a part of it.
    return [{ path, reason: printable(reason) }];
}

/** Make one problem if `wrong` is true, and none otherwise. */
export function problemIf(wrong: boolean, path: string, reason: string): Problem[] {
    return wrong ? problem(path, reason) : [];
}

/** Make one warning if `unwise` is true, and none otherwise. */
export function warningIf(
    unwise: boolean,
    warning: Warning,
    path: string,
    reason: string,
): Problem[] {
    return problemIf(unwise, path, reason).map((one) => ({ ...one, warning }));
}

/** Problems for which the arguments are refused. */
export function refusalsOf(problems: readonly Problem[]): Problem[] {
    return problems.filter(({ warning }) => warning === undefined);
}

/** Problems to warn about, without those that the user ignores. */
export function warningsOf(
    problems: readonly Problem[],
    ignored: readonly Warning[] = [],
): Problem[] {
    return problems.filter(({ warning }) => warning !== undefined && !ignored.includes(warning));
}

/** Format a problem as a line. A warning tells how to silence it. */
export function problemLine({ path, reason, warning }: Problem): string {
    const hint = warning === undefined ? "" : ` To silence this, add ${warning} to ignoreWarnings.`;
    return `${path}: ${reason}${hint}`;
}

/** Check each item of an optional list, with its place in the list. */
export function problemsOfEach<T>(
    path: string,
    items: readonly T[] | undefined,
    problemsOf: (item: T, path: string) => Problem[],
): Problem[] {
    return (items ?? []).flatMap((item, index) => problemsOf(item, `${path}[${index}]`));
}

/** Check the content of a text file. */
export function textProblems(path: string, content: string): Problem[] {
    return problemIf(
        /\0|\p{Surrogate}/u.test(content),
        path,
        "The text has a NUL character or half of another character. Remove it.",
    );
}

/** Find items whose key an earlier item has, each with that earlier item. Items without a key are never equal. */
export function duplicates<T>(items: readonly T[], keyOf: (item: T) => unknown): [T, T][] {
    const firsts = new Map<unknown, T>();
    return items.flatMap((item): [T, T][] => {
        const key = keyOf(item);
        const first = firsts.get(key);
        if (first !== undefined) return [[item, first]];
        if (key !== undefined) firsts.set(key, item);
        return [];
    });
}

/** Report each name that an earlier item has; `reason` takes the name and the place of that item. */
export function duplicateNameProblems(
    path: string,
    items: readonly { readonly name: string }[] | undefined,
    reason: (name: string, first: string) => string,
): Problem[] {
    const named = (items ?? []).map(({ name }, index) => ({ name, path: `${path}[${index}]` }));
    return duplicates(named, ({ name }) => name).flatMap(([later, first]) =>
        problem(`${later.path}.name`, reason(quote(later.name), first.path)),
    );
}

/** Format a list of possible names. A name with unusual characters gets quotes. */
export function joinNames(names: readonly string[]): string {
    const shown = names.map((name) => (/^[\w.-]{1,64}$/.test(name) ? name : quote(name)));
    return shown.join(", ");
}

/** Find the name that is most like a mistyped one. Returns nothing if none is like it. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
    const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
    const [nearest] = names
        .map((other) => ({ other, edits: editsBetween(plain(name), plain(other)) }))
        .filter(({ other, edits }) => edits <= Math.max(other.length, name.length) / 3)
        .sort((a, b) => a.edits - b.edits);
    return nearest?.other;
}

/** Number of letters to add, remove or replace, by Levenshtein. */
function editsBetween(one: string, other: string): number {
    let row = Array.from({ length: other.length + 1 }, (_, index) => index);
    [...one].forEach((letter, index) => {
        const next = [index + 1];
        for (let place = 0; place < other.length; place++) {
            const replaced = row[place]! + (letter === other[place] ? 0 : 1);
            next.push(Math.min(replaced, row[place + 1]! + 1, next[place]! + 1));
        }
        row = next;
    });
    return row.at(-1)!;
}

const longestQuote = 80;

/** Format a value for a message. A long value is cut and keeps its closing quote. */
export function quote(value: unknown): string {
    if (value === undefined) return "nothing";
    // JSON has none of them.
    if (typeof value === "function") return "a function";
    if (typeof value === "bigint") return String(value);
    const text = JSON.stringify(value);
    if (text.length <= longestQuote) return text;
    const start = text.slice(0, longestQuote - 2).replace(/\p{Surrogate}$/u, "");
    return `${start}…${text.at(-1)}`;
}
