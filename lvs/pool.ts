import { canonical, distinctAddresses, type Family, familyOf } from "./addresses";
import type { Cluster, RealServer } from "./model";
import { type Destination, familyIn, portOf, virtualIpsIn } from "./service/destination";
import { LvsMethod, type Tunnel } from "./service/lvsMethod";
import type { PoolMember } from "./service/poolMember";
import {
    defaultMethod,
    type PoolMemberPlan,
    type VirtualServer,
    type VirtualServerPlan,
    type VirtualServerSettings,
} from "./service/virtualServer";
import type { VrrpContext } from "./vrrp/members";

/** The virtual IPs of a cluster, each once, in the order in which they first appear. */
export function virtualIpsOf(virtualServers: readonly VirtualServer[]): string[] {
    return distinctAddresses(virtualServers.flatMap(virtualIpsIn));
}

/** What VRRP instances have to know of the cluster that they are in. */
export function contextOf(cluster: Cluster): VrrpContext {
    return { ...cluster, virtualIps: virtualIpsOf(cluster.virtualServers) };
}

/** As much of a cluster, or of its arguments, as says who is in which pool. */
interface Pools<Service = VirtualServerSettings> {
    readonly realServers: readonly { readonly name: string }[];
    readonly virtualServers: readonly Service[];
}

/** Who is in a pool: those that it names, or else all real servers. */
export function membersOf(
    { realServers }: Pools,
    virtualServer: VirtualServerSettings,
): PoolMember[] {
    return virtualServer.realServers ?? realServers.map(({ name }) => ({ name }));
}

/** The address that directors send packets of a family to. */
export function addressOf(realServer: RealServer, family: Family): string | undefined {
    const { host, address, address6 } = realServer;
    const own = familyOf(host) === family ? host : undefined;
    return (family === "inet" ? address : address6) ?? own;
}

/** One of a pool, and the real server that it is, unless there is none of that name. */
export interface Pooled {
    readonly member: PoolMember;
    readonly realServer?: RealServer;
}

/** A virtual server and who is in its pool. */
export interface Pool {
    readonly virtualServer: VirtualServer;
    readonly members: readonly Pooled[];
}

/** The pools of all virtual servers: at once, since to look for one real server goes through all. */
export function poolsOf(cluster: Cluster): Pool[] {
    const byName = new Map(cluster.realServers.map((realServer) => [realServer.name, realServer]));
    return cluster.virtualServers.map((virtualServer) => ({
        virtualServer,
        members: membersOf(cluster, virtualServer).map((member) => ({
            member,
            realServer: byName.get(member.name),
        })),
    }));
}

/** The addresses that directors send packets of a family to, of those that have one. */
export function poolAddresses(members: readonly Pooled[], family: Family): string[] {
    return members.flatMap(({ realServer }) => (realServer && addressOf(realServer, family)) ?? []);
}

/** How packets of a virtual server reach one of its pool. */
export function methodOf(
    virtualServer: { readonly lvsMethod?: LvsMethod },
    member: PoolMember,
): LvsMethod {
    return member.lvsMethod ?? virtualServer.lvsMethod ?? defaultMethod;
}

/** The port that one of its pool listens on. */
export function memberPortOf(virtualServer: Destination, member: PoolMember): number {
    return member.port ?? portOf(virtualServer);
}

/** What a real server is in a pool, and how packets reach it. */
export interface Membership<Service = VirtualServer> {
    readonly virtualServer: Service;
    readonly member: PoolMember;
    readonly method: LvsMethod;
    readonly tunnel: Tunnel;
}

/** The pools that real servers are in, by their names, in the order of the virtual servers. */
export type Memberships<Service = VirtualServer> = Map<string, Membership<Service>[]>;

/** Who is in which pools: all of it at once, since to look for one takes as long. */
export function membershipsOf<Service extends VirtualServerSettings>(
    cluster: Pools<Service>,
): Memberships<Service> {
    const all: Memberships<Service> = new Map(cluster.realServers.map(({ name }) => [name, []]));
    for (const virtualServer of cluster.virtualServers) {
        for (const member of membersOf(cluster, virtualServer)) {
            all.get(member.name)?.push({
                virtualServer,
                member,
                method: methodOf(virtualServer, member),
                tunnel: member.tunnel ?? virtualServer.tunnel ?? {},
            });
        }
    }
    return all;
}

/** A real server that answers while a pool is down, and how packets reach it. */
export interface Sorry {
    readonly realServer: RealServer;
    readonly method: LvsMethod;
}

/** The sorry servers that are real servers of the cluster, by the services that they answer for. */
export function sorriesOf({ realServers, virtualServers }: Cluster): Map<VirtualServer, Sorry> {
    const key = (family: Family, address: string) => `${family} ${canonical(address)}`;
    const byAddress = new Map(
        realServers.flatMap((realServer) =>
            (["inet", "inet6"] as const).flatMap((family): [string, RealServer][] => {
                const own = addressOf(realServer, family);
                return own === undefined ? [] : [[key(family, own), realServer]];
            }),
        ),
    );
    const sorries = new Map<VirtualServer, Sorry>();
    for (const virtualServer of virtualServers) {
        const { sorryServer, lvsMethod = defaultMethod } = virtualServer;
        if (sorryServer === undefined) continue;
        const realServer = byAddress.get(key(familyIn(virtualServer), sorryServer.host));
        if (realServer === undefined) continue;
        sorries.set(virtualServer, { realServer, method: sorryServer.lvsMethod ?? lvsMethod });
    }
    return sorries;
}

/** The tunnels through which a real server gets packets. */
export function tunnelsOf(memberships: readonly Membership<unknown>[] = []): Tunnel[] {
    return memberships.filter(({ method }) => method === LvsMethod.TUN).map(({ tunnel }) => tunnel);
}

/** A virtual server with nothing left to look up; the cluster has passed `validate`. */
export function planVirtualServer({ virtualServer, members }: Pool): VirtualServerPlan {
    const family = familyIn(virtualServer);
    const realServers = members.map(({ member, realServer }): PoolMemberPlan => ({
        host: addressOf(realServer!, family)!,
        port: memberPortOf(virtualServer, member),
        lvsMethod: methodOf(virtualServer, member),
        tunnel: member.tunnel ?? virtualServer.tunnel,
        member: {
            ...member,
            weight: weightOf(realServer, member),
            inhibitOnFailure: member.inhibitOnFailure ?? virtualServer.inhibitOnFailure,
        },
    }));
    return { virtualServer, family, realServers };
}

/** The weight of a real server in a pool. */
export function weightOf(realServer: RealServer | undefined, member: PoolMember): number {
    if (realServer?.drained === true) return 0;
    return member.weight ?? realServer?.weight ?? 1;
}
