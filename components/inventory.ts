import * as pulumi from "@pulumi/pulumi";
import { HostRole } from "../host/step";
import type { RealServer } from "../lvs/model";
import { addressOf } from "../lvs/pool";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { connectionOf } from "./connectionOf";

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
    const member = (
        role: HostRole,
        { name, ...host }: ClusterDirectorArgs | ClusterRealServerArgs,
        { address, address6 }: Pick<ClusterRealServerArgs, "address" | "address6"> = {},
    ) => {
        const { port = 22, user = "root", hostKey = "" } = connectionOf(args, host);
        return { name, role, host: host.host, port, user, hostKey, address, address6 };
    };
    const members = [
        ...args.directors.map((director) => member(HostRole.director, director)),
        ...args.realServers.map((server) => member(HostRole.realServer, server, server)),
    ];
    return pulumi
        .output(members)
        .apply((known) => Object.fromEntries(known.map((one) => [one.name, entryOf(one)])));
}

function entryOf({
    role,
    port,
    user,
    hostKey,
    ...host
}: Omit<HostInventory, "addresses"> & RealServer) {
    const addresses = [addressOf(host, "inet"), addressOf(host, "inet6")];
    return {
        role,
        host: host.host,
        port,
        user,
        hostKey,
        addresses: role === HostRole.director ? [] : addresses.filter((one) => one !== undefined),
    };
}
