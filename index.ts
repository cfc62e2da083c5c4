import { LvsCluster } from "./components";
import { readCluster } from "./config";

// Pulumi keeps a stack trace for every promise and resource. Mapping them to TypeScript would take longer
// than the rest of the program, so stack traces show lines of JavaScript.
delete (Error as Partial<ErrorConstructor>).prepareStackTrace;

const cluster = new LvsCluster("lvs", readCluster());

/** First virtual IP. */
export const vip = cluster.vip;
/** Virtual IPs in the order of the virtual servers. */
export const virtualIps = cluster.virtualIps;
/** Hosts by name, and their SSH logins. */
export const inventory = cluster.inventory;
