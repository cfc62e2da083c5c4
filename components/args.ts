import type { Input } from "@pulumi/pulumi";
import type { ConnectionArgs, HostConnectionArgs } from "../host/connection";
import type { LvsMethod, LvsSched } from "../lvs/model";

/** A cluster: who is in it and what it serves. */
export interface LvsClusterArgs {
    /** How to reach the hosts; each host may override any of it. */
    connection?: ConnectionArgs;
    /** The VRRP router that the directors form together. */
    vrrp: VrrpArgs;
    /** The load balancers, in the order in which they are preferred as owner of the virtual IPs. */
    directors: ClusterDirectorArgs[];
    /** The servers behind them. */
    realServers: ClusterRealServerArgs[];
    /** The services: addresses and ports that clients connect to. */
    virtualServers: VirtualServerArgs[];
    /** Whether destroy also removes the packages that were installed for it. Defaults to false. */
    removePackages?: boolean;
}

/** VRRP, version 2 (keepalived `vrrp_instance`). */
export interface VrrpArgs {
    /** Network interface that carries adverts and virtual IPs, such as `eth0`. */
    interface: string;
    /** 1 to 255, the same on all directors and on nobody else in their network (keepalived `virtual_router_id`). */
    virtualRouterId: number;
    /** Whole seconds between two adverts; a dead owner is replaced after 3 to 4 of them (keepalived `advert_int`). Defaults to 1. */
    advertInt?: number;
    /** A director that returns leaves the virtual IPs where they are (keepalived `nopreempt`). Defaults to false. */
    nopreempt?: boolean;
    /** The password that the directors share: 1 to 8 printable ASCII characters (keepalived `auth_pass`). Defaults to a generated one. Secret. */
    authPass?: Input<string>;
}

/** A director of a cluster. */
export interface ClusterDirectorArgs extends HostConnectionArgs {
    /** Name of the host in this stack, and its router id. A new name is a new host. */
    name: string;
    /** Network interface, where it differs from that of `vrrp`. */
    interface?: string;
    /** 1 to 254, below that of the director before it (keepalived `priority`). Defaults to 254 for the first director, 253 for the second and so on. */
    priority?: number;
}

/** A real server of a cluster. */
export interface ClusterRealServerArgs extends HostConnectionArgs {
    /** Name of the host in this stack. A new name is a new host. */
    name: string;
    /** Share of the connections, 0 to 65535, where the scheduler looks at it; 0 is none (keepalived `weight`). Defaults to 1. */
    weight?: number;
    /** A web server with one page, installed with the rest. Defaults to none: what the host serves is its own business. */
    httpd?: HttpdArgs;
}

/** Apache httpd with one page. */
export interface HttpdArgs {
    /** Text of `/var/www/html/index.html`. */
    page: Input<string>;
}

/** A service of the cluster (keepalived `virtual_server`), TCP. */
export interface VirtualServerArgs {
    /** IPv4 address that clients connect to. */
    virtualIp: Input<string>;
    /** TCP port that clients connect to. */
    port: number;
    /** How a connection gets its real server. Defaults to `rr`. */
    lvsSched?: LvsSched;
    /** How packets reach the real server. Defaults to `DR`. */
    lvsMethod?: LvsMethod;
    /** Whole seconds between two health checks (keepalived `delay_loop`). Defaults to 3. */
    delayLoop?: number;
    /** Seconds for which a client stays with its real server; 0 is none (keepalived `persistence_timeout`). Defaults to 0. */
    persistenceTimeout?: number;
    /** How the health of a real server is checked. Defaults to a connection to its port. */
    check?: CheckArgs;
    /** The real servers that serve it. Defaults to all. */
    realServers?: PoolMemberArgs[];
}

/** A real server in the pool of one virtual server. */
export interface PoolMemberArgs {
    /** Name of the real server. */
    name: string;
    /** Port that the real server listens on. Defaults to the virtual server's, and with DR it can be no other. */
    port?: number;
    /** Weight in this pool. Defaults to the real server's. */
    weight?: number;
}

/**
 * A health check. A server that refuses connections is out after at most
 * delayLoop + retry × delayBeforeRetry seconds, one that is silent after
 * delayLoop + (retry + 1) × connectTimeout + retry × delayBeforeRetry.
 */
export interface CheckArgs {
    /** A connection that is opened and closed (keepalived `TCP_CHECK`). */
    tcp?: TcpCheckArgs;
}

/** keepalived `TCP_CHECK`. */
export interface TcpCheckArgs {
    /** Whole seconds to wait for the connection (keepalived `connect_timeout`). Defaults to 3. */
    connectTimeout?: number;
    /** Further attempts before the server is out (keepalived `retry`). Defaults to 1. */
    retry?: number;
    /** Whole seconds between two attempts (keepalived `delay_before_retry`). Defaults to 1. */
    delayBeforeRetry?: number;
    /** Port to connect to (keepalived `connect_port`). Defaults to the real server's. */
    connectPort?: number;
}

/** One director of a cluster whose other hosts may be managed elsewhere. */
export interface DirectorArgs {
    /** The whole cluster, as all its members see it. */
    cluster: LvsClusterArgs;
    /** Which of the cluster's directors this is, by name. */
    name: string;
    /** The VRRP password, the same for all directors. */
    authPass: Input<string>;
    /** Outputs to wait for before this host is configured, such as `configured` of others; its packages are installed meanwhile. Defaults to none. */
    configureAfter?: Input<string>[];
}

/** A host that serves behind directors, which may be managed elsewhere. */
export interface RealServerArgs extends HostConnectionArgs {
    /** The IPv4 addresses that it serves. */
    virtualIps: Input<Input<string>[]>;
    /** A web server with one page. Defaults to none: what the host serves is its own business. */
    httpd?: HttpdArgs;
    /** Whether destroy also removes the packages that were installed for it. Defaults to false. */
    removePackages?: boolean;
}
