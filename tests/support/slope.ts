/**
 * How many times the processor time something takes at four times the size: four where it grows with
 * the size, sixteen where it grows with the square. The small one is done four times, so that what the
 * machine does meanwhile hits both alike; of each the least of four counts, all in turn. The small one
 * comes first: code runs slowly until it has run for a while.
 */
export async function slope(work: (size: number) => unknown): Promise<number> {
    const least = { large: Infinity, small: Infinity };
    for (let round = 0; round < 4; round++) {
        const four = async () => {
            for (let times = 0; times < 4; times++) await work(1);
        };
        least.small = Math.min(least.small, await processorTime(four));
        least.large = Math.min(least.large, await processorTime(() => work(4)));
    }
    return (4 * least.large) / least.small;
}

async function processorTime(work: () => unknown): Promise<number> {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    return user + system;
}
