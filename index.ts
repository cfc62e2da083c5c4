import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "./components";
import { readCluster } from "./config";

// Pulumi keeps a stack for every promise and resource, and to find the TypeScript of each takes longer
// than all else here. So stacks name the lines of the JavaScript.
delete (Error as Partial<ErrorConstructor>).prepareStackTrace;

const cluster = new LvsCluster("lvs", readCluster(pulumi.runtime.allConfig()));

/** The first virtual IP. */
export const vip = cluster.vip;
/** All virtual IPs. */
export const virtualIps = cluster.virtualIps;
/** The hosts and how to reach them. */
export const inventory = cluster.inventory;
