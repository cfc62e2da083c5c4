import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "./components";
import { readCluster } from "./config";

const cluster = new LvsCluster("lvs", readCluster(pulumi.runtime.allConfig()));

/** The first virtual IP. */
export const vip = cluster.vip;
/** All virtual IPs. */
export const virtualIps = cluster.virtualIps;
/** The hosts and how to reach them. */
export const inventory = cluster.inventory;
