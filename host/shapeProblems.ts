import { type Problem, problem, quote, refusalsOf } from "../lvs/problems";
import type { Reading } from "./arguments";
import { isPending } from "./isKnown";
import { holdsSecrets, type Shape } from "./schema";

/** A problem of a value's shape. */
export interface ShapeProblem extends Problem {
    /** Is the value lost? A field with a typo in its name is read all the same. */
    readonly isLost: boolean;
}

/**
 * Name a value of the wrong shape in a message. A secret may be anywhere in it: under a mistyped name, or
 * in text that should have fields. So a message repeats only single values that no secret can be in.
 */
export function shown(shape: Shape, given: unknown): string {
    if (given === undefined || given === null) return quote(given);
    if (isPending(given)) return "An output";
    if (holdsSecrets(shape)) return "The value (not shown, it may be secret)";
    if (Array.isArray(given)) return "A list";
    if (typeof given === "function") return "A function";
    return typeof given === "object" ? "An object" : quote(given);
}

export function shapeProblem(path: string, reason: string, isLost: boolean): ShapeProblem[] {
    return problem(path, reason).map((one) => ({ ...one, isLost }));
}

/** Say what to give in place of a value of the wrong type. */
export function adviceFor(type: string, given: unknown): string {
    const isScalar = typeof given === "number" || typeof given === "boolean";
    const advice: Record<string, string> = {
        string: `is not text. ${isScalar ? "Put it in quotes" : "Use text"}.`,
        number: "is not a number. Use one.",
        boolean: "is neither true nor false. Use one of them.",
        array: "is not a list. Give one, or remove the key.",
    };
    return advice[type] ?? "has no fields. Give them by name.";
}

/**
 * Report values that break a rule, although other values have the wrong shape. A lost value can cause such
 * problems, so those of its object are left out. If other values can refer to a lost one, no rule is checked.
 */
export function brokenRules<Model>(
    shape: Shape,
    { value, problems }: Reading,
    rules: (model: Model) => Problem[],
): Problem[] {
    const lost = problems.filter(({ isLost }) => isLost).map(({ path }) => path);
    const isReferredTo = (path: string) =>
        /(\]|\.name|\.host)$/.test(path) || shape.properties![path]?.type === "array";
    if (value === undefined || lost.some(isReferredTo)) return [];
    const objects = new Set(lost.map(objectOf));
    return refusalsOf(rules(value as Model)).filter(
        ({ path }) =>
            !objects.has(path) &&
            !objects.has(objectOf(path)) &&
            !lost.some((one) => path.startsWith(`${one}.`) || path.startsWith(`${one}[`)),
    );
}

/** Path of the object that a field belongs to. */
function objectOf(path: string): string {
    return path.slice(0, Math.max(path.lastIndexOf("."), 0));
}
