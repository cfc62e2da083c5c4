import { matching, checkValue, type Target, integer } from "./keepalived/keywords";
import { type Problem, problemIf } from "./problems";

/** How changes are applied while the cluster serves. */
export interface ChangeSettings {
    /** Seconds that the connections of a removed real server have to end, 0 to 240. Defaults to 10. */
    drainTimeout?: number;
    /** Let an active director hand its virtual IPs over before it is changed, by a restart of keepalived instead of a reload. Needs two directors. Defaults to false: a reload, which keeps virtual IPs and connections. */
    handOver?: boolean;
    /** Any new word makes the next `up` connect to every host and repair manual changes. Repair may restart keepalived on a director. Defaults to none. */
    repair?: string;
}

const seconds = integer(0, 240, "seconds");
const word = matching(/^[\x21-\x7e]{1,64}$/, "a word", "up to 64 ASCII characters without blanks");

/** Check how changes are applied. */
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
            "A single director has no other to hand over to. Add a director, or remove handOver.",
        ),
    ];
}

/** How changes are applied, with every default resolved. */
export interface ChangePlan {
    /** Seconds. */
    readonly drainTimeout: number;
    readonly handOver: boolean;
    readonly repair?: string;
}

/** Resolve how changes are applied. */
export function planChange({
    drainTimeout = 10,
    handOver = false,
    repair,
}: ChangeSettings): ChangePlan {
    return { drainTimeout, handOver, repair };
}
