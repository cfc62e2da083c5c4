import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { type Memberships, poolAddresses, poolOf, sorryServerUses, tunnelsOf } from "../pool";
import { type Problem, problemIf } from "../problems";
import { familyIn, portOf } from "../service/destination";
import { LvsMethod } from "../service/lvsMethod";
import { sorryServerProblems } from "../service/sorryServer";
import { methodOf } from "../service/lvsMethod";
import type { VirtualServer } from "../service/virtualServer";

/** Whether there is somebody to answer while a pool is down, and packets get there. */
export function sorryProblems(
    cluster: Cluster,
    memberships: Memberships,
    virtualServer: VirtualServer,
    path: string,
    target: Target,
): Problem[] {
    const { sorryServer } = virtualServer;
    if (sorryServer === undefined) return [];
    const family = familyIn(virtualServer);
    const service = {
        port: portOf(virtualServer),
        method: methodOf(virtualServer),
        family,
        pool: poolAddresses(poolOf(cluster, virtualServer), family),
    };
    return [
        ...sorryTunnelProblems(cluster, memberships, virtualServer, path),
        ...sorryServerProblems(`${path}.sorryServer`, sorryServer, service, target),
    ];
}

/** A real server gets the ends of the tunnels of its pools, and no others. */
function sorryTunnelProblems(
    cluster: Cluster,
    memberships: Memberships,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    return cluster.realServers.flatMap((realServer) => {
        const { name } = realServer;
        const isAsked = sorryServerUses({ virtualServers: [virtualServer] }, realServer).some(
            ({ method }) => method === LvsMethod.TUN,
        );
        return problemIf(
            isAsked && tunnelsOf(memberships.get(name)).length === 0,
            `${path}.sorryServer.lvsMethod`,
            `is TUN, and ${name} is in no pool with that method, so it has no tunnel: use another`,
        );
    });
}
