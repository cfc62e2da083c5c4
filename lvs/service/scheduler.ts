import { flag, type Keywords, oneOf, type Target, tooNew } from "../keepalived/keywords";
import { type Problem, problemIf, quote } from "../problems";

/** How the next connection picks its real server (keepalived `lvs_sched`, ipvsadm `-s`). */
export const LvsSched = {
    /** Round robin. */
    rr: "rr",
    /** Weighted round robin. */
    wrr: "wrr",
    /** Least connections. */
    lc: "lc",
    /** Weighted least connections. */
    wlc: "wlc",
    /** Locality-based least connections. */
    lblc: "lblc",
    /** Locality-based least connections with replication. */
    lblcr: "lblcr",
    /** Source hashing. */
    sh: "sh",
    /** Destination hashing. */
    dh: "dh",
    /** Shortest expected delay. */
    sed: "sed",
    /** Never queue. */
    nq: "nq",
    /** Weighted failover: the available server with the highest weight gets everything. */
    fo: "fo",
    /** Weighted overflow: as fo, until a server has more connections than its weight. */
    ovf: "ovf",
    /** Maglev hashing: as sh, and a change of the pool moves few clients. */
    mh: "mh",
    /** Power of two choices. Not in every kernel that has IPVS. */
    twos: "twos",
} as const;
export type LvsSched = (typeof LvsSched)[keyof typeof LvsSched];

/** The scheduler of a virtual server and its flags. */
export interface SchedulerSettings {
    /** How a connection gets its real server (keepalived `lvs_sched`). Defaults to `rr`. */
    lvsSched?: LvsSched;
    /** The client's port counts in the hash too; with `sh` (keepalived `sh-port`). Defaults to false. */
    shPort?: boolean;
    /** A client whose server is out gets another one; with `sh` (keepalived `sh-fallback`). Defaults to false. */
    shFallback?: boolean;
    /** The client's port counts in the hash too; with `mh` (keepalived `mh-port`). Defaults to false. */
    mhPort?: boolean;
    /** A client whose server is out gets another one; with `mh` (keepalived `mh-fallback`). Defaults to false. */
    mhFallback?: boolean;
}

/** The scheduler of a virtual server. */
export function schedulerOf({ lvsSched = LvsSched.rr }: SchedulerSettings): LvsSched {
    return lvsSched;
}

/** keepalived wants the flags after the scheduler that they belong to. */
export const schedulerKeywords: Keywords<SchedulerSettings> = {
    lvsSched: { keyword: "lvs_sched", type: oneOf(LvsSched) },
    shPort: { keyword: "sh-port", type: flag },
    shFallback: { keyword: "sh-fallback", type: flag },
    mhPort: { keyword: "mh-port", type: flag, since: "2.0.20" },
    mhFallback: { keyword: "mh-fallback", type: flag, since: "2.0.20" },
};

const newSchedulers = new Map<LvsSched, string>([
    [LvsSched.fo, "1.3.6"],
    [LvsSched.ovf, "1.3.6"],
    [LvsSched.mh, "2.0.7"],
    [LvsSched.twos, "2.2.5"],
]);

/** Flags belong to one scheduler each, and the newer schedulers to newer versions. */
export function schedulerProblems(
    path: string,
    settings: SchedulerSettings,
    target: Target,
): Problem[] {
    const lvsSched = schedulerOf(settings);
    const flags = ["shPort", "shFallback", "mhPort", "mhFallback"] as const;
    return [
        ...tooNew(
            `${path}.lvsSched`,
            { keyword: lvsSched, since: newSchedulers.get(lvsSched) },
            target,
        ),
        ...flags.flatMap((name) =>
            problemIf(
                settings[name] === true && name.slice(0, 2) !== lvsSched,
                `${path}.${name}`,
                `is a flag of ${name.slice(0, 2)}, and lvsSched is ${quote(lvsSched)}: remove it`,
            ),
        ),
    ];
}

/** The flags as ipvsadm prints them, after `-b`. */
export function schedulerFlags(settings: SchedulerSettings): string[] {
    return [
        ...(settings.shFallback ? ["sh-fallback"] : []),
        ...(settings.shPort ? ["sh-port"] : []),
        ...(settings.mhFallback ? ["mh-fallback"] : []),
        ...(settings.mhPort ? ["mh-port"] : []),
    ];
}
