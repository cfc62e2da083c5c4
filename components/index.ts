export type { ConnectionArgs, HostConnectionArgs, LoginArgs, ProxyArgs } from "../host/connection";
export { HostRole } from "../host/step";
export type { LvsTimeouts } from "../lvs/global/globalDefs";
export type { ScriptCall } from "../lvs/keepalived/scripts";
export { Distribution } from "../lvs/keepalived/versions";
export type { KernelSettings } from "../lvs/kernel/sysctls";
export type { MonitoringSettings } from "../lvs/monitoring";
export type { Check } from "../lvs/service/checks";
export type { BfdCheck } from "../lvs/service/checks/bfd";
export type { ConnectingCheck } from "../lvs/service/checks/connection";
export { type DnsCheck, DnsType } from "../lvs/service/checks/dns";
export type { FileCheck } from "../lvs/service/checks/file";
export {
    type HttpCheck,
    HttpProtocol,
    type HttpUrl,
    type SslCheck,
    type SslUrl,
} from "../lvs/service/checks/http";
export type { MiscCheck } from "../lvs/service/checks/misc";
export { RegexOption, type RegexStack } from "../lvs/service/checks/regex";
export type { SmtpCheck } from "../lvs/service/checks/smtp";
export type { UdpCheck } from "../lvs/service/checks/udp";
export { Protocol } from "../lvs/service/destination";
export { LvsMethod, type Tunnel, TunnelType } from "../lvs/service/lvsMethod";
export { LvsSched } from "../lvs/service/scheduler";
export type { BfdDirector, BfdInstance } from "../lvs/vrrp/tracking/bfdInstance";
export { AntiReplay, AuthHmacMode } from "../lvs/vrrp/instance/authHmac";
export type { VrrpDirector } from "../lvs/vrrp/instance/members";
export type { SyncDaemon } from "../lvs/global/syncDaemon";
export type { InterfaceDelay } from "../lvs/vrrp/tracking/interfaceDelays";
export type { TrackByName, TrackInterface } from "../lvs/vrrp/tracking/track";
export type { InitFile, TrackFile } from "../lvs/vrrp/tracking/trackFile";
export { ParamMatch, type TrackProcess } from "../lvs/vrrp/tracking/trackProcess";
export type { TrackScript } from "../lvs/vrrp/tracking/trackScript";
export { Scope } from "../lvs/vrrp/instance/virtualIpaddress";
export { RouteType, type VirtualRoute, type VirtualRule } from "../lvs/vrrp/instance/virtualRoutes";
export type * from "./args";
export { Director } from "./director";
export type { HostInventory } from "./inventory";
export { LvsCluster } from "./lvsCluster";
export { RealServer } from "./realServer";
