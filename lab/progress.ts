/** Says what is being done and how long it took: one line a step, on stderr. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    process.stderr.write(`${title} ...\n`);
    const result = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stderr.write(`${title}: ${seconds} s\n`);
    return result;
}

/** A problem that the person at the keyboard can solve: shown without a stack trace. */
export class Refusal extends Error {}
