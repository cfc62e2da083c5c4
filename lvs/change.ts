import { matching, checkValue, type Target, integer } from "./keepalived/keywords";
import { type Problem, problemIf } from "./problems";

/** How a cluster that serves is changed. */
export interface ChangeSettings {
    /** Seconds that the connections of a real server have to end when it leaves a pool, 0 to 240. Defaults to 10. */
    drainTimeout?: number;
    /** Whether a director that owns virtual IPs hands them to another one before it is changed, with a new start of keepalived instead of a reload; from two directors on. Defaults to false: a reload keeps them, and what is connected. */
    handOver?: boolean;
    /** A word that has not stood here before makes the next `up` go to every host and mend what somebody has changed there. It may be that a director's keepalived is started anew for it. Defaults to none. */
    repair?: string;
}

const seconds = integer("a number of seconds", 0, 240);
const word = matching(/^[\x21-\x7e]{1,64}$/, "a word: 1 to 64 characters without blanks");

/** What is wrong with how a cluster is to be changed. */
export function changeProblems(
    { drainTimeout, handOver, repair }: ChangeSettings,
    directors: readonly unknown[],
    target: Target,
): Problem[] {
    return [
        ...checkValue("drainTimeout", seconds, drainTimeout, target),
        ...checkValue("repair", word, repair, target),
        ...problemIf(
            handOver === true && directors.length < 2,
            "handOver",
            "takes another director to hand over to: add one, or leave it out",
        ),
    ];
}

/** How a cluster that serves is changed, with every default resolved. */
export interface ChangePlan {
    /** Seconds. */
    readonly drainTimeout: number;
    readonly handOver: boolean;
    readonly repair?: string;
}

/** Resolve how a cluster that serves is changed. */
export function planChange({
    drainTimeout = 10,
    handOver = false,
    repair,
}: ChangeSettings): ChangePlan {
    return { drainTimeout, handOver, repair };
}
