import * as pulumi from "@pulumi/pulumi";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { connectionOf } from "./connectionOf";

/** What a host of a cluster is. */
export const HostRole = { director: "director", realServer: "realServer" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** One host of a cluster and how to reach it. */
export interface HostInventory {
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

/** The hosts of a cluster by their names, directors first. */
export function inventoryOf(args: LvsClusterArgs): pulumi.Output<Record<string, HostInventory>> {
    const entry = (role: HostRole) => (member: ClusterDirectorArgs | ClusterRealServerArgs) => {
        const { host, port = 22, user = "root", hostKey = "" } = connectionOf(args, member);
        return [member.name, { role, host, port, user, hostKey }] as const;
    };
    return pulumi.output(
        Object.fromEntries([
            ...args.directors.map(entry(HostRole.director)),
            ...args.realServers.map(entry(HostRole.realServer)),
        ]),
    );
}
