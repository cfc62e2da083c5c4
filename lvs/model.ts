/** How the next connection picks its real server (keepalived `lvs_sched`, ipvsadm `-s`). */
export const LvsSched = {
    /** Round robin. */
    rr: "rr",
    /** Weighted round robin. */
    wrr: "wrr",
    /** Least connections. */
    lc: "lc",
    /** Weighted least connections. */
    wlc: "wlc",
    /** Locality-based least connections. */
    lblc: "lblc",
    /** Locality-based least connections with replication. */
    lblcr: "lblcr",
    /** Source hashing. */
    sh: "sh",
    /** Destination hashing. */
    dh: "dh",
    /** Shortest expected delay. */
    sed: "sed",
    /** Never queue. */
    nq: "nq",
} as const;
export type LvsSched = (typeof LvsSched)[keyof typeof LvsSched];

/** How a packet reaches the real server (keepalived `lvs_method`). */
export const LvsMethod = {
    /** Direct routing: same network, same port, and the answer goes straight to the client. */
    DR: "DR",
    /** Network address translation. Not built yet: refused. */
    NAT: "NAT",
    /** Tunnelling. Not built yet: refused. */
    TUN: "TUN",
} as const;
export type LvsMethod = (typeof LvsMethod)[keyof typeof LvsMethod];

/** The VRRP router that the directors form together (keepalived `vrrp_instance`). */
export interface Vrrp {
    readonly interface: string;
    readonly virtualRouterId: number;
    /** Seconds. */
    readonly advertInt?: number;
    readonly nopreempt?: boolean;
}

export interface Director {
    readonly name: string;
    readonly host: string;
    readonly interface?: string;
    readonly priority?: number;
}

export interface RealServer {
    readonly name: string;
    readonly host: string;
    readonly weight?: number;
    readonly httpd?: Httpd;
}

export interface Httpd {
    readonly page: string;
}

export interface VirtualServer {
    readonly virtualIp: string;
    readonly port: number;
    readonly lvsSched?: LvsSched;
    readonly lvsMethod?: LvsMethod;
    /** Seconds. */
    readonly delayLoop?: number;
    /** Seconds; 0 is none. */
    readonly persistenceTimeout?: number;
    readonly check?: Check;
    readonly realServers?: readonly PoolMember[];
}

export interface PoolMember {
    readonly name: string;
    readonly port?: number;
    readonly weight?: number;
}

export interface Check {
    readonly tcp?: TcpCheck;
}

export interface TcpCheck {
    /** Seconds. */
    readonly connectTimeout?: number;
    readonly retry?: number;
    /** Seconds. */
    readonly delayBeforeRetry?: number;
    readonly connectPort?: number;
}

/** Everything that decides what stands in a file on a host; no secret, no way to log in. */
export interface Cluster {
    readonly vrrp: Vrrp;
    readonly directors: readonly Director[];
    readonly realServers: readonly RealServer[];
    readonly virtualServers: readonly VirtualServer[];
}
