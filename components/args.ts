import type { Input } from "@pulumi/pulumi";
import type { ConnectionArgs, HostConnectionArgs } from "../host/connection";
import type { ChangeSettings } from "../lvs/change";
import type { GlobalDefsSettings } from "../lvs/global/globalDefs";
import type {
    ScriptCallDirectorSettings,
    ScriptCallSettings,
    ScriptSettings,
} from "../lvs/keepalived/scripts";
import type { Distribution } from "../lvs/keepalived/versions";
import type { KernelSettings } from "../lvs/kernel/sysctls";
import type { MonitoringSettings } from "../lvs/monitoring";
import type { BfdCheck } from "../lvs/service/checks/bfd";
import type { ConnectingCheck } from "../lvs/service/checks/connection";
import type { DnsCheck } from "../lvs/service/checks/dns";
import type { FileCheck } from "../lvs/service/checks/file";
import type {
    HttpCheck,
    HttpUrlKeywords,
    SslCheck,
    SslUrlKeywords,
} from "../lvs/service/checks/http";
import type { MiscCheck } from "../lvs/service/checks/misc";
import type { SmtpCheck } from "../lvs/service/checks/smtp";
import type { UdpCheck } from "../lvs/service/checks/udp";
import type { FwmarkSettings, MarkedPacketsSettings, Protocol } from "../lvs/service/destination";
import type { Tunnel } from "../lvs/service/lvsMethod";
import type { PoolMemberSettings } from "../lvs/service/poolMember";
import type { SorryServerSettings } from "../lvs/service/sorryServer";
import type { VirtualServerSettings } from "../lvs/service/virtualServer";
import type { AuthHmacKeySettings, AuthHmacKeywords } from "../lvs/vrrp/instance/authHmac";
import type { VrrpInstanceSettings } from "../lvs/vrrp/instance/instance";
import type { VrrpDirector } from "../lvs/vrrp/instance/members";
import type { VrrpSyncGroupSettings } from "../lvs/vrrp/syncGroup";
import type { BfdInstanceSettings } from "../lvs/vrrp/tracking/bfdInstance";
import type { TrackFileSettings } from "../lvs/vrrp/tracking/trackFile";
import type { Tracking } from "../lvs/vrrp/tracking/tracking";
import type { TrackProcessSettings } from "../lvs/vrrp/tracking/trackProcess";
import type { TrackScriptSettings } from "../lvs/vrrp/tracking/trackScript";
import type { VirtualIpaddressSettings } from "../lvs/vrrp/instance/virtualIpaddress";
import type { Warning } from "../lvs/problems";

/** Arguments of a cluster: its hosts and its services. Without services it is a floating IP. */
export interface LvsClusterArgs
    extends
        ChangeSettings,
        Tracking<TrackScriptArgs, TrackProcessArgs, TrackFileArgs, BfdInstanceArgs> {
    /** SSH login of all hosts. The fields of a host override these. Defaults to `root` with the SSH agent. */
    connection?: ConnectionArgs;
    /** Distribution of all hosts. A host can name its own. The preflight compares it with the host's. Defaults to `debian12` for directors; real servers need none. */
    distribution?: Distribution;
    /** Exact version of the package `keepalived`, as the distribution writes it, such as `1:2.2.7-1+b2`. Defaults to the distribution's newest. */
    keepalivedPackage?: string;
    /** VRRP instances of the directors: one, or several to share the load. Defaults to none: something else gives a director the virtual IPs. */
    vrrpInstances?: VrrpInstanceArgs[];
    /** VRRP instances that fail over together. Defaults to the instances that NAT needs on one director. */
    vrrpSyncGroups?: VrrpSyncGroupArgs[];
    /** VRRP password of the directors, for VRRP version 2: 1 to 8 printable ASCII characters without blanks and `" \ { }`. VRRP uses the first eight characters of a longer password (keepalived `auth_pass`). Defaults to a generated one. @secret */
    authPass?: Input<string>;
    /** Load balancers, one to eight, in order of preference: the first is active while it is healthy. With one director nothing takes over. */
    directors: ClusterDirectorArgs[];
    /** Servers that the directors forward connections to. A machine may also be a director, under another name and with the same `host`. Defaults to none, for virtual IPs without services. */
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
    /** Lines of keepalived configuration outside all blocks, such as blocks that have no argument. They follow `global_defs` unchanged, at your own risk. Defaults to none. @maybeSecret */
    extraConfig?: Input<string>;
}

/** A block of keepalived's configuration to which you can add lines. */
export interface ExtraConfigArgs {
    /** Lines of keepalived configuration to append to the block unchanged, at your own risk. Defaults to none. @maybeSecret */
    extraConfig?: Input<string>;
}

/** Global settings of keepalived (keepalived `global_defs`). */
export interface GlobalDefsArgs extends GlobalDefsSettings<ScriptCallArgs>, ExtraConfigArgs {}

/** VRRP instances that fail over together: one director is active for all of them (keepalived `vrrp_sync_group`). */
export interface VrrpSyncGroupArgs extends VrrpSyncGroupSettings<ScriptCallArgs>, ExtraConfigArgs {}

/** A real server in the pool of one virtual server (keepalived `real_server`). */
export interface PoolMemberArgs
    extends PoolMemberSettings<ScriptCallArgs, CheckArgs>, ExtraConfigArgs {}

/** A VRRP instance: the virtual router that elects one active director for its virtual IPs (keepalived `vrrp_instance`). */
export interface VrrpInstanceArgs
    extends VrrpInstanceSettings<ScriptCallArgs, VrrpDirectorArgs>, ExtraConfigArgs {
    /** Signed adverts, which only an owner of a key can make. They replace the password (keepalived `auth_hmac`). Defaults to none. */
    authHmac?: AuthHmacArgs;
    /** Virtual IPs that adverts list (keepalived `virtual_ipaddress`). While directors disagree about this list, both become active, until the last of them is changed. Defaults to the first virtual IP of the virtual servers, if this is the only instance. */
    virtualIpaddress?: VirtualIpaddressArgs[];
    /** Virtual IPs that adverts do not list (keepalived `virtual_ipaddress_excluded`). Defaults to all other virtual IPs of the virtual servers, if this is the only instance. */
    virtualIpaddressExcluded?: VirtualIpaddressArgs[];
}

/** A director in a VRRP instance. Settings of the instance that it gives apply on this director only. */
export interface VrrpDirectorArgs extends VrrpDirector<ScriptCallArgs> {
    /** Name of the director. */
    name: string;
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
    /** Name of the host in keepalived's mail and SNMP (keepalived `router_id`). Defaults to the one in `globalDefs`, or else `name`. */
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
    /** With false, pulumi-lvs puts the host into pools and does not set it up: an appliance, a pod or a host of another team. It needs no login. With DR and TUN, set up its virtual IPs yourself. Defaults to true. */
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
export interface VirtualServerArgs
    extends VirtualServerSettings<ScriptCallArgs, CheckArgs>, ExtraConfigArgs {
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

/** An address and a port that clients connect to, or a range of addresses with one port. */
export interface SocketArgs {
    /** IPv4 or IPv6 address, or the first one of a range. */
    virtualIp: Input<string>;
    /** Last address of the range, which has up to 256. Defaults to virtualIp. */
    lastIp?: Input<string>;
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

/** A script with its arguments, run by keepalived. */
export interface ScriptCallArgs extends ScriptCallSettings {
    /** Arguments of the script, each without quotes, backslashes, `$`, `{` and `}`. Blanks need keepalived 2.0.6. A secret one is refused, because every user of a host can read the arguments of its processes. Defaults to none. */
    args?: Input<string>[];
    /** Directors with arguments of their own. Defaults to none. */
    directors?: ScriptCallDirectorArgs[];
}

/** A director on which a script has arguments of its own. */
export interface ScriptCallDirectorArgs extends ScriptCallDirectorSettings {
    /** Arguments there, in place of those for all directors. */
    args: Input<string>[];
}

/** A script that runs at intervals and changes priorities by its result (keepalived `vrrp_script`). */
export interface TrackScriptArgs extends TrackScriptSettings<ScriptCallArgs>, ExtraConfigArgs {}

/** A process that changes priorities by whether it runs (keepalived `vrrp_track_process`). */
export interface TrackProcessArgs extends TrackProcessSettings, ExtraConfigArgs {}

/** A file whose number changes priorities of directors or weights of servers (keepalived `track_file`). */
export interface TrackFileArgs extends TrackFileSettings, ExtraConfigArgs {}

/** A session that detects within milliseconds whether a neighbour is reachable, RFC 5880 (keepalived `bfd_instance`). */
export interface BfdInstanceArgs extends BfdInstanceSettings, ExtraConfigArgs {}

/** Health checks of a real server. With several checks, the server is up while all succeed. */
export interface CheckArgs {
    /** Opens and closes a TCP connection (keepalived `TCP_CHECK`). Defaults to none. */
    tcp?: ConnectingCheckArgs;
    /** Asks for web pages (keepalived `HTTP_GET`). Defaults to none. */
    http?: HttpCheckArgs;
    /** Asks for web pages over TLS (keepalived `SSL_GET`). Defaults to none. */
    ssl?: SslCheckArgs;
    /** Greets a mail server (keepalived `SMTP_CHECK`). Defaults to none. */
    smtp?: SmtpCheckArgs;
    /** Queries a name server (keepalived `DNS_CHECK`). Defaults to none. */
    dns?: DnsCheckArgs;
    /** Runs a script (keepalived `MISC_CHECK`). Defaults to none. */
    misc?: MiscCheckArgs;
    /** Follows a BFD session (keepalived `BFD_CHECK`). Defaults to none. */
    bfd?: BfdCheckArgs;
    /** Sends a UDP packet (keepalived `UDP_CHECK`). Defaults to none. */
    udp?: UdpCheckArgs;
    /** Sends an echo request (keepalived `PING_CHECK`). Defaults to none. */
    ping?: ConnectingCheckArgs;
    /** Reads a number from a file on the director (keepalived `FILE_CHECK`). Defaults to none. */
    file?: FileCheckArgs;
    /** Checks nothing: the server is always up. It excludes all other checks. Defaults to false. */
    none?: boolean;
}

/** A check that connects to the server. */
export interface ConnectingCheckArgs extends ConnectingCheck, ExtraConfigArgs {}

/** Web pages with the expected status and content (keepalived `HTTP_GET`). */
export interface HttpCheckArgs extends HttpCheck<HttpUrlArgs>, ExtraConfigArgs {}

/** A page that a check asks for (keepalived `url`). */
export interface HttpUrlArgs extends HttpUrlKeywords, ExtraConfigArgs {}

/** Web pages over TLS with the expected status and content. keepalived does not verify certificates (keepalived `SSL_GET`). */
export interface SslCheckArgs extends SslCheck<SslUrlArgs>, ExtraConfigArgs {}

/** A page that a check asks for over TLS (keepalived `url`). */
export interface SslUrlArgs extends SslUrlKeywords, ExtraConfigArgs {}

/** A mail server that greets and answers HELO (keepalived `SMTP_CHECK`). */
export interface SmtpCheckArgs extends SmtpCheck, ExtraConfigArgs {}

/** A name server that answers a query without an error, over UDP (keepalived `DNS_CHECK`). */
export interface DnsCheckArgs extends DnsCheck, ExtraConfigArgs {}

/** A script that exits with status 0 while the server is healthy (keepalived `MISC_CHECK`). */
export interface MiscCheckArgs extends MiscCheck<ScriptCallArgs>, ExtraConfigArgs {}

/** A check that succeeds while a BFD session with the server is up (keepalived `BFD_CHECK`). */
export interface BfdCheckArgs extends BfdCheck, ExtraConfigArgs {}

/** A UDP port that answers, or at least does not refuse packets (keepalived `UDP_CHECK`). */
export interface UdpCheckArgs extends UdpCheck, ExtraConfigArgs {}

/** A number in a file on the director, which removes the server or changes its weight (keepalived `FILE_CHECK`). */
export interface FileCheckArgs extends FileCheck, ExtraConfigArgs {}

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
