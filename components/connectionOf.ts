import type { HostConnectionArgs } from "../host/connection";
import type { LvsClusterArgs } from "./args";

/** How one host is reached: its own fields over those of the cluster. */
export function connectionOf(
    { connection }: LvsClusterArgs,
    host: HostConnectionArgs,
): HostConnectionArgs {
    const own = Object.entries(host).filter(([, value]) => value !== undefined);
    return { ...connection, ...(Object.fromEntries(own) as HostConnectionArgs) };
}
