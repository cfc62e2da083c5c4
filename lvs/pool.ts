import { canonical, distinctAddresses, type Family, familyOf } from "./addresses";
import { versionOf } from "./keepalived/versions";
import type { Cluster, RealServer } from "./model";
import { delayLoopOf, nearestTiming, planChecks, servedBy, setsWeights } from "./service/checks";
import {
    type Destination,
    familyIn,
    portOf,
    protocolOf,
    virtualIpsIn,
} from "./service/destination";
import { LvsMethod, methodOf, planTunnel, type Tunnel } from "./service/lvsMethod";
import type { PoolMember, PoolMemberSettings } from "./service/poolMember";
import { leastWeights } from "./service/quorum";
import { schedulerOf } from "./service/scheduler";
import { planSorryServer } from "./service/sorryServer";
import {
    type PoolMemberPlan,
    type VirtualServer,
    type VirtualServerPlan,
    type VirtualServerSettings,
} from "./service/virtualServer";
import { ownVirtualIps } from "./vrrp/instance/instance";
import type { VrrpContext } from "./vrrp/instance/members";

/** Virtual IPs of a cluster, each once, in the order in which they first appear. */
export function virtualIpsOf(virtualServers: readonly VirtualServer[]): string[] {
    return distinctAddresses(virtualServers.flatMap(virtualIpsIn));
}

/** Virtual IPs that clients use: those of the virtual servers, or without any those of the VRRP instances. */
export function servedIpsOf({ virtualServers, vrrpInstances }: Cluster): string[] {
    if (virtualServers.length > 0) return virtualIpsOf(virtualServers);
    return distinctAddresses(vrrpInstances.flatMap(ownVirtualIps).map(({ ip }) => ip));
}

/** The part of a cluster that its VRRP instances depend on. */
export function contextOf(cluster: Cluster): VrrpContext {
    return {
        ...cluster,
        directors: cluster.directors.map((director) => ({
            ...director,
            keepalived: versionOf(director, cluster),
        })),
        virtualIps: virtualIpsOf(cluster.virtualServers),
    };
}

/** A virtual server of the model or of the arguments, whose scripts and checks may be outputs. */
type PooledService = VirtualServerSettings<unknown, unknown> & {
    readonly realServers?: readonly PoolMemberSettings<unknown, unknown>[];
};

type MemberOf<Service extends PooledService> = NonNullable<Service["realServers"]>[number];

/** The part of a cluster, or of its arguments, that decides pools. */
interface Pools<Service extends PooledService> {
    readonly realServers: readonly { readonly name: string; readonly gone?: boolean }[];
    readonly virtualServers: readonly Service[];
}

/** Members of a pool: those that the virtual server names, or else all real servers, without dead ones. */
export function membersOf<Service extends PooledService>(
    { realServers }: Pools<Service>,
    virtualServer: Service,
): MemberOf<Service>[] {
    const members = virtualServer.realServers ?? realServers.map(({ name }) => ({ name }));
    const gone = new Set(realServers.filter((one) => one.gone).map(({ name }) => name));
    // No field of a member is required except its name.
    return members.filter(({ name }) => !gone.has(name));
}

/** Address of a real server that directors send packets of this family to. */
export function addressOf(realServer: RealServer, family: Family): string | undefined {
    const { host, address, address6 } = realServer;
    const own = familyOf(host) === family ? host : undefined;
    return (family === "inet" ? address : address6) ?? own;
}

/** A pool member, and its real server if one has that name. */
export interface Pooled {
    readonly member: PoolMember;
    readonly realServer?: RealServer;
}

/** A virtual server and the members of its pool. */
export interface Pool {
    readonly virtualServer: VirtualServer;
    readonly members: readonly Pooled[];
}

/** Pools of all virtual servers. One pass is faster than a search for each member. */
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

/** Addresses of pool members in one family. Members without one are left out. */
export function poolAddresses(members: readonly Pooled[], family: Family): string[] {
    return members.flatMap(({ realServer }) => (realServer && addressOf(realServer, family)) ?? []);
}

/** Forwarding method of a pool member. */
export function memberMethodOf(
    virtualServer: { readonly lvsMethod?: LvsMethod },
    member: { readonly lvsMethod?: LvsMethod },
): LvsMethod {
    return member.lvsMethod ?? methodOf(virtualServer);
}

/** Port that a pool member listens on. */
export function memberPortOf(virtualServer: Destination, member: PoolMember): number {
    return member.port ?? portOf(virtualServer);
}

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

/** Resolve a virtual server of a validated cluster. */
export function planVirtualServer(
    { virtualServer, members }: Pool,
    version: string,
): VirtualServerPlan {
    const service = {
        port: portOf(virtualServer),
        lvsMethod: methodOf(virtualServer),
        tunnel: planTunnel(virtualServer.tunnel),
    };
    const { sorryServer } = virtualServer;
    return {
        virtualServer,
        ...service,
        family: familyIn(virtualServer),
        protocol: protocolOf(virtualServer),
        lvsSched: schedulerOf(virtualServer),
        delayLoop: delayLoopOf(virtualServer),
        leastWeights: leastWeights(virtualServer),
        realServers: members.map(({ member, realServer }) =>
            planPoolMember(virtualServer, member, realServer!, version),
        ),
        sorryServer: sorryServer && planSorryServer(sorryServer, service),
    };
}

function planPoolMember(
    virtualServer: VirtualServer,
    member: PoolMember,
    realServer: RealServer,
    version: string,
): PoolMemberPlan {
    const check = member.check ?? virtualServer.check;
    const inhibitOnFailure = member.inhibitOnFailure ?? virtualServer.inhibitOnFailure;
    const port = memberPortOf(virtualServer, member);
    const weight = weightOf(realServer, member);
    return {
        host: addressOf(realServer, familyIn(virtualServer))!,
        port,
        lvsMethod: memberMethodOf(virtualServer, member),
        tunnel: planTunnel(member.tunnel ?? virtualServer.tunnel),
        keywords: { ...member, weight, inhibitOnFailure },
        checks: planChecks(check, {
            timing: nearestTiming(member, virtualServer),
            served: servedBy(virtualServer, port),
            virtualhost: member.virtualhost,
            version,
        }),
        // Without a weight, a server keeps weight 0 when it fails.
        variesInWeight: (inhibitOnFailure === true && weight > 0) || setsWeights(check),
        extraConfig: member.extraConfig,
    };
}

/** Weight of a real server in a pool. */
export function weightOf(realServer: RealServer | undefined, member: PoolMember): number {
    if (realServer?.drained === true) return 0;
    return member.weight ?? realServer?.weight ?? 1;
}
