import type { Target } from "../keepalived/keywords";
import { type Memberships, type Pool, poolAddresses, type Sorry, tunnelsOf } from "../pool";
import { type Problem, problemIf } from "../problems";
import { familyIn, portOf } from "../service/destination";
import { LvsMethod } from "../service/lvsMethod";
import { sorryServerProblems } from "../service/sorryServer";
import { defaultMethod } from "../service/virtualServer";

/** Whether there is somebody to answer while a pool is down, and packets get there. */
export function sorryProblems(
    { virtualServer, members }: Pool,
    sorry: Sorry | undefined,
    memberships: Memberships,
    path: string,
    target: Target,
): Problem[] {
    const { lvsMethod = defaultMethod, sorryServer } = virtualServer;
    if (sorryServer === undefined) return [];
    const family = familyIn(virtualServer);
    const service = {
        port: portOf(virtualServer),
        method: lvsMethod,
        family,
        pool: poolAddresses(members, family),
    };
    return [
        ...sorryTunnelProblems(sorry, memberships, path),
        ...sorryServerProblems(`${path}.sorryServer`, sorryServer, service, target),
    ];
}

/** A real server gets the ends of the tunnels of its pools, and no others. */
function sorryTunnelProblems(
    sorry: Sorry | undefined,
    memberships: Memberships,
    path: string,
): Problem[] {
    if (sorry === undefined) return [];
    const { name } = sorry.realServer;
    return problemIf(
        sorry.method === LvsMethod.TUN && tunnelsOf(memberships.get(name)).length === 0,
        `${path}.sorryServer.lvsMethod`,
        `is TUN, and ${name} is in no pool with that method, so it has no tunnel: use another`,
    );
}
