/**
 * Compare the processor time of work at one size and at four times that size: the result is 4 if time
 * grows with the size, 16 if it grows with the square. The small work runs four times, so that other
 * work on the machine affects both alike. Each counts with its least time of four rounds. The small work
 * comes first, because code runs slowly at first.
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
