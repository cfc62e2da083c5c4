import { familyOf } from "../../addresses";
import {
    flag,
    ipAddress,
    keywordProblems,
    type Keywords,
    type Kind,
    linesOf,
    matching,
    networkInterface,
    oneOf,
    checkValue,
    type Target,
    tooNew,
    integer,
} from "../../keepalived/keywords";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problemIf, quote, Warning, warningIf } from "../../problems";

/** Scope of an address or a route. */
export const Scope = { global: "global", site: "site", link: "link", host: "host" } as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

/** Settings that follow an address on its line. */
export interface VirtualIpaddressKeywords {
    /** Broadcast address, IPv4 only. `+` and `-` derive it from the prefix, with all host bits set or cleared (keepalived `brd`). Defaults to none. */
    brd?: string;
    /** Network interface of the address (keepalived `dev`). Defaults to the instance's. */
    dev?: string;
    /** Scope of the address, IPv4 only (keepalived `scope`). Defaults to `global`. */
    scope?: Scope;
    /** Label for older tools, IPv4 only: the interface, a colon and a word, 15 characters at most (keepalived `label`). Defaults to none. */
    label?: string;
    /** Mark the address as the host's home address, IPv6 only (keepalived `home`). Defaults to false. */
    home?: boolean;
    /** Do not add a route to the address's prefix (keepalived `noprefixroute`). Defaults to false. */
    noprefixroute?: boolean;
    /** Stay active when another program removes the address from the director (keepalived `no_track`). Defaults to false. */
    noTrack?: boolean;
    /** Seconds during which the director prefers the address as source of its own connections, or `forever`. 0 means never (keepalived `preferred_lft`). Defaults to forever, or 0 for IPv6 addresses; before keepalived 2.0.20 only for those without a prefixLength. */
    preferredLft?: string;
}

/** A virtual IP without its address. */
export interface VirtualIpaddressSettings extends VirtualIpaddressKeywords {
    /** Prefix length, 1 to 32 or 128. Defaults to 32 for IPv4 and 128 for IPv6. */
    prefixLength?: number;
}

export interface VirtualIpaddress extends VirtualIpaddressSettings {
    readonly ip: string;
}

const broadcast: Kind<string> = {
    check: (value) =>
        value === "+" || value === "-" || familyOf(value) === "inet"
            ? undefined
            : `${quote(value)} is neither an IPv4 address nor + or -. Use one of these.`,
    format: (value) => [value],
};

export const virtualIpaddressKeywords: Keywords<VirtualIpaddressKeywords> = {
    brd: { keyword: "brd", type: broadcast },
    dev: { keyword: "dev", type: networkInterface },
    scope: { keyword: "scope", type: oneOf(Scope) },
    label: {
        keyword: "label",
        type: matching(
            /^[A-Za-z0-9_.:-]{1,15}$/,
            "a valid label",
            'up to 15 letters, digits, "_", ".", ":" and "-"',
        ),
    },
    home: { keyword: "home", type: flag, since: "1.3.6" },
    noprefixroute: { keyword: "noprefixroute", type: flag, since: "1.3.6" },
    noTrack: { keyword: "no_track", type: flag, since: "2.0.3" },
    preferredLft: {
        keyword: "preferred_lft",
        type: matching(/^(?:forever|\d{1,9})$/, "a time", "whole seconds, or forever"),
        since: "2.0.20",
    },
};

/** Format a line of `virtual_ipaddress`. */
export function virtualIpaddressLine(address: VirtualIpaddress, version: string): string {
    const { ip, prefixLength = familyOf(ip) === "inet6" ? 128 : undefined } = address;
    return [
        prefixLength === undefined ? ip : `${ip}/${prefixLength}`,
        ...linesOf(
            virtualIpaddressKeywords,
            { ...address, preferredLft: preferredLftOf(address, version) },
            version,
        ),
    ].join(" ");
}

/**
 * The kernel could choose an IPv6 address with a prefix as source of health checks. Real servers that
 * have the address too would send their answers to themselves. Addresses without a prefix have 0 anyway.
 */
function preferredLftOf(
    { ip, prefixLength, preferredLft }: VirtualIpaddress,
    version: string,
): string | undefined {
    const isSource = familyOf(ip) === "inet6" && (prefixLength ?? 128) < 128;
    return preferredLft ?? (isSource && isAtLeast(version, "2.0.20") ? "0" : undefined);
}

/** Check a virtual IP; `interfaces` are those of its instance on the directors. */
export function virtualIpaddressProblems(
    path: string,
    address: VirtualIpaddress,
    interfaces: readonly string[],
    target: Target,
): Problem[] {
    const { ip, prefixLength = 32, label, brd, scope, home } = address;
    const family = familyOf(ip);
    const longest = family === "inet" ? 32 : 128;
    const devices = address.dev === undefined ? interfaces : [address.dev];
    const other = devices.find((device) => !label?.startsWith(device));
    return [
        ...checkValue(`${path}.ip`, ipAddress, ip, target),
        ...checkValue(`${path}.prefixLength`, integer(1, longest), address.prefixLength, target),
        ...keywordProblems(path, virtualIpaddressKeywords, address, target),
        // Earlier versions drop the whole address.
        ...(brd === "+" || brd === "-"
            ? tooNew(`${path}.brd`, { keyword: `brd ${brd}`, since: "1.3.7" }, target)
            : []),
        ...Object.entries({ brd, scope, label }).flatMap(([field, value]) =>
            problemIf(
                value !== undefined && family === "inet6",
                `${path}.${field}`,
                `The setting is for IPv4, and ${quote(ip)} is an IPv6 address. Remove it.`,
            ),
        ),
        ...problemIf(
            (brd === "+" || brd === "-") && family === "inet" && prefixLength > 30,
            `${path}.brd`,
            `A prefix of length ${quote(prefixLength)} has no broadcast address. Use a prefixLength of 30 or less.`,
        ),
        ...problemIf(
            home === true && family === "inet",
            `${path}.home`,
            `The setting is for IPv6, and ${quote(ip)} is an IPv4 address. Remove it.`,
        ),
        // The kernel accepts any label.
        ...warningIf(
            label !== undefined && family !== "inet6" && other !== undefined,
            Warning.foreignLabel,
            `${path}.label`,
            `${quote(label)} does not begin with the interface, ${quote(other)}, so ifconfig does not show the address. Use a label such as ${quote(`${other}:web`)}.`,
        ),
    ];
}
