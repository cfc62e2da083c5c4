export type * from "./args";
export { Director } from "./director";
export { type HostInventory, HostRole } from "./inventory";
export { LvsCluster } from "./lvsCluster";
export { RealServer } from "./realServer";
export type { ConnectionArgs, HostConnectionArgs, LoginArgs, ProxyArgs } from "../host/connection";
export { LvsMethod, LvsSched } from "../lvs/model";
