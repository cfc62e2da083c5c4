import type { Family } from "../addresses";
import { type ExtraConfig, extraLines } from "../keepalived/extraConfig";
import { flag, integer, type Keywords, linesOf, onOff } from "../keepalived/keywords";
import { scriptCall, type ScriptCall } from "../keepalived/scripts";
import {
    type Check,
    type CheckPlan,
    type CheckTiming,
    checkViews,
    delayLoop,
    nearestTiming,
    planChecks,
    servedBy,
    setsWeights,
} from "./checks";
import { webHost } from "./checks/hostName";
import { type Destination, familyIn, portOf } from "./destination";
import {
    type LvsMethod,
    methodOf,
    methodWords,
    planTunnel,
    type Tunnel,
    type TunnelPlan,
} from "./lvsMethod";
import { addressOf, type PooledServer } from "./pooledServer";
import {
    planVirtualServer,
    type VirtualServer,
    type VirtualServerPlan,
    type VirtualServerSettings,
    virtualServerView,
} from "./virtualServer";

/** Settings of a pool member that are one line each in its block. */
export interface PoolMemberKeywords<Call = ScriptCall> {
    /** Share of the connections, 0 to 65535, for schedulers that use weights. 0 means no new connections (keepalived `weight`). Defaults to the real server's. */
    weight?: number;
    /** Number of connections at which the server gets no more, 0 to 65535. 0 means no limit (keepalived `uthreshold`). Defaults to 0. */
    uthreshold?: number;
    /** Number of connections below which it gets new ones again, 0 to 65535. 0 means three quarters of uthreshold (keepalived `lthreshold`). Defaults to 0. */
    lthreshold?: number;
    /** Set the weight of a failed server to 0 instead of removing it, so that its connections continue (keepalived `inhibit_on_failure`). Defaults to the virtual server's. */
    inhibitOnFailure?: boolean;
    /** Count the server as down until its checks succeed (keepalived `alpha`). Defaults to the virtual server's. */
    alpha?: boolean;
    /** Script that runs when the server comes up (keepalived `notify_up`). Defaults to none. */
    notifyUp?: Call;
    /** Script that runs when the server goes down (keepalived `notify_down`). Defaults to none. */
    notifyDown?: Call;
    /** Send mail when the server comes up or goes down (keepalived `smtp_alert`). Defaults to true if mail is set up. */
    smtpAlert?: boolean;
    /** Host name for HTTP checks without one (keepalived `virtualhost`). Defaults to the virtual server's. */
    virtualhost?: string;
    /** Seconds between checks, 0.01 to 86400 (keepalived `delay_loop`). Defaults to the virtual server's. @decimal */
    delayLoop?: number;
}

/** A real server in the pool of one virtual server (keepalived `real_server`). */
export interface PoolMemberSettings<Call = ScriptCall, Checks = Check>
    extends PoolMemberKeywords<Call>, CheckTiming {
    /** Name of the real server. */
    name: string;
    /** Port that the server listens on. Defaults to the virtual server's; another port needs NAT or FULLNAT. */
    port?: number;
    /** Forwarding method (keepalived `lvs_method`). Defaults to the virtual server's. */
    lvsMethod?: LvsMethod;
    /** Tunnel to the server, for method TUN. Defaults to the virtual server's. */
    tunnel?: Tunnel;
    /** Health checks. Defaults to the virtual server's. */
    check?: Checks;
}

export type PoolMember = PoolMemberSettings & ExtraConfig;

/** The kernel adds weights up in 32 bits. keepalived does not limit them. */
export const weight = integer(0, 65535);

const threshold = integer(0, 65535, "connections");

export const poolMemberKeywords: Keywords<PoolMemberKeywords> = {
    weight: { keyword: "weight", type: weight },
    uthreshold: { keyword: "uthreshold", type: threshold },
    lthreshold: { keyword: "lthreshold", type: threshold },
    inhibitOnFailure: { keyword: "inhibit_on_failure", type: flag },
    alpha: { keyword: "alpha", type: onOff, since: "1.3.7" },
    notifyUp: { keyword: "notify_up", type: scriptCall },
    notifyDown: { keyword: "notify_down", type: scriptCall },
    smtpAlert: { keyword: "smtp_alert", type: onOff, since: "2.0.0" },
    virtualhost: { keyword: "virtualhost", type: webHost, since: "1.3.6" },
    delayLoop: { keyword: "delay_loop", type: delayLoop, since: "1.3.7" },
};

/** A virtual server of the model or of the arguments, whose scripts and checks may be outputs. */
export type PooledService = VirtualServerSettings<unknown, unknown> & {
    readonly realServers?: readonly PoolMemberSettings<unknown, unknown>[];
};

export type MemberOf<Service extends PooledService> = NonNullable<Service["realServers"]>[number];

/** The part of a cluster, or of its arguments, that decides pools. */
export interface Pools<Service extends PooledService> {
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

/** A pool member, and its real server if one has that name. */
export interface Pooled<Server = PooledServer> {
    readonly member: PoolMember;
    readonly realServer?: Server;
}

/** A virtual server and the members of its pool. */
export interface Pool<Server = PooledServer> {
    readonly virtualServer: VirtualServer;
    readonly members: readonly Pooled<Server>[];
}

/** Pools of all virtual servers. One pass is faster than a search for each member. */
export function poolsOf<Server extends PooledServer>(cluster: {
    readonly realServers: readonly Server[];
    readonly virtualServers: readonly VirtualServer[];
}): Pool<Server>[] {
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

/** Weight of a real server in a pool. */
export function weightOf(realServer: PooledServer | undefined, member: PoolMember): number {
    if (realServer?.drained === true) return 0;
    return member.weight ?? realServer?.weight ?? 1;
}

/** A real server in its pool, with every default resolved. */
export interface PoolMemberPlan {
    readonly host: string;
    readonly port: number;
    readonly lvsMethod: LvsMethod;
    readonly tunnel: TunnelPlan;
    /** The keywords of its block. */
    readonly keywords: PoolMemberKeywords & { readonly weight: number };
    readonly checks: readonly CheckPlan[];
    /** Can its weight in the kernel differ from its weight here? */
    readonly variesInWeight: boolean;
    readonly extraConfig?: string;
}

/** A virtual server and its pool with every default resolved. */
export interface PoolPlan extends VirtualServerPlan {
    readonly realServers: readonly PoolMemberPlan[];
}

/** Resolve a pool of a validated cluster. */
export function planPool({ virtualServer, members }: Pool, version: string): PoolPlan {
    return {
        ...planVirtualServer(virtualServer),
        realServers: members.map(({ member, realServer }) =>
            planPoolMember(virtualServer, member, realServer!, version),
        ),
    };
}

function planPoolMember(
    virtualServer: VirtualServer,
    member: PoolMember,
    realServer: PooledServer,
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

/** Values for the template `virtual_server.mustache`. */
export function poolView(plan: PoolPlan, version: string) {
    return {
        ...virtualServerView(plan, version),
        realServers: plan.realServers.map((server) => poolMemberView(plan, server, version)),
    };
}

/** Values for the template `real_server.mustache`. */
function poolMemberView(service: VirtualServerPlan, server: PoolMemberPlan, version: string) {
    const { host, port, lvsMethod, tunnel, keywords, checks, extraConfig } = server;
    const method = methodWords(lvsMethod, tunnel);
    const isOwn = method !== methodWords(service.lvsMethod, service.tunnel);
    return {
        head: `${host} ${port}`,
        keywords: [
            ...linesOf(poolMemberKeywords, keywords, version),
            ...(isOwn ? [`lvs_method ${method}`] : []),
        ],
        checks: checkViews(checks, version),
        extraConfig: extraLines(extraConfig),
    };
}
