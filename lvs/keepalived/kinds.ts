import { type Family, familyOf, isNetwork } from "../addresses";
import { joinNames, type Problem, problem, quote } from "../problems";
import { type Kind, matching, checkValue, type Target, integer } from "./keywords";

/** Name of a block. keepalived allows no longer one for BFD. */
export const blockName = matching(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/,
    'a name: 1 to 31 letters, digits, ".", "_" and "-"',
);

/** A path that needs no quotes, because versions differ in how they read them. */
export const absolutePath = matching(
    /^(?:\/[A-Za-z0-9_+@%:,=.-]+)+$/,
    'a path from the root, of letters, digits and "_+@%:,=.-"',
);

/** An address or a prefix. */
export const network: Kind<string> = {
    check: (value) =>
        familyOf(value) || isNetwork(value)
            ? undefined
            : `${quote(value)} is not an IP address or prefix, such as 192.0.2.0/24`,
    format: (value) => [value],
};

/** A multicast address. */
export function multicastGroup(...families: Family[]): Kind<string> {
    return {
        check: (value) =>
            families.some((family) => familyOf(value) === family) && isMulticast(value)
                ? undefined
                : `${quote(value)} is not a multicast address, such as ${examples[families[0]!]}`,
        format: (value) => [value],
    };
}

const examples: Record<Family, string> = { inet: "224.0.0.81", inet6: "ff02::12" };

function isMulticast(address: string): boolean {
    return /^(?:22[4-9]|23\d)\.|^ff/i.test(address);
}

/** Name of something defined in another argument, `list`. */
export function nameIn(names: readonly string[], list: string): Kind<string> {
    return {
        check: (value) =>
            names.includes(value)
                ? undefined
                : `${quote(value)} is not among ${list} (${joinNames(names)})`,
        format: (value) => [value],
    };
}

/** Change of a priority by tracking. */
export function trackWeight(most: number): Kind<number> {
    return integer("a weight", -most, most);
}

/** Check a value that has no default. */
export function checkRequired<T>(
    path: string,
    kind: Kind<T>,
    value: T | undefined,
    target: Target,
): Problem[] {
    return value === undefined
        ? problem(path, "is missing: it has no default")
        : checkValue(path, kind, value, target);
}

/** Address family of an address or a prefix, or nothing if it is neither. */
export function familyOfNetwork(value: string): Family | undefined {
    return familyOf(value.split("/")[0]!);
}
