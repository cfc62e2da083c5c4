import * as pulumi from "@pulumi/pulumi";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { connectionOf } from "./connectionOf";

/** What a host of a cluster is. */
export const HostRole = { director: "director", realServer: "realServer" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** One host of a cluster and how to reach it. */
export interface HostInventory {
    /** Name of the host in the stack. */
    name: string;
    /** What it is in the cluster. */
    role: HostRole;
    /** Address or name for SSH. */
    host: string;
    /** TCP port of its SSH server. */
    port: number;
    /** User to log in as. */
    user: string;
    /** Its public key; empty where it was not to be checked. */
    hostKey: string;
}

/** The hosts of a cluster, directors first. */
export function inventoryOf(args: LvsClusterArgs): pulumi.Output<HostInventory[]> {
    const of = (role: HostRole) => (host: ClusterDirectorArgs | ClusterRealServerArgs) => {
        const { port = 22, user = "root", hostKey = "" } = connectionOf(args, host);
        return pulumi.output({ name: host.name, role, host: host.host, port, user, hostKey });
    };
    return pulumi.output([
        ...args.directors.map(of(HostRole.director)),
        ...args.realServers.map(of(HostRole.realServer)),
    ]);
}
