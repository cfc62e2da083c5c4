import { type Family, familyOf } from "../../addresses";
import {
    flag,
    ipAddress,
    keywordProblems,
    type Keywords,
    linesOf,
    networkInterface,
    oneOf,
    checkValue,
    type Target,
    integer,
} from "../../keepalived/keywords";
import { familyOfNetwork, network, checkRequired } from "../../keepalived/kinds";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problemIf } from "../../problems";
import { Scope } from "./virtualIpaddress";

/** Ways to discard packets. */
export const RouteType = {
    /** The sender gets the ICMP message "unreachable". */
    unreachable: "unreachable",
    /** The sender gets no message. */
    blackhole: "blackhole",
    /** The sender gets the ICMP message "prohibited". */
    prohibit: "prohibit",
} as const;
export type RouteType = (typeof RouteType)[keyof typeof RouteType];

/** Settings that follow the destination of a route on its line. */
export interface VirtualRouteKeywords {
    /** IP address of the next router (keepalived `via`). Defaults to none. */
    via?: string;
    /** Network interface of the route (keepalived `dev`). Defaults to the interface that reaches `via`. */
    dev?: string;
    /** Source address for the director's own packets (keepalived `src`). Defaults to the kernel's choice. */
    src?: string;
    /** Routing table, 1 to 4294967295; 254 is the main table (keepalived `table`). Defaults to the main table. */
    table?: number;
    /** Scope of the route (keepalived `scope`). Defaults to the kernel's choice. */
    scope?: Scope;
    /** Metric, 0 to 4294967295: of two routes the kernel uses the lower one (keepalived `metric`). Defaults to the kernel's. */
    metric?: number;
    /** Largest packet in bytes, 68 to 65535 (keepalived `mtu`). Defaults to the interface's. */
    mtu?: number;
    /** Largest TCP segment in bytes to offer to the other end, 1 to 65535 (keepalived `advmss`). Defaults to the size that fits the mtu. */
    advmss?: number;
    /** Reach `via` through `dev` directly, even if no address of `dev` covers it (keepalived `onlink`). Defaults to false. */
    onlink?: boolean;
    /** Stay active when the route disappears (keepalived `no_track`). Defaults to false with `dev`. Without `dev` keepalived cannot track the route. */
    noTrack?: boolean;
}

/** A route of the active director. */
export interface VirtualRoute extends VirtualRouteKeywords {
    /** Destination: an IP address, a prefix such as `203.0.113.0/24`, or `0.0.0.0/0`. */
    to: string;
    /** How the route discards packets. Defaults to a route that forwards them. */
    type?: RouteType;
}

/** Settings of a routing rule on its line. */
export interface VirtualRuleKeywords {
    /** Source of the packets, an IP address or prefix (keepalived `from`). Defaults to any. */
    from?: string;
    /** Destination of the packets, an IP address or prefix (keepalived `to`). Defaults to any. */
    to?: string;
    /** Interface on which packets arrive (keepalived `iif`). Defaults to any. */
    iif?: string;
    /** Interface to which a program has bound its socket (keepalived `oif`). Defaults to any. */
    oif?: string;
    /** Mark of the packets, 1 to 4294967295 (keepalived `fwmark`). Defaults to any. */
    fwmark?: number;
    /** Routing table for the packets, 1 to 4294967295. Give this or `type` (keepalived `table`). Defaults to none. */
    table?: number;
    /** Place among the rules, 0 to 4294967295: the lowest applies first (keepalived `preference`). */
    preference: number;
    /** Stay active when the rule disappears (keepalived `no_track`). Defaults to false. */
    noTrack?: boolean;
}

/** A routing rule of the active director. */
export interface VirtualRule extends VirtualRuleKeywords {
    /** How the rule discards packets. Give this or `table`. Defaults to none. */
    type?: RouteType;
}

const uint = 4294967295;
const table = integer(1, uint);
const trackingSince = "2.0.3";

export const virtualRouteKeywords: Keywords<VirtualRouteKeywords> = {
    via: { keyword: "via", type: ipAddress },
    dev: { keyword: "dev", type: networkInterface },
    src: { keyword: "src", type: ipAddress },
    table: { keyword: "table", type: table },
    scope: { keyword: "scope", type: oneOf(Scope) },
    metric: { keyword: "metric", type: integer(0, uint) },
    mtu: { keyword: "mtu", type: integer(68, 65535, "bytes") },
    advmss: { keyword: "advmss", type: integer(1, 65535, "bytes") },
    onlink: { keyword: "onlink", type: flag },
    noTrack: { keyword: "no_track", type: flag, since: trackingSince },
};

export const virtualRuleKeywords: Keywords<VirtualRuleKeywords> = {
    from: { keyword: "from", type: network },
    to: { keyword: "to", type: network },
    iif: { keyword: "iif", type: networkInterface },
    oif: { keyword: "oif", type: networkInterface },
    fwmark: { keyword: "fwmark", type: integer(1, uint) },
    table: { keyword: "table", type: table },
    preference: { keyword: "preference", type: integer(0, uint) },
    noTrack: { keyword: "no_track", type: flag, since: trackingSince },
};

/** Format a line of `virtual_routes`. */
export function virtualRouteLine(route: VirtualRoute, version: string): string {
    // keepalived tracks a route by its interface, and logs a complaint if there is none.
    const isUntracked = route.dev === undefined && isAtLeast(version, trackingSince);
    const settings = isUntracked ? { ...route, noTrack: true } : route;
    return [
        ...(route.type === undefined ? [] : [route.type]),
        route.to,
        ...linesOf(virtualRouteKeywords, settings, version),
    ].join(" ");
}

/** Format a line of `virtual_rules`. */
export function virtualRuleLine(rule: VirtualRule, version: string): string {
    return [
        ...linesOf(virtualRuleKeywords, rule, version),
        ...(rule.type === undefined ? [] : [rule.type]),
    ].join(" ");
}

/** Check a route. */
export function virtualRouteProblems(path: string, route: VirtualRoute, target: Target): Problem[] {
    const { to, via, dev, src, type } = route;
    return [
        ...checkRequired(`${path}.to`, network, to, target),
        ...checkValue(`${path}.type`, oneOf(RouteType), type, target),
        ...keywordProblems(path, virtualRouteKeywords, route, target),
        ...problemIf(
            via === undefined && dev === undefined && type === undefined,
            path,
            "The route has no next router, interface or type. Give via, dev or both, or a type.",
        ),
        ...problemIf(
            via !== undefined && type !== undefined,
            `${path}.via`,
            `A route of type ${type} has no next router. Remove via or type.`,
        ),
        ...oneFamilyProblems(path, [
            familyOfNetwork(to ?? ""),
            familyOf(via ?? ""),
            familyOf(src ?? ""),
        ]),
    ];
}

/** Check a routing rule. */
export function virtualRuleProblems(path: string, rule: VirtualRule, target: Target): Problem[] {
    const { from, to, table: routes, type, preference } = rule;
    return [
        ...keywordProblems(path, virtualRuleKeywords, rule, target),
        ...problemIf(
            preference === undefined,
            `${path}.preference`,
            "The value is missing, and keepalived's default depends on other rules. Give one, such as 1000.",
        ),
        ...checkValue(`${path}.type`, oneOf(RouteType), type, target),
        ...problemIf(
            (routes === undefined) === (type === undefined),
            path,
            "The rule has both a table and a type, or neither. Give one of them.",
        ),
        ...oneFamilyProblems(path, [familyOfNetwork(from ?? ""), familyOfNetwork(to ?? "")]),
    ];
}

function oneFamilyProblems(path: string, families: (Family | undefined)[]): Problem[] {
    return problemIf(
        families.includes("inet") && families.includes("inet6"),
        path,
        "The addresses mix IPv4 and IPv6. Split the entry in two.",
    );
}
