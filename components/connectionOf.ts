import type { HostConnectionArgs } from "../host/connection";
import type { LvsClusterArgs } from "./args";

/** How one host is reached: its own fields over those of the cluster. */
export function connectionOf(
    { connection = {} }: LvsClusterArgs,
    host: HostConnectionArgs,
): HostConnectionArgs {
    const all: Record<string, unknown> & HostConnectionArgs = { ...host };
    for (const [field, value] of Object.entries(connection)) all[field] ??= value;
    return all;
}
