import { hostsNamed, type ClusterHost, configuredHosts, inventoriesIn } from "../inventory";
import { preview, stackOutputs, type StackOptions } from "../pulumi";
import { CliError } from "../cliError";
import { type RenderedHost, renderedHosts } from "../rendered";

/** The hosts that the next `up` would set up. */
export interface Previewed {
    hosts: RenderedHost[];
    /** The hosts in the configuration, and how to reach them. */
    configured: ClusterHost[];
}

/** Preview the current program and configuration, and pick the named hosts. */
export async function previewHosts(
    options: StackOptions & { hosts?: string[]; configFile?: string },
): Promise<Previewed> {
    const found = await preview(options);
    const hosts = renderedHosts(found);
    if (hosts.length === 0) {
        throw new CliError(
            "the preview has no LVS host. Run `lvs` in the folder of a program that makes a cluster.",
        );
    }
    return {
        hosts: hostsNamed(hosts, options.hosts ?? []),
        configured: configuredHosts(found.config),
    };
}

/** Find out how to reach hosts: from the outputs of the stack, and before its first `up` from its configuration. */
export async function knownHosts(
    options: StackOptions,
    { configured }: Previewed,
): Promise<ClusterHost[]> {
    const inventories = inventoriesIn(await stackOutputs(options));
    return [...inventories.flatMap(({ hosts }) => hosts), ...configured];
}

/** Find out how to reach rendered hosts. For an unknown host ssh gets its name. */
export async function connectionsTo(
    options: StackOptions,
    found: Previewed,
): Promise<ClusterHost[]> {
    const known = await knownHosts(options, found);
    return found.hosts.map(({ name }) => known.find((host) => host.name === name) ?? byName(name));
}

function byName(name: string): ClusterHost {
    return { name, role: "", host: name, hostKey: "", addresses: [] };
}
