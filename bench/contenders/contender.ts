import type { LabCluster } from "../../lab/cluster";
import type { RunResult } from "../../lab/run";
import type { StackConfig } from "../../lab/stack";

/** A cluster's whole configuration. */
export type Config = Required<StackConfig>;

/** Result of a change. */
export interface ToolResult {
    /** Seconds from the start of the tool to its end. */
    seconds: number;
    /** Output of the tool. */
    output: string;
    /** Whether the tool ended with an error. */
    failed: boolean;
}

/** A tool that moves hosts from one configuration to another. */
export interface Contender {
    name: string;
    /** Change the hosts. Hosts that only `from` has are taken out of service. */
    change(cluster: LabCluster, to: Config, from?: Config): Promise<ToolResult>;
}

/** Run a tool and measure it. Preparation and clean-up do not count. */
export async function timed(work: () => Promise<RunResult>): Promise<ToolResult> {
    const start = performance.now();
    const { status, stdout, stderr } = await work();
    const seconds = (performance.now() - start) / 1000;
    return { seconds, output: stdout + stderr, failed: status !== 0 };
}
