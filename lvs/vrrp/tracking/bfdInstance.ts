import { canonical, familyOf } from "../../addresses";
import { type ExtraConfig, extraConfigProblems, extraLines } from "../../keepalived/extraConfig";
import {
    decimal,
    flag,
    ipAddress,
    keywordProblems,
    type Keywords,
    linesOf,
    onOff,
    checkValue,
    type Target,
    tooNew,
    integer,
} from "../../keepalived/keywords";
import { nameIn, checkRequired, trackWeight } from "../../keepalived/kinds";
import {
    problemsOfEach,
    type Problem,
    problem,
    problemIf,
    duplicates,
    quote,
} from "../../problems";

/** Addresses of a BFD session. */
export interface BfdAddresses {
    /** IP address of the neighbour (keepalived `neighbor_ip`). Defaults to none: each director then has its own in `directors`. */
    neighborIp?: string;
    /** IP address of the director (keepalived `source_ip`). Defaults to the kernel's choice. */
    sourceIp?: string;
}

/** Addresses of the session on one director. */
export interface BfdDirector extends BfdAddresses {
    /** Name of the director. */
    name: string;
}

/** Settings of a BFD session that are one line each in its block. */
export interface BfdInstanceKeywords extends BfdAddresses {
    /** Shortest interval in milliseconds at which to accept packets, 1 to 4294967 (keepalived `min_rx`). Defaults to 10. @decimal */
    minRx?: number;
    /** Shortest interval in milliseconds at which to send packets, 1 to 4294967 (keepalived `min_tx`). Defaults to 10. @decimal */
    minTx?: number;
    /** Milliseconds between packets while the session is down, 1000 to 4294967 (keepalived `idle_tx`). Defaults to 1000. @decimal */
    idleTx?: number;
    /** Number of missing packets after which the session is down, 1 to 255 (keepalived `multiplier`). Defaults to 5. */
    multiplier?: number;
    /** Wait until the neighbour starts the session (keepalived `passive`). Defaults to false. */
    passive?: boolean;
    /** Time to live of its packets, 1 to 255 (keepalived `ttl`). Defaults to 255 for IPv4 and 64 for IPv6. */
    ttl?: number;
    /** Number of routers between the director and the neighbour, 0 to ttl (keepalived `max_hops`). Defaults to 0. */
    maxHops?: number;
    /** Use the UDP port for sessions over several hops (keepalived `multihop`). Defaults to false. */
    multihop?: boolean;
    /** Change of priorities, -253 to 253. A value above 0 is added while the session is up, and a value below 0 while the session is down. With 0, the director cannot be active while the session is down (keepalived `weight`). Defaults to 0. */
    weight?: number;
}

/** A session that detects within milliseconds whether a neighbour is reachable, RFC 5880 (keepalived `bfd_instance`). */
export interface BfdInstanceSettings extends BfdInstanceKeywords {
    /** Name for `trackBfd` and BFD checks to refer to. */
    name: string;
    /** Addresses of single directors. Defaults to the same addresses for all. */
    directors?: BfdDirector[];
}

export type BfdInstance = BfdInstanceSettings & ExtraConfig;

const milliseconds = (least: number) =>
    decimal(least, 4294967, { unit: "milliseconds", decimalsSince: "2.2.0" });

export const bfdInstanceKeywords: Keywords<BfdInstanceKeywords> = {
    neighborIp: { keyword: "neighbor_ip", type: ipAddress },
    sourceIp: { keyword: "source_ip", type: ipAddress },
    minRx: { keyword: "min_rx", type: milliseconds(1) },
    minTx: { keyword: "min_tx", type: milliseconds(1) },
    idleTx: { keyword: "idle_tx", type: milliseconds(1000) },
    multiplier: { keyword: "multiplier", type: integer(1, 255, "packets") },
    passive: { keyword: "passive", type: flag },
    ttl: { keyword: "ttl", type: integer(1, 255) },
    maxHops: { keyword: "max_hops", type: integer(0, 255, "routers") },
    multihop: { keyword: "multihop", type: onOff, since: "2.2.8" },
    weight: { keyword: "weight", type: trackWeight(253) },
};

/** Addresses of a session on one director. */
export function addressesOn(bfd: BfdInstance, director: string): BfdAddresses {
    const own = bfd.directors?.find(({ name }) => name === director);
    return {
        neighborIp: own?.neighborIp ?? bfd.neighborIp,
        sourceIp: own?.sourceIp ?? bfd.sourceIp,
    };
}

/** Values for the template `bfd_instance.mustache`. */
export function bfdInstanceView(bfd: BfdInstance, version: string) {
    return {
        name: bfd.name,
        keywords: linesOf(bfdInstanceKeywords, bfd, version),
        extraConfig: extraLines(bfd.extraConfig),
    };
}

/** Check a BFD session without its name; `directors` are the names of all directors. */
export function bfdInstanceProblems(
    path: string,
    bfd: BfdInstance,
    directors: readonly string[],
    target: Target,
): Problem[] {
    const { maxHops } = bfd;
    return [
        ...tooNew(path, { keyword: "bfd_instance", since: "2.0.0" }, target),
        ...keywordProblems(path, bfdInstanceKeywords, bfd, target),
        ...extraConfigProblems(`${path}.extraConfig`, bfd.extraConfig, "bfd_instance", target),
        ...problemsOfEach(
            `${path}.directors`,
            bfd.directors,
            ({ name, neighborIp, sourceIp }, at) => [
                ...checkRequired(`${at}.name`, nameIn(directors, "directors"), name, target),
                ...checkValue(`${at}.neighborIp`, ipAddress, neighborIp, target),
                ...checkValue(`${at}.sourceIp`, ipAddress, sourceIp, target),
            ],
        ),
        ...directors.flatMap((director) => {
            const { neighborIp, sourceIp } = addressesOn(bfd, director);
            const [neighbor, source] = [neighborIp, sourceIp].map((ip) => familyOf(ip ?? ""));
            const { ttl = neighbor === "inet6" ? 64 : 255 } = bfd;
            return [
                ...problemIf(
                    maxHops !== undefined && maxHops > ttl,
                    `${path}.maxHops`,
                    `${quote(maxHops)} is above the ttl, ${quote(ttl)}, and no packet would get that far. Lower it, or raise ttl.`,
                ),
                ...problemIf(
                    neighborIp === undefined,
                    `${path}.neighborIp`,
                    `The value is missing for ${director}. Give one here or in directors.`,
                ),
                ...problemIf(
                    neighbor !== undefined && source !== undefined && neighbor !== source,
                    `${path}.sourceIp`,
                    `${quote(sourceIp)} and ${quote(neighborIp)} are not in one address family. Use two addresses of one family.`,
                ),
            ];
        }),
    ];
}

/** keepalived supports one session per neighbour. */
export function sameNeighborProblems(
    bfdInstances: readonly BfdInstance[] | undefined,
    directors: readonly string[],
): Problem[] {
    return directors.flatMap((director) => {
        const sessions = (bfdInstances ?? []).map((bfd, index) => ({
            path: `bfdInstances[${index}]`,
            neighborIp: addressesOn(bfd, director).neighborIp,
        }));
        return duplicates(
            sessions,
            ({ neighborIp }) => neighborIp && canonical(neighborIp),
        ).flatMap(([later, first]) =>
            problem(
                `${later.path}.neighborIp`,
                `${quote(later.neighborIp)} is already the neighbour of ${first.path} on ${director}. Track that session instead.`,
            ),
        );
    });
}
