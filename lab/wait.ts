import { setTimeout as sleep } from "node:timers/promises";

/** Deadline of a wait that claims no time, in ms: a busy machine may be very slow. */
export const patienceMs = 60_000;

/**
 * Repeat `condition` until it returns something other than `false` or `undefined`, and return that.
 * The interval grows with the time waited, because each check costs the hosts time. After
 * `deadlineMs` it throws with the last result, or with the error of the condition.
 */
export async function waitUntil<T>(
    what: string,
    deadlineMs: number,
    condition: () => Promise<T | false | undefined> | T | false | undefined,
    intervalMs = 100,
): Promise<T> {
    const start = performance.now();
    let last: unknown;
    for (;;) {
        try {
            last = await condition();
            if (last !== false && last !== undefined) return last as T;
        } catch (error) {
            if (error instanceof GiveUp) throw error;
            last = error;
        }
        const waitedMs = performance.now() - start;
        if (waitedMs > deadlineMs) break;
        await sleep(Math.max(intervalMs, waitedMs / 10));
    }
    const seen = last instanceof Error ? last.message : String(last);
    throw new Error(`${what}: not within ${deadlineMs / 1000} s. Last seen: ${seen}`);
}

/** Thrown by a condition that can never become true: `waitUntil` fails at once. */
export class GiveUp extends Error {}
