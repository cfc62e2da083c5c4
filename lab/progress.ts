/** Print a step and its duration on stderr. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    process.stderr.write(`${title} ...\n`);
    const result = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stderr.write(`${title}: ${seconds} s\n`);
    return result;
}

/** A problem that the user can solve. It is printed without a stack trace. */
export class UserError extends Error {}
