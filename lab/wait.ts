import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again and again until `condition` gives something other than `false` or `undefined`, and
 * returns that. After `deadlineMs` it throws, saying what was waited for and what was last seen:
 * the condition's own error, if it threw one.
 */
export async function waitUntil<T>(
    what: string,
    deadlineMs: number,
    condition: () => Promise<T | false | undefined> | T | false | undefined,
    intervalMs = 100,
): Promise<T> {
    const deadline = performance.now() + deadlineMs;
    let last: unknown;
    for (;;) {
        try {
            last = await condition();
            if (last !== false && last !== undefined) return last as T;
        } catch (error) {
            if (error instanceof GiveUp) throw error;
            last = error;
        }
        if (performance.now() > deadline) break;
        await sleep(intervalMs);
    }
    const seen = last instanceof Error ? last.message : String(last);
    throw new Error(`${what}: not within ${deadlineMs / 1000} s. Last seen: ${seen}`);
}

/** Thrown by a condition that cannot come true any more: `waitUntil` ends at once. */
export class GiveUp extends Error {}
