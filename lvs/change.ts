import { matching, refusal, type Target, whole } from "./keepalived/keywords";
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

const seconds = whole("a number of seconds", 0, 240);
const word = matching(/^[\x21-\x7e]{1,64}$/, "a word: 1 to 64 characters without blanks");

/** What is wrong with how a cluster is to be changed. */
export function changeProblems(
    { drainTimeout, handOver, repair }: ChangeSettings,
    directors: readonly unknown[],
    target: Target,
): Problem[] {
    return [
        ...refusal("drainTimeout", seconds, drainTimeout, target),
        ...refusal("repair", word, repair, target),
        ...problemIf(
            handOver === true && directors.length < 2,
            "handOver",
            "takes another director to hand over to: add one, or leave it out",
        ),
    ];
}

/**
 * What the script of a director is told. `ownerLast` makes it put its change off while it owns a
 * virtual IP; a director that is not told so comes last, and sees that every virtual IP has an owner.
 */
export function changeOf(
    { drainTimeout = 10, handOver, repair }: ChangeSettings,
    { ownerLast }: { ownerLast: boolean },
) {
    return { drainTimeout, handOver, repair, ownerLast, proveOwned: !ownerLast };
}
