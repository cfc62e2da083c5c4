import fc from "fast-check";

/** Do property tests try many more cases? FULL=1 in the environment asks for it. */
export const isFull = process.env.FULL === "1";

/** Seed of the random cases: always the same, unless SEED in the environment sets another. */
export const seed = Number(process.env.SEED ?? 62);

/** Parameters for fast-check: a number of cases in every run, twenty times as many with FULL=1. */
export function cases(count: number): { seed: number; numRuns: number } {
    return { seed, numRuns: isFull ? count * 20 : count };
}

const codePoints = fc.oneof(
    fc.integer({ min: 0, max: 0xff }),
    fc.integer({ min: 0x100, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
);

/**
 * Any character, often one of the first 256, for `fc.string({ unit: anyCharacter })`. fast-check needs
 * most of a second for the first string of its own unit "binary".
 */
export const anyCharacter = codePoints.map((code) => String.fromCodePoint(code));
