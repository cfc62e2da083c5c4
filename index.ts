import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "./components";
import { readCluster } from "./config";

const cluster = new LvsCluster("lvs", readCluster(pulumi.runtime.allConfig()));

/** First virtual IP. */
export const vip = cluster.vip;
/** Virtual IPs in the order of the virtual servers. */
export const virtualIps = cluster.virtualIps;
/** Hosts by name, and their SSH logins. */
export const inventory = cluster.inventory;
