import { type Problem, problemIf, quote, Warning, warningIf } from "../../problems";
import { highestGain, type Tracked } from "./track";

/** A director in an instance, with its priority while nothing is tracked. */
interface Elected {
    readonly name: string;
    readonly priority: number;
}

/** Check that a tracked object can change which director is active; `directors` are in order of preference. */
export function failoverProblems(
    path: string,
    tracked: readonly Tracked[],
    directors: readonly Elected[],
    nopreempt: boolean,
): Problem[] {
    const pairs = directors.slice(1).map((next, index) => [directors[index]!, next] as const);
    // Other rules refuse a priority above 254.
    const isRefused = nopreempt || (directors[0]?.priority ?? 0) + highestGain(tracked) > 254;
    // With weight 0 a director gives up the virtual IPs, whatever the priorities are.
    return tracked
        .filter(({ weight }) => weight !== 0 && pairs.length > 0)
        .flatMap((one) => {
            const at = `${path}.${one.field}[${one.index}]`;
            const weak = pairs.find(([active, next]) => staysActive(one, tracked, active, next));
            return [
                ...problemIf(
                    nopreempt,
                    at,
                    `With nopreempt no director replaces an active one of lower priority, so weight ${one.weight} of ${quote(one.name)} causes no failover. Use weight 0, which gives up the virtual IPs, or remove nopreempt.`,
                ),
                ...(weak === undefined || isRefused ? [] : weakWeight(at, one, tracked, ...weak)),
            ];
        });
}

function weakWeight(
    path: string,
    one: Tracked,
    tracked: readonly Tracked[],
    active: Elected,
    next: Elected,
): Problem[] {
    const [from, other] = [active, next].map((director) => priorityOf(director, tracked, []));
    const to = priorityOf(active, tracked, [one]);
    const unless = priorityOf(active, tracked, tracked) < other! ? " unless others fail too" : "";
    return warningIf(
        true,
        Warning.weakWeight,
        path,
        `Weight ${one.weight} of ${quote(one.name)} takes ${active.name} from priority ${from} to ${to}, not below ${other} of ${next.name}, so ${active.name} stays active${unless}. Use a weight beyond ${from! - other!}, or 0 to give up the virtual IPs.`,
    );
}

/** Does a director stay active while one object fails there, and no object fails on the next one? */
function staysActive(
    one: Tracked,
    tracked: readonly Tracked[],
    active: Elected,
    next: Elected,
): boolean {
    // The number in a file can be anything.
    if (one.field === "trackFile") return false;
    return priorityOf(active, tracked, [one]) >= priorityOf(next, tracked, []);
}

/** Priority of a director while some of the tracked objects lower it. */
function priorityOf(
    { priority }: Elected,
    tracked: readonly Tracked[],
    failed: readonly Tracked[],
): number {
    const sum = tracked
        .filter(({ field }) => field !== "trackFile")
        .map((one) => changeOf(one, failed.includes(one)))
        .reduce((total, change) => total + change, priority);
    return Math.max(1, sum);
}

/** A weight above 0 counts while all is well, and one below 0 while it is not. `reverse` changes the sign. */
function changeOf({ weight, reverse }: Tracked, lowers: boolean): number {
    const change = reverse ? -weight : weight;
    return lowers ? Math.min(0, change) : Math.max(0, change);
}
