/** A way to do what is measured, and what one time of it takes, in whatever unit. */
export type Contenders = Record<string, () => Promise<number>>;

/** What each of them took, smallest first: all in turn, in each round, since the machine's speed drifts. */
export async function interleaved(
    contenders: Contenders,
    rounds: number,
): Promise<Record<string, number[]>> {
    const names = Object.keys(contenders);
    const taken = Object.fromEntries(names.map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round++) {
        // Who comes first is another one each time: it finds other caches than those after it.
        for (const name of [...names.slice(round % names.length), ...names].slice(
            0,
            names.length,
        )) {
            taken[name]!.push(await contenders[name]!());
        }
    }
    for (const samples of Object.values(taken)) samples.sort((a, b) => a - b);
    return taken;
}

/** The one in the middle; `sorted` is what `interleaved` gives. */
export function median(sorted: number[]): number {
    return sorted[Math.floor(sorted.length / 2)]!;
}

/** How long some work takes, in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
}

/** One contender in a line: the median, the least and the most, and the ratio to its peer. */
export function line(name: string, sorted: number[], unit: string, peer?: number[]): string {
    const ratio = peer === undefined ? "" : `, ${(median(sorted) / median(peer)).toFixed(2)} ×`;
    const [least, most] = [sorted[0]!, sorted.at(-1)!].map((one) => one.toFixed(2));
    return `${name.padEnd(40)} median ${median(sorted).toFixed(2)} ${unit} (${least}–${most})${ratio}`;
}
