/** Ways to do the measured work. Each returns the cost of one run in any unit. */
export type Contenders = Record<string, () => Promise<number>>;

/**
 * Run all contenders in turn in each round, because the machine's speed drifts. Return their costs,
 * smallest first.
 */
export async function interleaved(
    contenders: Contenders,
    rounds: number,
): Promise<Record<string, number[]>> {
    const names = Object.keys(contenders);
    const costs = Object.fromEntries(names.map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
        // Rotate the order: the first contender finds different caches from the later ones.
        for (const name of [...names.slice(round % names.length), ...names].slice(
            0,
            names.length,
        )) {
            costs[name]!.push(await contenders[name]!());
        }
    }
    for (const samples of Object.values(costs)) samples.sort((a, b) => a - b);
    return costs;
}

/** Median of the values of `interleaved`. */
export function median(sorted: number[]): number {
    return sorted[Math.floor(sorted.length / 2)]!;
}

/** Seconds that some work takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
}

/** One contender as a line: median, minimum, maximum, and the ratio to its peer. */
export function summary(name: string, sorted: number[], unit: string, peer?: number[]): string {
    const ratio = peer === undefined ? "" : `, ${(median(sorted) / median(peer)).toFixed(2)} ×`;
    const [least, most] = [sorted[0]!, sorted.at(-1)!].map((one) => one.toFixed(2));
    return `${name.padEnd(40)} median ${median(sorted).toFixed(2)} ${unit} (${least}–${most})${ratio}`;
}
