import * as pulumi from "@pulumi/pulumi";
import { connectionOf } from "../host/credentials";
import { type Known, whenKnown } from "../host/known";
import { HostRole } from "../host/stepKinds";
import type { Cluster, RealServer } from "../lvs/model";
import { virtualIpsByDirector } from "../lvs/director/plan";
import { addressOf } from "../lvs/service/pooledServer";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { present } from "../host/present";

/** A host of a cluster, and its SSH login. */
export interface HostInventory {
    /** Role of the host in the cluster. */
    role: HostRole;
    /** Address or name of the host. */
    host: string;
    /** TCP port of its SSH server. */
    port: number;
    /** User to log in as. */
    user: string;
    /** Public key of the host, or an empty string if it is not checked. */
    hostKey: string;
    /** Addresses that directors send packets to, IPv4 and IPv6. Empty for a director. */
    addresses: string[];
    /** Virtual IPs that the host may have as a director, with the names of their VRRP instances. Empty for a real server. */
    virtualIps: Record<string, string>;
}

/** Hosts of a cluster by name, directors first. */
export function inventoryOf(
    args: LvsClusterArgs,
    cluster: Known<Cluster>,
): pulumi.Output<Record<string, HostInventory>> {
    const member = (
        role: HostRole,
        { name, ...host }: ClusterDirectorArgs | ClusterRealServerArgs,
        { address, address6 }: Pick<ClusterRealServerArgs, "address" | "address6"> = {},
    ) => {
        const { port = 22, user = "root", hostKey = "" } = connectionOf(args, host);
        return { name, role, host: host.host, port, user, hostKey, address, address6 };
    };
    const members = [
        ...present(args.directors).map((director) => member(HostRole.director, director)),
        ...present(args.realServers ?? []).map((server) =>
            member(HostRole.realServer, server, server),
        ),
    ];
    return pulumi
        .all([pulumi.output(members), whenKnown(cluster, virtualIpsByDirector)])
        .apply(([known, virtualIps]) =>
            Object.fromEntries(
                known.map((one) => [
                    one.name,
                    { ...entryOf(one), virtualIps: virtualIps[one.name] ?? {} },
                ]),
            ),
        );
}

function entryOf({
    role,
    port,
    user,
    hostKey,
    ...host
}: Omit<HostInventory, "addresses" | "virtualIps"> & RealServer) {
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
