/** Rounds at most. Other work and the collection of garbage disturb a few of them. */
const rounds = 12;

/** Far from 4, the result of linear work, and from 16, that of a square. */
const undisturbed = 4.5;

/**
 * Compare the processor time of work at one size and at four times that size: the result is 4 if time
 * grows with the size, 16 if it grows with the square. The small work runs four times, so that other
 * work on the machine affects both alike. Each counts with its least time so far: rounds end as soon as
 * the result is that of undisturbed linear work. The small work comes first, because code runs slowly at
 * first.
 */
export async function slope(work: (size: number) => unknown): Promise<number> {
    const least = { large: Infinity, small: Infinity };
    const ratio = () => (4 * least.large) / least.small;
    for (let round = 0; round < rounds && !(ratio() <= undisturbed); round++) {
        const four = async () => {
            for (let times = 0; times < 4; times++) await work(1);
        };
        least.small = Math.min(least.small, await processorTime(four));
        least.large = Math.min(least.large, await processorTime(() => work(4)));
    }
    return ratio();
}

async function processorTime(work: () => unknown): Promise<number> {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    return user + system;
}
