/**
 * Does a value contain no output and no promise? An output has a method `apply`, and a promise `then`.
 * Plain data has no methods. `lvs` uses this too, and Pulumi's own test takes half a second to load.
 */
export function isKnown(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return true;
    const { apply, then } = value as { apply?: unknown; then?: unknown };
    if (typeof apply === "function" || typeof then === "function") return false;
    return Object.values(value).every(isKnown);
}
