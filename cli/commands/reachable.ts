import { type ClusterHost, inventoriesIn } from "../inventory";
import { stackOutputs, type StackOptions } from "../pulumi";
import type { RenderedHost } from "../rendered";

/**
 * How to reach rendered hosts: as the stack's outputs say; those that are not there yet by their
 * names, which the user's ssh may know.
 */
export async function reachable(
    options: StackOptions,
    hosts: RenderedHost[],
): Promise<ClusterHost[]> {
    const known = inventoriesIn(await stackOutputs(options)).flatMap(
        (inventory) => inventory.hosts,
    );
    return hosts.map(({ name }) => known.find((host) => host.name === name) ?? byName(name));
}

function byName(name: string): ClusterHost {
    return { name, role: "", host: name, hostKey: "", addresses: [] };
}
