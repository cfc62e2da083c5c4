import type { Facts, Rates } from "./facts";
import type { ClusterHost } from "./inventory";

/** A host with its facts, or the reason why it has none. */
export interface HostReport {
    host: ClusterHost;
    facts?: Facts;
    problem?: string;
}

/** State of a real server in a pool. */
export const Health = {
    /** It gets connections. */
    up: "up",
    /** Its weight is above 0, but it gets no connections. */
    down: "down",
    /** Its weight in the plan is 0. */
    drained: "drained",
    /** It replaces a pool that is down. */
    sorry: "sorry",
    /** It is not in the plan. */
    stray: "stray",
} as const;
export type Health = (typeof Health)[keyof typeof Health];

export interface ServerStatus {
    /** The name of the real server, or its address if no host of the cluster has it. */
    name: string;
    address: string;
    port: number;
    method: string;
    weight: number;
    health: Health;
    active: number;
    inactive: number;
    rates: Rates;
}

export interface ServiceStatus {
    /** `TCP 192.0.2.1:80`, `FWM 7`. */
    service: string;
    scheduler: string;
    /** The director whose table this is: the active one, if there is one. */
    director: string;
    /** The table has the service. */
    present: boolean;
    rates: Rates;
    servers: ServerStatus[];
}

export interface VirtualIpStatus {
    ip: string;
    router: string;
    /** The directors that have it. A healthy cluster has one. */
    activeDirectors: string[];
    services: ServiceStatus[];
}

export interface HostStatus {
    name: string;
    role: string;
    /** `active`, `backup` or `split`, or several of them for several instances; `serving` for a real server and a director without VRRP. */
    state: string;
    keepalived?: string;
    kernel?: string;
    /** Seconds. */
    uptime?: number;
    /** Seconds since its last apply, changed or not. */
    sinceApply?: number;
}

/** State of a cluster, and all its problems. */
export interface ClusterStatus {
    name: string;
    virtualIps: VirtualIpStatus[];
    /** Services by firewall mark, which have no virtual IP of their own. */
    marks: ServiceStatus[];
    /** Services whose virtual IP belongs to no VRRP instance. */
    elsewhere: ServiceStatus[];
    hosts: HostStatus[];
    problems: string[];
}
