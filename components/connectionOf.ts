import type { HostConnectionArgs } from "../host/connection";
import type { LvsClusterArgs } from "./args";

/** Login on one host: its own fields, and the cluster's for the rest. */
export function connectionOf(
    { connection = {} }: LvsClusterArgs,
    host: HostConnectionArgs,
): HostConnectionArgs {
    const all: Record<string, unknown> & HostConnectionArgs = { ...host };
    for (const [field, value] of Object.entries(connection)) {
        // An empty value is a mistake, and not replaced by the cluster's.
        if (all[field] === undefined) all[field] = value;
    }
    return all;
}
