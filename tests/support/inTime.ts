import { patienceMs, waitUntil } from "../../lab/wait";

/** Seconds within which events have to happen, by name. Infinity: the event is only waited for. */
export type Bounds = Record<string, number>;

/** Additional seconds that a host needs for a check and for the report of its table. */
const margin = 3;

/**
 * Ask until all events have happened, and fail if one was late. `pending` returns the events that
 * have not happened yet, with their bounds in seconds from `start`.
 *
 * An event is late if a question after its bound still finds it pending. A busy machine slows down
 * hosts and questions alike, so the slowest question of the wait is added to the margin.
 */
export async function allInTime(
    what: string,
    pending: () => Promise<Bounds>,
    start = performance.now(),
): Promise<void> {
    const secondsSince = (time: number) => (performance.now() - time) / 1000;
    const found: { name: string; after: number; bound: number }[] = [];
    let slowest = 0;
    await waitUntil(what, patienceMs, async () => {
        const asked = performance.now();
        const after = secondsSince(start);
        const events = Object.entries(await pending());
        slowest = Math.max(slowest, secondsSince(asked));
        found.push(...events.map(([name, bound]) => ({ name, after, bound })));
        if (events.length === 0) return true;
        throw new Error(events.map(([name]) => name).join());
    });
    const late = found.filter(({ after, bound }) => after > bound + margin + slowest).at(-1);
    if (late) {
        const { name, after, bound } = late;
        const [seconds, allowed] = [after, bound + margin + slowest].map((time) => time.toFixed(1));
        throw new Error(`${name}: not yet after ${seconds} s, allowed are ${allowed} s`);
    }
}

/** Wait for one event that has to happen within `bound` seconds. An error means "not yet". */
export function inTime(
    event: string,
    bound: number,
    hasHappened: () => Promise<boolean>,
): Promise<void> {
    return allInTime(event, async () => {
        try {
            return (await hasHappened()) ? {} : { [event]: bound };
        } catch (error) {
            return { [error instanceof Error ? error.message : event]: bound };
        }
    });
}
