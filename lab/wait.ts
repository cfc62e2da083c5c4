import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until `condition` gives something other than `false` or `undefined`, and returns that. It asks
 * every `intervalMs`, and the longer it has waited the more rarely, for asking costs the hosts time
 * that they need for what is waited for. After `deadlineMs` it throws, and says what was waited for
 * and what was last seen: the condition's own error, if it threw one.
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

/** Thrown by a condition that cannot come true any more: `waitUntil` ends at once. */
export class GiveUp extends Error {}
