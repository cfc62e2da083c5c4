import type { ChangeSettings } from "./change";
import type { Script } from "./keepalived/scripts";
import type { Distribution } from "./keepalived/versions";
import type { KernelSettings } from "./kernel/sysctls";
import type { MonitoringSettings } from "./monitoring";
import type { Tunnel } from "./service/lvsMethod";
import type { VirtualServer } from "./service/virtualServer";
import type { GlobalDefs } from "./global/globalDefs";
import type { VrrpInstance } from "./vrrp/instance/instance";
import type { VrrpSyncGroup } from "./vrrp/syncGroup";
import type { Tracking } from "./vrrp/tracking/tracking";

export interface Director {
    readonly name: string;
    readonly host: string;
    readonly distribution?: Distribution;
    readonly keepalivedVersion?: string;
}

export interface RealServer {
    readonly name: string;
    readonly host: string;
    /** IPv4 address that directors send to; `host` where that is one. */
    readonly address?: string;
    /** IPv6 address that directors send to; `host` where that is one. */
    readonly address6?: string;
    readonly gateway?: string;
    readonly gateway6?: string;
    readonly weight?: number;
    readonly drained?: boolean;
    readonly httpd?: Httpd;
    readonly distribution?: Distribution;
}

/** A real server without the cluster that it is in. */
export interface StandaloneRealServer {
    /** The virtual IPs that it serves by DR and TUN. */
    readonly virtualIps: string[];
    readonly tunnels: Tunnel[];
    readonly gateway?: string;
    readonly gateway6?: string;
    readonly httpd?: Httpd;
    readonly monitoring?: MonitoringSettings;
    readonly removePackages?: boolean;
    readonly repair?: string;
}

export interface Httpd {
    readonly page: string;
}

/** Everything that decides what stands in a file on a host; no secret, no way to log in. */
export interface Cluster extends ChangeSettings, Tracking {
    readonly distribution?: Distribution;
    readonly keepalivedPackage?: string;
    readonly vrrpInstances: readonly VrrpInstance[];
    /** Whether the user gives a password, which is no part of this. */
    readonly hasAuthPass?: boolean;
    readonly vrrpSyncGroups?: readonly VrrpSyncGroup[];
    readonly directors: readonly Director[];
    readonly realServers: readonly RealServer[];
    readonly virtualServers: readonly VirtualServer[];
    readonly scripts?: readonly Script[];
    readonly globalDefs?: GlobalDefs;
    readonly kernel?: KernelSettings;
    readonly openFirewall?: boolean;
    readonly removePackages?: boolean;
    readonly monitoring?: MonitoringSettings;
}
