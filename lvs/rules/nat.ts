import { isInNetwork, isNetwork } from "../addresses";
import type { Cluster } from "../model";
import { instancesSharedByNat } from "../nat";
import { contextOf, memberMethodOf, type Pool, poolAddresses } from "../pool";
import { problemsOfEach, type Problem, problemIf, quote } from "../problems";
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
    const oneArmed = new Set(cluster.vrrpInstances.map((instance) => instance.interface)).size < 2;
    return [
        ...problemsOfEach(`${path}.clientNetworks`, clientNetworks, (network, at) => [
            ...problemIf(
                !isNetwork(network),
                at,
                `${quote(network)} is not a prefix, such as 192.0.2.0/24`,
            ),
            ...problemIf(
                isNetwork(network) && addresses.some((address) => isInNetwork(address, network)),
                at,
                `${quote(network)} holds real servers, which would answer such clients directly: use FULLNAT`,
            ),
        ]),
        ...problemIf(
            nat.length > 0 && oneArmed && clientNetworks === undefined,
            `${path}.lvsMethod`,
            "NAT with a single network fails for clients inside it: say in clientNetworks where clients are, or use FULLNAT",
        ),
    ];
}

/** Where the user makes the sync groups, they hold together what NAT ties. */
export function tiedProblems(cluster: Cluster): Problem[] {
    const { vrrpSyncGroups: groups } = cluster;
    if (groups === undefined) return [];
    const tied = instancesSharedByNat(cluster, contextOf(cluster));
    const together = groups.some(({ group }) => tied.every((name) => group.includes(name)));
    return problemIf(
        tied.length > 0 && !together,
        "vrrpSyncGroups",
        `NAT needs ${tied.join(" and ")} on one director: put them in one group`,
    );
}
