/** Path into a value: field names and list indexes. */
export type Place = (string | number)[];

/** A text somewhere in a user's arguments. */
export interface Leaf {
    place: Place;
    /** Place as problems name it. */
    path: string;
    text: string;
}

/** List all texts in a value. */
export function leavesOf(value: unknown, place: Place = []): Leaf[] {
    if (typeof value === "string") return [leafAt(place, value)];
    return stepsInto(value).flatMap((step) => leavesOf(childOf(value, step), [...place, step]));
}

export function leafAt(place: Place, text: string): Leaf {
    const steps = place.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
    return { place, path: steps.join("").slice(1), text };
}

/** Value at a place. */
export function valueAt(value: unknown, place: Place): unknown {
    return place.reduce(childOf, value);
}

/** Copy a value with another one at a place. */
export function replaced<T>(value: T, [step, ...rest]: Place, by: unknown): T {
    if (step === undefined) return by as T;
    const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as T;
    const field = step as keyof T;
    copy[field] = replaced(copy[field], rest, by);
    return copy;
}

/** Copy a value and rename something wherever it is named. */
export function renamed<T>(value: T, name: string, text: string): T {
    const named = leavesOf(value).filter((leaf) => leaf.text === name);
    return named.reduce((whole, { place }) => replaced(whole, place, text), value);
}

/** Remove list items and blocks that a place does not need. Returns the rest and the place in it. */
export function isolated<T>(
    value: T,
    place: Place,
    isRight: (smaller: T) => boolean,
): { value: T; place: Place } {
    let least = { value, place };
    let gone: Place | undefined;
    for (const part of partsOf(value).filter((one) => !isRelated(one, place))) {
        // Parts inside a removed part follow directly after it.
        if (gone && isRelated(gone, part)) continue;
        const smaller = without(least.value, part);
        if (!isRight(smaller)) continue;
        gone = part;
        least = { value: smaller, place: placeWithout(part, least.place) };
    }
    return least;
}

/** Places of list items and blocks: the last first, and each before those inside it. */
function partsOf(value: unknown, place: Place = []): Place[] {
    return stepsInto(value)
        .reverse()
        .flatMap((step) => {
            const [inner, child] = [[...place, step], childOf(value, step)];
            const isBlock = typeof child === "object" && !Array.isArray(child);
            const below = partsOf(child, inner);
            return Array.isArray(value) || isBlock ? [inner, ...below] : below;
        });
}

/** Is one place inside the other? */
function isRelated(one: Place, other: Place): boolean {
    const length = Math.min(one.length, other.length);
    return one.slice(0, length).every((step, depth) => step === other[depth]);
}

function without<T>(value: T, part: Place): T {
    const [holder, last] = [part.slice(0, -1), part.at(-1)];
    const all = valueAt(value, holder);
    const others = Array.isArray(all)
        ? all.filter((_, index) => index !== last)
        : Object.fromEntries(Object.entries(all as object).filter(([key]) => key !== last));
    return replaced(value, holder, others);
}

/** Move a place after the removal of another part: later items of the same list move up. */
function placeWithout(part: Place, place: Place): Place {
    const depth = part.length - 1;
    const [step, own] = [part[depth]!, place[depth]];
    const isInList = part.slice(0, depth).every((one, at) => one === place[at]);
    return isInList && typeof own === "number" && own > Number(step)
        ? replaced(place, [depth], own - 1)
        : place;
}

function stepsInto(value: unknown): Place {
    if (typeof value !== "object" || value === null) return [];
    return Array.isArray(value) ? [...value.keys()] : Object.keys(value);
}

function childOf(value: unknown, step: string | number): unknown {
    return (value as Record<string | number, unknown>)[step];
}
