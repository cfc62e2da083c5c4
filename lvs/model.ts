import type { ChangeSettings } from "./change";
import type { ExtraConfig } from "./keepalived/extraConfig";
import type { Script } from "./keepalived/scripts";
import type { Distribution } from "./keepalived/versions";
import type { KernelSettings } from "./kernel/sysctls";
import type { MonitoringSettings } from "./monitoring";
import type { Tunnel } from "./service/lvsMethod";
import type { PooledServer } from "./service/pooledServer";
import type { VirtualServer } from "./service/virtualServer";
import type { GlobalDefs } from "./global/globalDefs";
import type { VrrpInstance } from "./vrrp/instance/instance";
import type { VrrpSyncGroup } from "./vrrp/syncGroup";
import type { Tracking } from "./vrrp/tracking/tracking";
import type { Warning } from "./problems";

export interface Director {
    readonly name: string;
    readonly host: string;
    readonly routerId?: string;
    readonly distribution?: Distribution;
    readonly keepalivedVersion?: string;
}

export interface RealServer extends PooledServer {
    readonly gateway?: string;
    readonly gateway6?: string;
    /** Is the host set up by this project? Other hosts are only in pools. */
    readonly managed?: boolean;
    /** Text of a page that the host serves. */
    readonly demoPage?: string;
    readonly distribution?: Distribution;
}

/** A real server without its cluster. */
export interface StandaloneRealServer {
    /** Virtual IPs that it serves by DR or TUN. */
    readonly virtualIps: string[];
    readonly tunnels: Tunnel[];
    /** Is the machine also a director of its cluster? Defaults to false. */
    readonly alsoDirector?: boolean;
    readonly distribution?: Distribution;
    readonly gateway?: string;
    readonly gateway6?: string;
    /** Text of a page that the host serves. */
    readonly demoPage?: string;
    readonly monitoring?: MonitoringSettings;
    readonly removePackages?: boolean;
    readonly repair?: string;
}

/** Arguments that decide the content of files on hosts: no secrets, no logins. */
export interface Cluster extends ChangeSettings, ExtraConfig, Tracking {
    readonly distribution?: Distribution;
    readonly keepalivedPackage?: string;
    readonly vrrpInstances: readonly VrrpInstance[];
    /** Does the user give a password? The password itself stays out of the model. */
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
    readonly ignoreWarnings?: readonly Warning[];
}
