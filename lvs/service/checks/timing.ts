import { decimal, type Keywords, type Kind, onOff, integer } from "../../keepalived/keywords";
import { type Problem, Warning, warningIf } from "../../problems";

/** Retries of a check. */
export interface CheckRetries {
    /** Number of retries before the server counts as down, 0 to 100 (keepalived `retry`). Defaults to the pool member's, then the virtual server's, then 1. */
    retry?: number;
    /** Seconds between attempts, 0 to 3600 (keepalived `delay_before_retry`). Defaults to the pool member's, then the virtual server's, then 1. @decimal */
    delayBeforeRetry?: number;
    /** Seconds over which first checks are spread at random, 0 to 3600 (keepalived `warmup`). Defaults to the pool member's, then the virtual server's, then the delay loop. @decimal */
    warmup?: number;
}

/** Timing of a check. The nearest value counts: the check's, the pool member's, the virtual server's. */
export interface CheckTiming extends CheckRetries {
    /** Seconds to wait for an answer, 0.01 to 3600 (keepalived `connect_timeout`). Defaults to the pool member's, then the virtual server's, then 2. @decimal */
    connectTimeout?: number;
}

/** Settings of every check that keepalived repeats. */
export interface RepeatedCheck extends CheckRetries {
    /** Seconds between checks, 0.01 to 86400 (keepalived `delay_loop`). Defaults to the pool member's. @decimal */
    delayLoop?: number;
    /** Count the server as down until this check succeeds (keepalived `alpha`). Defaults to the virtual server's. */
    alpha?: boolean;
    /** Log every failed attempt, and not only the last (keepalived `log_all_failures`). Defaults to false. */
    logAllFailures?: boolean;
}

/** Seconds between checks of a virtual server. */
export function delayLoopOf({ delayLoop = 5 }: { readonly delayLoop?: number }): number {
    return delayLoop;
}

/** The longest check that fits into 5 seconds: a failed server is removed within ten seconds. */
export const defaultTiming = { connectTimeout: 2, retry: 1, delayBeforeRetry: 1 };

/** Seconds, which every version accepts as whole numbers. */
function seconds(least: number, most: number): Kind<number> {
    return decimal(least, most, { unit: "seconds", decimalsSince: "2.0.13" });
}

/** Seconds between checks of a virtual server, a pool member or a check. */
export const delayLoop = seconds(0.01, 86400);

const retryKeywords: Keywords<CheckRetries> = {
    retry: { keyword: "retry", type: integer(0, 100, "attempts") },
    delayBeforeRetry: { keyword: "delay_before_retry", type: seconds(0, 3600) },
    warmup: { keyword: "warmup", type: seconds(0, 3600) },
};

export const timingKeywords: Keywords<CheckTiming> = {
    connectTimeout: { keyword: "connect_timeout", type: seconds(0.01, 3600) },
    ...retryKeywords,
};

export const repeatedKeywords: Keywords<RepeatedCheck> = {
    ...retryKeywords,
    delayLoop: { keyword: "delay_loop", type: delayLoop, since: "1.3.7" },
    alpha: { keyword: "alpha", type: onOff, since: "1.3.7" },
    logAllFailures: { keyword: "log_all_failures", type: onOff, since: "2.0.11" },
};

/** Choose the nearest timing; `levels` begin with the nearest. */
export function nearestTiming(...levels: CheckTiming[]): CheckTiming {
    const nearest = (field: keyof CheckTiming) =>
        levels.map((level) => level[field]).find((value) => value !== undefined);
    return {
        connectTimeout: nearest("connectTimeout"),
        retry: nearest("retry"),
        delayBeforeRetry: nearest("delayBeforeRetry"),
        warmup: nearest("warmup"),
    };
}

/** keepalived starts the next check when the last one has ended, so a long check delays all that follow. */
export function durationProblems(path: string, timing: CheckTiming, delayLoop: number): Problem[] {
    const { connectTimeout = 0, retry = 0, delayBeforeRetry = 0 } = timing;
    // In seconds, 3 × 0.1 would be more than 0.3.
    const longest =
        (retry + 1) * Math.round(connectTimeout * 1000) +
        retry * Math.round(delayBeforeRetry * 1000);
    return warningIf(
        // A delayLoop of 0 has its own problem.
        delayLoop > 0 && longest > Math.round(delayLoop * 1000),
        Warning.slowCheck,
        path,
        `The check takes up to ${longest / 1000} s, (retry + 1) × connectTimeout + retry × delayBeforeRetry = ` +
            `${retry + 1} × ${connectTimeout} + ${retry} × ${delayBeforeRetry}, ` +
            `and delayLoop is ${delayLoop} s. Lower these values, or raise delayLoop.`,
    );
}
