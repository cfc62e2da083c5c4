import type { LabCluster } from "../../lab/cluster";
import type { RunResult } from "../../lab/run";
import type { StackConfig } from "../../lab/stack";

/** A cluster's whole configuration. */
export type Config = Required<StackConfig>;

/** What came of a change. */
export interface Outcome {
    /** From the start of the tool to its end. */
    seconds: number;
    /** What it printed. */
    printed: string;
    /** Did it end with an error? */
    failed: boolean;
}

/** A tool that brings hosts from one configuration to another. */
export interface Contender {
    name: string;
    /** Changes the hosts; those that `from` has and `to` has not are taken out of service. */
    change(cluster: LabCluster, to: Config, from?: Config): Promise<Outcome>;
}

/** What came of running a tool; getting things ready for it, and clearing up after it, do not count. */
export async function timed(work: () => Promise<RunResult>): Promise<Outcome> {
    const start = performance.now();
    const { status, stdout, stderr } = await work();
    const seconds = (performance.now() - start) / 1000;
    return { seconds, printed: stdout + stderr, failed: status !== 0 };
}
