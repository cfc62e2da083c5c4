/**
 * Is a value an output or a promise? An output has a method `apply`, and a promise `then`. Plain data has no
 * methods. `lvs` uses this too, and Pulumi's own test takes half a second to load.
 */
export function isPending(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    const { apply, then } = value as { apply?: unknown; then?: unknown };
    return typeof apply === "function" || typeof then === "function";
}

/** Does a value contain no output and no promise? */
export function isKnown(value: unknown): boolean {
    if (isPending(value)) return false;
    if (typeof value !== "object" || value === null) return true;
    return Object.values(value).every(isKnown);
}
