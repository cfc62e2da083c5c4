import * as pulumi from "@pulumi/pulumi";
import { addressOf } from "../lvs/pool";
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
    /** Where directors send to it, in IPv4 and IPv6; empty for a director. */
    addresses: string[];
}

/** The hosts of a cluster by their names, directors first. */
export function inventoryOf(args: LvsClusterArgs): pulumi.Output<Record<string, HostInventory>> {
    const entry = (
        role: HostRole,
        member: ClusterDirectorArgs | ClusterRealServerArgs,
        addresses: pulumi.Input<string[]>,
    ) => {
        const { host, port = 22, user = "root", hostKey = "" } = connectionOf(args, member);
        return [member.name, { role, host, port, user, hostKey, addresses }] as const;
    };
    return pulumi.output(
        Object.fromEntries([
            ...args.directors.map((member) => entry(HostRole.director, member, [])),
            ...args.realServers.map((member) =>
                entry(HostRole.realServer, member, addressesOf(member)),
            ),
        ]),
    );
}

function addressesOf({
    name,
    host,
    address,
    address6,
}: ClusterRealServerArgs): pulumi.Output<string[]> {
    return pulumi
        .output({ name, host, address, address6 })
        .apply((known) =>
            [addressOf(known, "inet"), addressOf(known, "inet6")].filter(
                (one) => one !== undefined,
            ),
        );
}
