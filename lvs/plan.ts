import {
    type Cluster,
    type Director,
    type LvsMethod,
    LvsSched,
    type PoolMember,
    type VirtualServer,
} from "./model";

/** What one director runs: every default filled in, nothing left to decide. */
export interface DirectorPlan {
    routerId: string;
    vrrp: {
        state: "MASTER" | "BACKUP";
        interface: string;
        virtualRouterId: number;
        priority: number;
        advertInt: number;
        nopreempt: boolean;
        virtualIps: string[];
    };
    virtualServers: VirtualServerPlan[];
}

export interface VirtualServerPlan {
    virtualIp: string;
    port: number;
    lvsSched: LvsSched;
    lvsMethod: LvsMethod;
    delayLoop: number;
    /** Seconds; 0 is none. */
    persistenceTimeout: number;
    realServers: RealServerPlan[];
}

export interface RealServerPlan {
    host: string;
    port: number;
    weight: number;
    tcpCheck: {
        connectTimeout: number;
        retry: number;
        delayBeforeRetry: number;
        connectPort: number;
    };
}

/** The plan of the director called `name`; `cluster` has passed `validate`. */
export function planDirector(cluster: Cluster, name: string): DirectorPlan {
    const index = cluster.directors.findIndex((director) => director.name === name);
    const director = cluster.directors[index]!;
    const { interface: device, virtualRouterId, advertInt = 1, nopreempt = false } = cluster.vrrp;
    return {
        routerId: name,
        vrrp: {
            state: index === 0 && !nopreempt ? "MASTER" : "BACKUP",
            interface: director.interface ?? device,
            virtualRouterId,
            priority: priorityOf(director, index),
            advertInt,
            nopreempt,
            virtualIps: virtualIpsOf(cluster.virtualServers),
        },
        virtualServers: cluster.virtualServers.map((virtualServer) =>
            planVirtualServer(cluster, virtualServer),
        ),
    };
}

/** The virtual IPs of a cluster, each once, in the order in which they first appear. */
export function virtualIpsOf<Ip>(virtualServers: readonly { readonly virtualIp: Ip }[]): Ip[] {
    return [...new Set(virtualServers.map(({ virtualIp }) => virtualIp))];
}

/** The virtual servers whose pool a real server is in. */
export function servedBy<
    Service extends { readonly realServers?: readonly { readonly name: string }[] },
>(realServer: string, virtualServers: readonly Service[]): Service[] {
    return virtualServers.filter(
        ({ realServers }) => realServers?.some(({ name }) => name === realServer) ?? true,
    );
}

/** The kernel modules that the directors need. */
export function modulesOf(virtualServers: readonly { readonly lvsSched?: LvsSched }[]): string[] {
    const schedulers = virtualServers.map(
        ({ lvsSched }) => `ip_vs_${lvsSched ?? defaults.lvsSched}`,
    );
    return ["ip_vs", ...[...new Set(schedulers)].sort()];
}

/**
 * Directors are preferred in their order. Priorities close to 254 keep VRRP's skew time, and with
 * it a failover, short: (256 - priority) / 256 s.
 */
export function priorityOf(director: Director, index: number): number {
    return director.priority ?? 254 - index;
}

const defaults = {
    lvsSched: LvsSched.rr,
    lvsMethod: "DR",
    delayLoop: 3,
    persistenceTimeout: 0,
    weight: 1,
    connectTimeout: 3,
    retry: 1,
    delayBeforeRetry: 1,
} as const;

function planVirtualServer(cluster: Cluster, virtualServer: VirtualServer): VirtualServerPlan {
    const everyone: PoolMember[] = cluster.realServers.map(({ name }) => ({ name }));
    return {
        virtualIp: virtualServer.virtualIp,
        port: virtualServer.port,
        lvsSched: virtualServer.lvsSched ?? defaults.lvsSched,
        lvsMethod: virtualServer.lvsMethod ?? defaults.lvsMethod,
        delayLoop: virtualServer.delayLoop ?? defaults.delayLoop,
        persistenceTimeout: virtualServer.persistenceTimeout ?? defaults.persistenceTimeout,
        realServers: (virtualServer.realServers ?? everyone).map((member) =>
            planRealServer(cluster, virtualServer, member),
        ),
    };
}

function planRealServer(
    cluster: Cluster,
    virtualServer: VirtualServer,
    member: PoolMember,
): RealServerPlan {
    const realServer = cluster.realServers.find(({ name }) => name === member.name)!;
    const port = member.port ?? virtualServer.port;
    const check = virtualServer.check?.tcp;
    return {
        host: realServer.host,
        port,
        weight: member.weight ?? realServer.weight ?? defaults.weight,
        tcpCheck: {
            connectTimeout: check?.connectTimeout ?? defaults.connectTimeout,
            retry: check?.retry ?? defaults.retry,
            delayBeforeRetry: check?.delayBeforeRetry ?? defaults.delayBeforeRetry,
            connectPort: check?.connectPort ?? port,
        },
    };
}
