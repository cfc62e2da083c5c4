import { isIPv4 } from "node:net";
import type { Family } from "../addresses";
import { type Keywords, type Kind, matching, type Target, integer } from "../keepalived/keywords";
import { isAtLeast } from "../keepalived/versions";
import { type Problem, problemIf, quote } from "../problems";

/** Persistence: clients stay with one real server. */
export interface PersistenceSettings {
    /** Seconds during which a client stays with its real server, 0 to 2678400. 0 means no persistence (keepalived `persistence_timeout`). Defaults to 0. */
    persistenceTimeout?: number;
    /** Clients that stay together: an IPv4 netmask such as `255.255.255.0`, or `0.0.0.0` for all, or an IPv6 prefix length such as `"64"` (keepalived `persistence_granularity`). Defaults to each address on its own. */
    persistenceGranularity?: string;
    /** Way to tell clients apart besides their address. The only one is `sip`, by the Call-ID of SIP over UDP (keepalived `persistence_engine`). Defaults to none. */
    persistenceEngine?: string;
}

/** keepalived rejects 0, and reads a missing argument as 360 s. */
const timeout: Kind<number> = {
    ...integer(0, 2678400, "seconds"),
    format: (value) => (value === 0 ? undefined : [String(value)]),
};

export const persistenceKeywords: Keywords<PersistenceSettings> = {
    persistenceEngine: {
        keyword: "persistence_engine",
        type: matching(/^sip$/, "a persistence engine", "sip"),
    },
    persistenceTimeout: { keyword: "persistence_timeout", type: timeout },
    persistenceGranularity: {
        keyword: "persistence_granularity",
        type: matching(
            /^[0-9.]{1,15}$/,
            "a netmask or prefix length",
            "one such as 255.255.255.0 or 64",
        ),
    },
};

/** Does a client stay with its real server? */
export function isPersistent({ persistenceTimeout = 0 }: PersistenceSettings): boolean {
    return persistenceTimeout > 0;
}

export function persistenceProblems(
    path: string,
    settings: PersistenceSettings,
    family: Family,
    target: Target,
): Problem[] {
    const { persistenceGranularity: mask, persistenceEngine } = settings;
    const without = "The setting has no effect without persistenceTimeout. Give one, or remove it.";
    return [
        ...problemIf(
            mask !== undefined && !(family === "inet" ? isNetmask(mask) : isLength(mask)),
            `${path}.persistenceGranularity`,
            family === "inet"
                ? `${quote(mask)} is not an IPv4 netmask. Use one such as 255.255.255.0.`
                : `${quote(mask)} is not an IPv6 prefix length. Use 1 to 128.`,
        ),
        ...problemIf(
            mask !== undefined && !isPersistent(settings),
            `${path}.persistenceGranularity`,
            without,
        ),
        ...problemIf(
            mask !== undefined && family === "inet" && !isAtLeast(target.version, "1.4.3"),
            `${path}.persistenceGranularity`,
            `An IPv4 netmask needs keepalived 1.4.3, and ${target.host} has ${target.version}. Remove it.`,
        ),
        ...problemIf(
            persistenceEngine !== undefined && !isPersistent(settings),
            `${path}.persistenceEngine`,
            without,
        ),
        ...problemIf(
            mask === "0.0.0.0" && !isAtLeast(target.version, "2.0.20"),
            `${path}.persistenceGranularity`,
            `The netmask 0.0.0.0 needs keepalived 2.0.20, and ${target.host} has ${target.version}. Remove it.`,
        ),
    ];
}

/** Format persistence as ipvsadm does. */
export function persistenceOptions(settings: PersistenceSettings, family: Family): string {
    const { persistenceTimeout, persistenceGranularity: mask, persistenceEngine } = settings;
    if (!isPersistent(settings)) return "";
    const all = family === "inet" ? "255.255.255.255" : "128";
    return [
        ` -p ${persistenceTimeout}`,
        mask === undefined || mask === all ? "" : ` -M ${mask}`,
        persistenceEngine === undefined ? "" : ` --pe ${persistenceEngine}`,
    ].join("");
}

/** Is it a run of ones followed by zeros? */
function isNetmask(mask: string): boolean {
    if (!isIPv4(mask)) return false;
    const bits = mask.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0"));
    return /^1*0*$/.test(bits.join(""));
}

function isLength(mask: string): boolean {
    return /^[1-9][0-9]*$/.test(mask) && Number(mask) <= 128;
}
