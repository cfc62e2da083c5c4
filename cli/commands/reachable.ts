import { type ClusterHost, inventoriesIn } from "../inventory";
import { stackOutputs, type StackOptions } from "../pulumi";
import type { RenderedHost } from "../rendered";

/**
 * How to reach rendered hosts: as the stack's outputs say, before its first `up` as its configuration
 * does; others by their names, which the user's ssh may know.
 */
export async function reachable(
    options: StackOptions,
    { hosts, configured }: { hosts: RenderedHost[]; configured: ClusterHost[] },
): Promise<ClusterHost[]> {
    const inventories = inventoriesIn(await stackOutputs(options));
    const known = [...inventories.flatMap((inventory) => inventory.hosts), ...configured];
    return hosts.map(({ name }) => known.find((host) => host.name === name) ?? byName(name));
}

function byName(name: string): ClusterHost {
    return { name, role: "", host: name, hostKey: "", addresses: [] };
}
