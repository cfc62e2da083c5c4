import { canonical, type Family } from "./addresses";
import type { Cluster, RealServer } from "./model";
import { familyIn } from "./service/destination";
import { LvsMethod, methodOf, type Tunnel } from "./service/lvsMethod";
import {
    type MemberOf,
    memberMethodOf,
    membersOf,
    type PooledService,
    type Pools,
} from "./service/poolMember";
import { addressOf } from "./service/pooledServer";
import type { VirtualServer } from "./service/virtualServer";

/** A real server in a pool: port, method and tunnel. */
export interface Membership<Service extends PooledService = VirtualServer> {
    readonly virtualServer: Service;
    readonly member: MemberOf<Service>;
    readonly method: LvsMethod;
    readonly tunnel: Tunnel;
}

/** Pools of each real server by its name, in the order of the virtual servers. */
export type Memberships<Service extends PooledService = VirtualServer> = Map<
    string,
    Membership<Service>[]
>;

/** Find the pools of all real servers. One pass is faster than a search for each. */
export function membershipsOf<Service extends PooledService>(
    cluster: Pools<Service>,
): Memberships<Service> {
    const all: Memberships<Service> = new Map(cluster.realServers.map(({ name }) => [name, []]));
    for (const virtualServer of cluster.virtualServers) {
        for (const member of membersOf(cluster, virtualServer)) {
            all.get(member.name)?.push({
                virtualServer,
                member,
                method: memberMethodOf(virtualServer, member),
                tunnel: member.tunnel ?? virtualServer.tunnel ?? {},
            });
        }
    }
    return all;
}

/** A real server that answers while a pool is down, and its forwarding method. */
export interface SorryServerUse {
    readonly realServer: RealServer;
    readonly method: LvsMethod;
}

/** The sorry servers that are real servers of the cluster, by the services that use them. */
export function sorryServerUses({
    realServers,
    virtualServers,
}: Cluster): Map<VirtualServer, SorryServerUse> {
    const key = (family: Family, address: string) => `${family} ${canonical(address)}`;
    const byAddress = new Map(
        realServers.flatMap((realServer) =>
            (["inet", "inet6"] as const).flatMap((family): [string, RealServer][] => {
                const own = addressOf(realServer, family);
                return own === undefined ? [] : [[key(family, own), realServer]];
            }),
        ),
    );
    const uses = new Map<VirtualServer, SorryServerUse>();
    for (const virtualServer of virtualServers) {
        const { sorryServer } = virtualServer;
        if (sorryServer === undefined) continue;
        const realServer = byAddress.get(key(familyIn(virtualServer), sorryServer.host));
        if (realServer === undefined) continue;
        const method = sorryServer.lvsMethod ?? methodOf(virtualServer);
        uses.set(virtualServer, { realServer, method });
    }
    return uses;
}

/** Tunnels through which a real server gets packets. */
export function tunnelsOf(
    memberships: readonly Pick<Membership, "method" | "tunnel">[] = [],
): Tunnel[] {
    return memberships.filter(({ method }) => method === LvsMethod.TUN).map(({ tunnel }) => tunnel);
}
