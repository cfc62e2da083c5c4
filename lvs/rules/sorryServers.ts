import type { Target } from "../keepalived/keywords";
import { type Memberships, type SorryServerUse, tunnelsOf } from "../memberships";
import { type Pool, poolAddresses } from "../service/poolMember";
import { type Problem, problemIf } from "../problems";
import { familyIn, portOf } from "../service/destination";
import { LvsMethod, methodOf } from "../service/lvsMethod";
import { sorryServerProblems } from "../service/sorryServer";

/** Check a sorry server, and that packets reach it. */
export function sorryProblems(
    { virtualServer, members }: Pool,
    use: SorryServerUse | undefined,
    memberships: Memberships,
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
        pool: poolAddresses(members, family),
    };
    return [
        ...sorryTunnelProblems(use, memberships, path),
        ...sorryServerProblems(`${path}.sorryServer`, sorryServer, service, target),
    ];
}

/** A real server has the ends of its pools' tunnels, and no others. */
function sorryTunnelProblems(
    use: SorryServerUse | undefined,
    memberships: Memberships,
    path: string,
): Problem[] {
    if (use === undefined) return [];
    const { name } = use.realServer;
    return problemIf(
        use.method === LvsMethod.TUN && tunnelsOf(memberships.get(name)).length === 0,
        `${path}.sorryServer.lvsMethod`,
        `TUN needs a tunnel on ${name}, which is in no pool with this method. Use another method.`,
    );
}
