import { type Family, familyOf, isNetwork, kindOf } from "../addresses";
import { joinNames, type Problem, problem, quote } from "../problems";
import { type Kind, matching, checkValue, type Target, integer } from "./keywords";

/** Name of a block. keepalived allows no longer one for BFD. */
export const blockName = matching(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/,
    "a valid name",
    'up to 31 letters, digits, ".", "_" and "-"',
);

/** A path that needs no quotes, because versions differ in how they read them. */
export const absolutePath = matching(
    /^(?:\/[A-Za-z0-9_+@%:,=.-]+)+$/,
    "an absolute path that keepalived can read",
    'letters, digits and "_+@%:,=.-" after each "/"',
);

/** An address or a prefix. */
export const network: Kind<string> = {
    check: (value) =>
        familyOf(value) || isNetwork(value)
            ? undefined
            : `${quote(value)} is not an IP address or prefix. Use one such as 192.0.2.0/24.`,
    format: (value) => [value],
};

/** A multicast address. */
export function multicastGroup(...families: Family[]): Kind<string> {
    return {
        check: (value) =>
            families.some((family) => familyOf(value) === family) && kindOf(value) === "multicast"
                ? undefined
                : `${quote(value)} is not a multicast address. Use one such as ${examples[families[0]!]}.`,
        format: (value) => [value],
    };
}

const examples: Record<Family, string> = { inet: "224.0.0.81", inet6: "ff02::12" };

/** Name of something defined in another argument, `list`. */
export function nameIn(names: readonly string[], list: string): Kind<string> {
    return {
        check: (value) => (names.includes(value) ? undefined : undefinedName(value, names, list)),
        format: (value) => [value],
    };
}

/** Describe the problem of a name that `list` does not define. */
export function undefinedName(name: string, names: readonly string[], list: string): string {
    const others = names.length === 0 ? "" : `, or use one of ${joinNames(names)}`;
    return `${quote(name)} is not defined in ${list}. Define it there${others}.`;
}

/** Change of a priority by tracking. */
export function trackWeight(most: number): Kind<number> {
    return integer(-most, most);
}

/** Check a value that has no default. */
export function checkRequired<T>(
    path: string,
    kind: Kind<T>,
    value: T | undefined,
    target: Target,
): Problem[] {
    return value === undefined
        ? problem(path, "The value is missing. Give one, because it has no default.")
        : checkValue(path, kind, value, target);
}

/** Address family of an address or a prefix, or nothing if it is neither. */
export function familyOfNetwork(value: string): Family | undefined {
    return familyOf(value.split("/")[0]!);
}
