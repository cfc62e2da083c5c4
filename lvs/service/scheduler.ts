import { flag, type Keywords, oneOf, type Target, tooNew } from "../keepalived/keywords";
import { type Problem, problemIf, quote } from "../problems";

/** Scheduler: how IPVS chooses the real server for a new connection (keepalived `lvs_sched`, ipvsadm `-s`). */
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
    /** Weighted failover: the available server with the highest weight gets all connections. */
    fo: "fo",
    /** Weighted overflow: as fo, until a server has more connections than its weight. */
    ovf: "ovf",
    /** Maglev hashing: as sh, but a change of the pool moves few clients. */
    mh: "mh",
    /** Power of two choices. Some kernels with IPVS lack it. */
    twos: "twos",
} as const;
export type LvsSched = (typeof LvsSched)[keyof typeof LvsSched];

/** Scheduler of a virtual server and its flags. */
export interface SchedulerSettings {
    /** Scheduler (keepalived `lvs_sched`). Defaults to `rr`. */
    lvsSched?: LvsSched;
    /** Include the client's port in the hash, for `sh` (keepalived `sh-port`). Defaults to false. */
    shPort?: boolean;
    /** Give a client whose server is down another server, for `sh` (keepalived `sh-fallback`). Defaults to false. */
    shFallback?: boolean;
    /** Include the client's port in the hash, for `mh` (keepalived `mh-port`). Defaults to false. */
    mhPort?: boolean;
    /** Give a client whose server is down another server, for `mh` (keepalived `mh-fallback`). Defaults to false. */
    mhFallback?: boolean;
}

/** Scheduler of a virtual server. */
export function schedulerOf({ lvsSched = LvsSched.rr }: SchedulerSettings): LvsSched {
    return lvsSched;
}

/** keepalived requires the flags after their scheduler. */
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

/** Each flag belongs to one scheduler, and newer schedulers need newer versions. */
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
                `The flag belongs to ${name.slice(0, 2)}, and lvsSched is ${quote(lvsSched)}. Remove it.`,
            ),
        ),
    ];
}

/** Format the flags as ipvsadm does, after `-b`. */
export function schedulerFlags(settings: SchedulerSettings): string[] {
    return [
        ...(settings.shFallback ? ["sh-fallback"] : []),
        ...(settings.shPort ? ["sh-port"] : []),
        ...(settings.mhFallback ? ["mh-fallback"] : []),
        ...(settings.mhPort ? ["mh-port"] : []),
    ];
}
