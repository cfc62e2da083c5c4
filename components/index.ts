export type * from "./args";
export { Director, type DirectorArgs } from "./director";
export { type HostInventory, HostRole } from "./inventory";
export { LvsCluster } from "./lvsCluster";
export { RealServer, type RealServerArgs } from "./realServer";
export type { ConnectionArgs, HostConnectionArgs, LoginArgs, ProxyArgs } from "../host/connection";
export { LvsMethod, LvsSched } from "../lvs/model";
