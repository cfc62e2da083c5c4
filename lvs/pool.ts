import { type Family, familyOf } from "./addresses";
import type { Cluster, RealServer } from "./model";
import { familyIn, portOf, virtualIpsIn } from "./service/destination";
import { LvsMethod, type Tunnel } from "./service/lvsMethod";
import type { PoolMember } from "./service/poolMember";
import {
    defaultMethod,
    type RealServerPlan,
    type VirtualServer,
    type VirtualServerPlan,
    type VirtualServerSettings,
} from "./service/virtualServer";
import type { VrrpContext } from "./vrrp/members";

/** The virtual IPs of a cluster, each once, in the order in which they first appear. */
export function virtualIpsOf(virtualServers: readonly VirtualServer[]): string[] {
    return [...new Set(virtualServers.flatMap(virtualIpsIn))];
}

/** What VRRP instances have to know of the cluster that they are in. */
export function contextOf(cluster: Cluster): VrrpContext {
    return { ...cluster, virtualIps: virtualIpsOf(cluster.virtualServers) };
}

/** Who is in a pool: those that it names, or else all real servers. */
export function membersOf(
    cluster: { readonly realServers: readonly { readonly name: string }[] },
    virtualServer: { readonly realServers?: PoolMember[] },
): PoolMember[] {
    return virtualServer.realServers ?? cluster.realServers.map(({ name }) => ({ name }));
}

/** The address that directors send packets of a family to. */
export function addressOf(realServer: RealServer, family: Family): string | undefined {
    const { host, address, address6 } = realServer;
    const own = familyOf(host) === family ? host : undefined;
    return (family === "inet" ? address : address6) ?? own;
}

/** How packets of a virtual server reach one of its pool. */
export function methodOf(
    virtualServer: { readonly lvsMethod?: LvsMethod },
    member: PoolMember,
): LvsMethod {
    return member.lvsMethod ?? virtualServer.lvsMethod ?? defaultMethod;
}

/** The pools that a real server is in, and how packets reach it there. */
export function poolsOf<Service extends VirtualServerSettings>(
    cluster: {
        readonly realServers: readonly { readonly name: string }[];
        readonly virtualServers: readonly Service[];
    },
    name: string,
): { virtualServer: Service; method: LvsMethod; tunnel: Tunnel }[] {
    return cluster.virtualServers.flatMap((virtualServer) =>
        membersOf(cluster, virtualServer)
            .filter((member) => member.name === name)
            .map((member) => ({
                virtualServer,
                method: methodOf(virtualServer, member),
                tunnel: member.tunnel ?? virtualServer.tunnel ?? {},
            })),
    );
}

/** The services for which a real server answers while their pool is down. */
export function sorryFor(
    { virtualServers }: Pick<Cluster, "virtualServers">,
    realServer: RealServer,
): { virtualServer: VirtualServer; method: LvsMethod }[] {
    return virtualServers.flatMap((virtualServer) => {
        const { sorryServer, lvsMethod = defaultMethod } = virtualServer;
        const host = sorryServer && addressOf(realServer, familyIn(virtualServer));
        if (host === undefined || host !== sorryServer?.host) return [];
        return [{ virtualServer, method: sorryServer.lvsMethod ?? lvsMethod }];
    });
}

/** The tunnels through which a real server gets packets. */
export function tunnelsOf(...[cluster, name]: Parameters<typeof poolsOf>): Tunnel[] {
    return poolsOf(cluster, name)
        .filter(({ method }) => method === LvsMethod.TUN)
        .map(({ tunnel }) => tunnel);
}

/** A virtual server with nothing left to look up; the cluster has passed `validate`. */
export function planVirtualServer(
    cluster: Cluster,
    virtualServer: VirtualServer,
): VirtualServerPlan {
    const family = familyIn(virtualServer);
    const realServers = membersOf(cluster, virtualServer).map((member): RealServerPlan => {
        const realServer = cluster.realServers.find(({ name }) => name === member.name)!;
        return {
            host: addressOf(realServer, family)!,
            port: member.port ?? portOf(virtualServer),
            lvsMethod: methodOf(virtualServer, member),
            tunnel: member.tunnel ?? virtualServer.tunnel,
            member: {
                ...member,
                weight: weightOf(realServer, member),
                inhibitOnFailure: member.inhibitOnFailure ?? virtualServer.inhibitOnFailure,
            },
        };
    });
    return { virtualServer, family, realServers };
}

/** The weight of a real server in a pool. */
export function weightOf(realServer: { readonly weight?: number }, member: PoolMember): number {
    return member.weight ?? realServer.weight ?? 1;
}
