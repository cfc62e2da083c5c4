import { isInNetwork, isNetwork } from "../addresses";
import type { Cluster } from "../model";
import { instancesSharedByNat } from "../nat";
import { memberMethodOf, type Pool, poolAddresses } from "../service/poolMember";
import { contextOf } from "../virtualIps";
import { problemsOfEach, type Problem, problemIf, quote, Warning, warningIf } from "../problems";
import { familyIn } from "../service/destination";
import { LvsMethod } from "../service/lvsMethod";

/** Answers to NAT clients must pass through the director, so real servers may have no direct route to clients. */
export function natProblems(
    cluster: Cluster,
    { virtualServer, members }: Pool,
    path: string,
): Problem[] {
    const { clientNetworks } = virtualServer;
    const nat = members.filter(
        ({ member }) => memberMethodOf(virtualServer, member) === LvsMethod.NAT,
    );
    const addresses = poolAddresses(nat, familyIn(virtualServer));
    const oneArmed =
        new Set(cluster.vrrpInstances.map((instance) => instance.interface)).size === 1;
    return [
        ...problemsOfEach(`${path}.clientNetworks`, clientNetworks, (network, at) => [
            ...problemIf(
                !isNetwork(network),
                at,
                `${quote(network)} is not a prefix. Use one such as 192.0.2.0/24.`,
            ),
            ...warningIf(
                isNetwork(network) && addresses.some((address) => isInNetwork(address, network)),
                Warning.directAnswers,
                at,
                `${quote(network)} contains real servers, which answer clients in their own network directly. Use FULLNAT if there are such clients.`,
            ),
        ]),
        ...warningIf(
            nat.length > 0 && oneArmed && clientNetworks === undefined,
            Warning.directAnswers,
            `${path}.lvsMethod`,
            "NAT with a single network fails for clients inside that network. List the networks of clients in clientNetworks, or use FULLNAT.",
        ),
    ];
}

/** Sync groups of the user keep the instances together that NAT needs on one director. */
export function splitInstanceProblems(cluster: Cluster): Problem[] {
    const { vrrpSyncGroups: groups } = cluster;
    if (groups === undefined) return [];
    const shared = instancesSharedByNat(cluster, contextOf(cluster));
    const together = groups.some(({ group }) => shared.every((name) => group.includes(name)));
    return problemIf(
        shared.length > 0 && !together,
        "vrrpSyncGroups",
        `NAT needs ${shared.join(" and ")} on one director, and no group has them together. Put them in one group.`,
    );
}
