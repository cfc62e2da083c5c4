import type { Input } from "@pulumi/pulumi";
import type { ConnectionArgs, HostConnectionArgs } from "../host/connection";
import type { ChangeSettings } from "../lvs/change";
import type { GlobalDefsSettings } from "../lvs/global/globalDefs";
import type { ScriptSettings } from "../lvs/keepalived/scripts";
import type { Distribution } from "../lvs/keepalived/versions";
import type { KernelSettings } from "../lvs/kernel/sysctls";
import type { MonitoringSettings } from "../lvs/monitoring";
import type { FwmarkSettings, MarkedPacketsSettings, Protocol } from "../lvs/service/destination";
import type { Tunnel } from "../lvs/service/lvsMethod";
import type { PoolMemberSettings } from "../lvs/service/poolMember";
import type { SorryServerSettings } from "../lvs/service/sorryServer";
import type { VirtualServerSettings } from "../lvs/service/virtualServer";
import type { AuthHmacKeySettings, AuthHmacKeywords } from "../lvs/vrrp/instance/authHmac";
import type { VrrpInstanceSettings } from "../lvs/vrrp/instance/instance";
import type { VrrpSyncGroupSettings } from "../lvs/vrrp/syncGroup";
import type { Tracking } from "../lvs/vrrp/tracking/tracking";
import type { VirtualIpaddressSettings } from "../lvs/vrrp/instance/virtualIpaddress";
import type { Warning } from "../lvs/problems";

/** Arguments of a cluster: its hosts and its services. Without services it is a floating IP. */
export interface LvsClusterArgs extends ChangeSettings, Tracking {
    /** SSH login of all hosts. The fields of a host override these. Defaults to `root` with the SSH agent. */
    connection?: ConnectionArgs;
    /** Distribution of all hosts. A host can name its own. The preflight compares it with the host's. Defaults to `debian12` on directors, and on real servers to what they run. */
    distribution?: Distribution;
    /** Exact version of the package `keepalived`, as the distribution writes it, such as `1:2.2.7-1+b2`. Defaults to the distribution's newest. */
    keepalivedPackage?: string;
    /** VRRP instances of the directors: one, or several to share the load. Defaults to none: something else gives a director the virtual IPs. */
    vrrpInstances?: VrrpInstanceArgs[];
    /** VRRP instances that fail over together. Defaults to the instances that NAT needs on one director. */
    vrrpSyncGroups?: VrrpSyncGroupArgs[];
    /** VRRP password of the directors, for VRRP version 2: 1 to 8 printable ASCII characters without blanks and `" \ { }`. Of a longer one VRRP uses the first eight (keepalived `auth_pass`). Defaults to a generated one. @secret */
    authPass?: Input<string>;
    /** Load balancers, one to eight, in order of preference: the first is active while it is healthy. With one director nothing takes over. */
    directors: ClusterDirectorArgs[];
    /** Servers that the directors forward connections to. Defaults to none, for virtual IPs without services. */
    realServers?: ClusterRealServerArgs[];
    /** Services that clients connect to. Defaults to none: the directors then have the virtual IPs of `vrrpInstances`, and the host needs no IPVS. */
    virtualServers?: VirtualServerArgs[];
    /** Programs for health checks and notifications, copied to the directors. Defaults to none. */
    scripts?: ScriptArgs[];
    /** Global settings of keepalived (keepalived `global_defs`). Defaults to the default of each field. */
    globalDefs?: GlobalDefsArgs;
    /** Kernel settings of the directors. Defaults to the default of each field. */
    kernel?: KernelSettings;
    /** Open an existing firewall of nftables, iptables or firewalld on the directors for VRRP, connection sync and the services. Hosts without a firewall are left alone. Defaults to true. */
    openFirewall?: boolean;
    /** Metrics of all hosts for Prometheus. Defaults to none. */
    monitoring?: MonitoringSettings;
    /** When the cluster is destroyed, remove the packages that it installed, except those that another package has come to need. Defaults to false. */
    removePackages?: boolean;
    /** Names of warnings that previews and `up`s do not show. Defaults to none. */
    ignoreWarnings?: Warning[];
}

/** A block of keepalived's configuration to which you can add lines. */
export interface ExtraConfigArgs {
    /** Lines of keepalived configuration to append to the block unchanged, at your own risk. Defaults to none. @maybeSecret */
    extraConfig?: Input<string>;
}

/** Global settings of keepalived (keepalived `global_defs`). */
export interface GlobalDefsArgs extends GlobalDefsSettings, ExtraConfigArgs {}

/** VRRP instances that fail over together: one director is active for all of them (keepalived `vrrp_sync_group`). */
export interface VrrpSyncGroupArgs extends VrrpSyncGroupSettings, ExtraConfigArgs {}

/** A real server in the pool of one virtual server (keepalived `real_server`). */
export interface PoolMemberArgs extends PoolMemberSettings, ExtraConfigArgs {}

/** A VRRP instance: the virtual router that elects one active director for its virtual IPs (keepalived `vrrp_instance`). */
export interface VrrpInstanceArgs extends VrrpInstanceSettings, ExtraConfigArgs {
    /** Signed adverts, which only an owner of a key can make. They replace the password (keepalived `auth_hmac`). Defaults to none. */
    authHmac?: AuthHmacArgs;
    /** Virtual IPs that adverts list (keepalived `virtual_ipaddress`). While directors disagree about this list, both become active, until the last of them is changed. Defaults to the first virtual IP of the virtual servers, if this is the only instance. */
    virtualIpaddress?: VirtualIpaddressArgs[];
    /** Virtual IPs that adverts do not list (keepalived `virtual_ipaddress_excluded`). Defaults to all other virtual IPs of the virtual servers, if this is the only instance. */
    virtualIpaddressExcluded?: VirtualIpaddressArgs[];
}

/** Signed adverts, which only an owner of a key can make (keepalived `auth_hmac`). Needs keepalived 2.4.0 on every director. */
export interface AuthHmacArgs extends AuthHmacKeywords {
    /** Keys that directors accept, one or more. */
    keys: AuthHmacKeyArgs[];
}

/** A key that signs adverts. */
export interface AuthHmacKeyArgs extends AuthHmacKeySettings {
    /** Text of the key: `hex:` and 64 to 128 hexadecimal digits, or 32 to 64 letters, digits and `+/=_.,:@%-` (keepalived `key`). @secret */
    key: Input<string>;
}

/** A virtual IP, as the active director adds it to an interface. */
export interface VirtualIpaddressArgs extends VirtualIpaddressSettings {
    /** IPv4 or IPv6 address. */
    ip: Input<string>;
}

/** A director of a cluster. */
export interface ClusterDirectorArgs extends HostConnectionArgs {
    /** Name of the host in this stack: letters and digits, with `.`, `_` and `-` inside. A new name is a new host. */
    name: string;
    /** Name of the host in keepalived's mail and SNMP (keepalived `router_id`). Defaults to the one in `globalDefs`, else to `name`. */
    routerId?: string;
    /** Take the host over from the component of another stack that has set it up, or from a lost state. Remove this after the `up`. Defaults to false. */
    adopt?: boolean;
    /** The host has died for good: no `up` and no destroy connects to it. Remove the member after the `up`. Defaults to false. */
    gone?: boolean;
    /** Distribution of the host. Defaults to the cluster's. */
    distribution?: Distribution;
    /** Version of keepalived on the host, such as `2.2.7`. Defaults to the one that its distribution ships. */
    keepalivedVersion?: string;
}

/** A real server of a cluster. */
export interface ClusterRealServerArgs extends HostConnectionArgs {
    /** Name of the host in this stack: letters and digits, with `.`, `_` and `-` inside. A new name is a new host. */
    name: string;
    /** Take the host over from the components of other stacks that have set it up, or from a lost state. Remove this after the `up`. Defaults to false. */
    adopt?: boolean;
    /** The host has died for good: it leaves all pools, and no `up` and no destroy connects to it. Remove the member after the `up`. Defaults to false. */
    gone?: boolean;
    /** With false, the host is in pools, and pulumi-lvs never connects to it: an appliance, a pod or a host of others. It needs no login. With DR and TUN, set up its virtual IPs yourself. Defaults to true. */
    managed?: boolean;
    /** IPv4 address that directors send packets to. Defaults to `host`, if `host` is an IPv4 address. */
    address?: Input<string>;
    /** IPv6 address that directors send packets to. Defaults to `host`, if `host` is an IPv6 address. */
    address6?: Input<string>;
    /** IPv4 default gateway to set on the host. With NAT, a virtual IP of the directors. Defaults to the gateway that the host has. */
    gateway?: Input<string>;
    /** IPv6 default gateway to set on the host. Defaults to the gateway that the host has. */
    gateway6?: Input<string>;
    /** Share of the connections, 0 to 65535, for schedulers that use weights. 0 means no new connections (keepalived `weight`). Defaults to 1. */
    weight?: number;
    /** Stop new connections to this server for maintenance: its weight becomes 0 in every pool, and established connections continue. Defaults to false. */
    drained?: boolean;
    /** Text of a page to try a cluster out. The host gets Apache httpd, which serves it as `/var/www/html/index.html` on port 80. Defaults to none: you install what the host serves. @maybeSecret */
    demoPage?: Input<string>;
    /** Distribution of the host. Defaults to the cluster's. */
    distribution?: Distribution;
}

/** A service that clients connect to (keepalived `virtual_server`). Its address is one of `virtualIp`, `virtualServerGroup` and `fwmark`. */
export interface VirtualServerArgs extends VirtualServerSettings, ExtraConfigArgs {
    /** IPv4 or IPv6 address that clients connect to. Defaults to none. */
    virtualIp?: Input<string>;
    /** Port that clients connect to. Defaults to all ports, which needs a persistenceTimeout. */
    port?: number;
    /** Transport protocol (keepalived `protocol`). Defaults to `TCP`. */
    protocol?: Protocol;
    /** Several addresses and ports that share one pool (keepalived `virtual_server_group`). Defaults to none. */
    virtualServerGroup?: SocketArgs[];
    /** Marked packets, so that several ports form one service (keepalived `fwmark`). Defaults to none. */
    fwmark?: FwmarkArgs;
    /** Server that answers while the whole pool is down (keepalived `sorry_server`). Defaults to none. */
    sorryServer?: SorryServerArgs;
    /** Real servers in the pool. Defaults to all. */
    realServers?: PoolMemberArgs[];
}

/** An address and a port that clients connect to. */
export interface SocketArgs {
    /** IPv4 or IPv6 address. */
    virtualIp: Input<string>;
    /** Port. Defaults to all ports, which needs a persistenceTimeout. */
    port?: number;
}

/** Marked packets that together form one service. */
export interface FwmarkArgs extends FwmarkSettings {
    /** Packets that the directors mark. Defaults to none: another program on the directors marks them. */
    packets?: MarkedPacketsArgs[];
}

/** Packets to mark: those to one virtual IP, or some of them. */
export interface MarkedPacketsArgs extends MarkedPacketsSettings {
    /** Destination of the packets, an IPv4 or IPv6 address. */
    virtualIp: Input<string>;
}

/** A server that answers while a whole pool is down. */
export interface SorryServerArgs extends SorryServerSettings {
    /** IP address of the server. */
    host: Input<string>;
}

/** A program for health checks or notifications. */
export interface ScriptArgs extends ScriptSettings {
    /** Text of the program, beginning with `#!`. @maybeSecret */
    content: Input<string>;
}

/** Arguments of one director, for a cluster whose hosts belong to several stacks. */
export interface DirectorArgs {
    /** The whole cluster. Give the same value to all its directors. */
    cluster: LvsClusterArgs;
    /** Name of this director in `cluster.directors`. */
    name: string;
    /** VRRP password, the same for all directors of the cluster. @secret */
    authPass: Input<string>;
}

/** Arguments of one real server, whose directors may belong to another stack. */
export interface RealServerArgs extends HostConnectionArgs {
    /** Virtual IPs that the host serves by DR or TUN. Defaults to none. */
    virtualIps?: Input<Input<string>[]>;
    /** Tunnels through which directors send packets, for method TUN. Defaults to none. */
    tunnels?: Tunnel[];
    /** IPv4 default gateway to set on the host. With NAT, a virtual IP of the directors. Defaults to the gateway that the host has. */
    gateway?: Input<string>;
    /** IPv6 default gateway to set on the host. Defaults to the gateway that the host has. */
    gateway6?: Input<string>;
    /** Text of a page to try a cluster out. The host gets Apache httpd, which serves it as `/var/www/html/index.html` on port 80. Defaults to none: you install what the host serves. @maybeSecret */
    demoPage?: Input<string>;
    /** Metrics of this host for Prometheus. Defaults to none. */
    monitoring?: MonitoringSettings;
    /** When the component is destroyed, remove the packages that it installed, except those that another package has come to need. Defaults to false. */
    removePackages?: boolean;
    /** Any new word makes the next `up` repair manual changes on the host. Defaults to none. */
    repair?: string;
    /** Take the host over from the components of other stacks that have set it up, or from a lost state. Remove this after the `up`. Defaults to false. */
    adopt?: boolean;
    /** The host has died for good: no `up` and no destroy connects to it. Defaults to false. */
    gone?: boolean;
}
