/** One thing that is wrong with what the user wrote. */
export interface Problem {
    /** Where, in the user's own terms: `virtualServers[0].port`. */
    path: string;
    /** What stands there, what is allowed, and how to mend it. */
    reason: string;
}

/** A list of one problem, so that rules can be spread into lists of rules. */
export function problem(path: string, reason: string): Problem[] {
    // One line that reads as it stands, whatever the values have in them that it names.
    return [{ path, reason: reason.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped) }];
}

function escaped(sign: string): string {
    return `\\u${sign.codePointAt(0)!.toString(16).padStart(4, "0")}`;
}

/** Make one problem if `wrong` is true, and none otherwise. */
export function problemIf(wrong: boolean, path: string, reason: string): Problem[] {
    return wrong ? problem(path, reason) : [];
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
        "holds a NUL character or half of another, which no text file can: remove it",
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
    return shown.join(", ") || "none";
}

/** A value as a message quotes it. */
export function quote(value: unknown): string {
    return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
