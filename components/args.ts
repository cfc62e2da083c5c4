import type { Input } from "@pulumi/pulumi";
import type { ConnectionArgs, HostConnectionArgs } from "../host/connection";
import type { ChangeSettings } from "../lvs/change";
import type { GlobalDefs } from "../lvs/global/globalDefs";
import type { ScriptSettings } from "../lvs/keepalived/scripts";
import type { Distribution } from "../lvs/keepalived/versions";
import type { KernelSettings } from "../lvs/kernel/sysctls";
import type { MonitoringSettings } from "../lvs/monitoring";
import type { FwmarkSettings, MarkedPacketsSettings, Protocol } from "../lvs/service/destination";
import type { Tunnel } from "../lvs/service/lvsMethod";
import type { SorryServerSettings } from "../lvs/service/sorryServer";
import type { VirtualServerSettings } from "../lvs/service/virtualServer";
import type { VrrpInstanceSettings } from "../lvs/vrrp/instance/instance";
import type { VrrpSyncGroup } from "../lvs/vrrp/syncGroup";
import type { Tracking } from "../lvs/vrrp/tracking/tracking";
import type { VirtualIpaddressSettings } from "../lvs/vrrp/instance/virtualIpaddress";

/** A cluster: who is in it and what it serves. */
export interface LvsClusterArgs extends ChangeSettings, Tracking {
    /** How to reach the hosts; each host may override any of it. Defaults to `root` with the SSH agent. */
    connection?: ConnectionArgs;
    /** What the hosts run; each may say otherwise. Defaults to `debian12`. */
    distribution?: Distribution;
    /** Exact version of the package `keepalived`, as the distribution writes it, such as `1:2.2.7-1+b2`. Defaults to the distribution's newest. */
    keepalivedPackage?: string;
    /** The VRRP routers that the directors form together: one, or several to share the work. */
    vrrpInstances: VrrpInstanceArgs[];
    /** VRRP routers that move together. Defaults to those that NAT ties to each other. */
    vrrpSyncGroups?: VrrpSyncGroup[];
    /** The VRRP password that the directors share, where the protocol is version 2: 1 to 8 printable ASCII characters (keepalived `auth_pass`). Defaults to a generated one. Secret. */
    authPass?: Input<string>;
    /** The load balancers, one to eight, in the order in which they are preferred as owner of the virtual IPs; where there is one, nobody takes over. */
    directors: ClusterDirectorArgs[];
    /** The servers behind them. */
    realServers: ClusterRealServerArgs[];
    /** The services: what clients connect to. */
    virtualServers: VirtualServerArgs[];
    /** Programs for health checks and notifications, deployed to the directors. Defaults to none. */
    scripts?: ScriptArgs[];
    /** What holds for the whole of keepalived (keepalived `global_defs`). Defaults to what each of its fields says. */
    globalDefs?: GlobalDefs;
    /** The directors' kernel. Defaults to what each of its fields says. */
    kernel?: KernelSettings;
    /** Whether an nftables or firewalld firewall that is there is opened for VRRP, connection sync and the services; nothing is touched where there is none. Defaults to true. */
    openFirewall?: boolean;
    /** Metrics of all hosts for Prometheus. Defaults to none. */
    monitoring?: MonitoringSettings;
    /** Whether destroy also removes the packages that were installed for it. Defaults to false. */
    removePackages?: boolean;
}

/** A VRRP router: who owns its virtual IPs, and how that is settled (keepalived `vrrp_instance`). */
export interface VrrpInstanceArgs extends VrrpInstanceSettings {
    /** The virtual IPs that its adverts name (keepalived `virtual_ipaddress`); directors that disagree about them both become owners, until the last one is changed. Defaults to the first of the virtual servers when it is the only instance. */
    virtualIpaddress?: VirtualIpaddressArgs[];
    /** Further virtual IPs, which its adverts do not name (keepalived `virtual_ipaddress_excluded`). Defaults to all others of the virtual servers when it is the only instance. */
    virtualIpaddressExcluded?: VirtualIpaddressArgs[];
}

/** A virtual IP and how it stands on its owner. */
export interface VirtualIpaddressArgs extends VirtualIpaddressSettings {
    /** IPv4 or IPv6 address. */
    ip: Input<string>;
}

/** A director of a cluster. */
export interface ClusterDirectorArgs extends HostConnectionArgs {
    /** Name of the host in this stack, and its router id. A new name is a new host. */
    name: string;
    /** What it runs. Defaults to the cluster's. */
    distribution?: Distribution;
    /** Version of its keepalived, such as `2.2.7`, where it is not its distribution's. Defaults to that one. */
    keepalivedVersion?: string;
}

/** A real server of a cluster. */
export interface ClusterRealServerArgs extends HostConnectionArgs {
    /** Name of the host in this stack. A new name is a new host. */
    name: string;
    /** IPv4 address that directors send to. Defaults to `host` where that is one. */
    address?: Input<string>;
    /** IPv6 address that directors send to. Defaults to `host` where that is one. */
    address6?: Input<string>;
    /** Its IPv4 default gateway from now on, with NAT a virtual IP of the directors. Defaults to the one that it has. */
    gateway?: Input<string>;
    /** Its IPv6 default gateway from now on. Defaults to the one that it has. */
    gateway6?: Input<string>;
    /** Share of the connections, 0 to 65535, where the scheduler looks at it; 0 is none (keepalived `weight`). Defaults to 1. */
    weight?: number;
    /** Whether it gets no new connections, for maintenance: its weight is 0 in every pool, and those that it has go on. Defaults to false. */
    drained?: boolean;
    /** A web server with one page, installed with the rest. Defaults to none: what the host serves is its own business. */
    httpd?: HttpdArgs;
    /** What it runs. Defaults to the cluster's. */
    distribution?: Distribution;
}

/** Apache httpd with one page. */
export interface HttpdArgs {
    /** Text of `/var/www/html/index.html`. */
    page: Input<string>;
}

/** A service of the cluster (keepalived `virtual_server`): one of `virtualIp`, `virtualServerGroup` and `fwmark` says what clients send to. */
export interface VirtualServerArgs extends VirtualServerSettings {
    /** IPv4 or IPv6 address that clients connect to. Defaults to none. */
    virtualIp?: Input<string>;
    /** Port that clients connect to. Defaults to all ports together, which takes a persistenceTimeout. */
    port?: number;
    /** The transport (keepalived `protocol`). Defaults to `TCP`. */
    protocol?: Protocol;
    /** Several addresses with one pool (keepalived `virtual_server_group`). Defaults to none. */
    virtualServerGroup?: SocketArgs[];
    /** Packets that belong together by a mark, which the directors put on them (keepalived `fwmark`). Defaults to none. */
    fwmark?: FwmarkArgs;
    /** Who answers while the whole pool is down (keepalived `sorry_server`). Defaults to nobody. */
    sorryServer?: SorryServerArgs;
}

/** An address and a port that clients send to. */
export interface SocketArgs {
    /** IPv4 or IPv6 address. */
    virtualIp: Input<string>;
    /** Port. Defaults to all ports together, which takes a persistenceTimeout. */
    port?: number;
}

/** Packets that belong to one service by a mark. */
export interface FwmarkArgs extends FwmarkSettings {
    /** What is marked. */
    packets: MarkedPacketsArgs[];
}

/** Some of the packets to a virtual IP. */
export interface MarkedPacketsArgs extends MarkedPacketsSettings {
    /** IPv4 or IPv6 address that they are sent to. */
    virtualIp: Input<string>;
}

/** Who answers while a whole pool is down. */
export interface SorryServerArgs extends SorryServerSettings {
    /** Its address. */
    host: Input<string>;
}

/** A program for health checks or notifications. */
export interface ScriptArgs extends ScriptSettings {
    /** Its text, from `#!` on. */
    content: Input<string>;
}

/** One director of a cluster whose other hosts may be managed elsewhere. */
export interface DirectorArgs {
    /** The whole cluster, as all its members see it. */
    cluster: LvsClusterArgs;
    /** Which of the cluster's directors this is, by name. */
    name: string;
    /** The VRRP password, the same for all directors. Secret. */
    authPass: Input<string>;
}

/** A host that serves behind directors, which may be managed elsewhere. */
export interface RealServerArgs extends HostConnectionArgs {
    /** The addresses that it serves by DR and TUN. Defaults to none. */
    virtualIps?: Input<Input<string>[]>;
    /** The tunnels through which directors send to it, for method TUN. Defaults to none. */
    tunnels?: Tunnel[];
    /** Its IPv4 default gateway from now on, with NAT a virtual IP of the directors. Defaults to the one that it has. */
    gateway?: Input<string>;
    /** Its IPv6 default gateway from now on. Defaults to the one that it has. */
    gateway6?: Input<string>;
    /** A web server with one page. Defaults to none: what the host serves is its own business. */
    httpd?: HttpdArgs;
    /** Metrics of this host for Prometheus. Defaults to none. */
    monitoring?: MonitoringSettings;
    /** Whether destroy also removes the packages that were installed for it. Defaults to false. */
    removePackages?: boolean;
    /** A word that has not stood here before makes the next `up` mend what somebody has changed on the host. Defaults to none. */
    repair?: string;
}
