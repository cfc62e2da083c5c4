import { chosen, type ClusterHost, configuredHosts, inventoriesIn } from "../inventory";
import { preview, stackOutputs, type StackOptions } from "../pulumi";
import { Refusal } from "../refusal";
import { type RenderedHost, renderedHosts } from "../rendered";

/** What the next `up` of a program would make. */
export interface Previewed {
    hosts: RenderedHost[];
    /** The hosts that the configuration names, and how they are reached. */
    configured: ClusterHost[];
}

/** The hosts that the current program and configuration make, or those of some names. */
export async function previewed(
    options: StackOptions & { hosts?: string[]; configFile?: string },
): Promise<Previewed> {
    const found = await preview(options);
    const hosts = renderedHosts(found);
    if (hosts.length === 0) {
        throw new Refusal("the program makes no LVS cluster: there is no host in its preview");
    }
    return {
        hosts: chosen(hosts, options.hosts ?? []),
        configured: configuredHosts(found.config),
    };
}

/** Hosts and how they are reached: as the stack's outputs say, before its first `up` as its configuration does. */
export async function knownHosts(
    options: StackOptions,
    { configured }: Previewed,
): Promise<ClusterHost[]> {
    const inventories = inventoriesIn(await stackOutputs(options));
    return [...inventories.flatMap(({ hosts }) => hosts), ...configured];
}

/** How to reach rendered hosts; those that are not known by their names, which the user's ssh may know. */
export async function reachable(options: StackOptions, found: Previewed): Promise<ClusterHost[]> {
    const known = await knownHosts(options, found);
    return found.hosts.map(({ name }) => known.find((host) => host.name === name) ?? byName(name));
}

function byName(name: string): ClusterHost {
    return { name, role: "", host: name, hostKey: "", addresses: [] };
}
