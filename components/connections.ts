import * as pulumi from "@pulumi/pulumi";
import {
    fieldProblems,
    type HostConnectionArgs,
    type LoginArgs,
    loginFields,
} from "../host/connection";
import { connectionOf, managedMembers } from "../host/credentials";
import { isKnown } from "../host/isKnown";
import { fieldPath } from "../lvs/problems";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { throwProblems } from "./validated";

/**
 * Check the outputs in a connection when they are known. Throws a `ResourceError` then, before anything
 * connects. `path` is the place of the host in the arguments.
 */
export function checkedConnection(
    path: string,
    connection: HostConnectionArgs,
    resource: pulumi.Resource,
): HostConnectionArgs {
    const { proxy } = connection;
    const checked = <Login extends LoginArgs>(login: Login, at: string): Login => {
        const fields = { ...login } as Record<string, unknown>;
        for (const field of ["host", ...loginFields] as const) {
            const value = fields[field];
            if (isKnown(value)) continue;
            const output: pulumi.Output<unknown> = pulumi.output(value);
            fields[field] = output.apply((known) => {
                const found = fieldProblems(at, field, known, login);
                return found.length > 0 ? throwProblems(found, resource) : known;
            });
        }
        return fields as Login;
    };
    const own = checked(connection, path);
    return proxy ? { ...own, proxy: checked(proxy, fieldPath(path, "proxy")) } : own;
}

/** Connections of a list of a cluster's hosts, checked. */
export function memberConnections(
    list: "directors" | "realServers",
    args: LvsClusterArgs,
    resource: pulumi.Resource,
): Map<string, HostConnectionArgs> {
    return new Map(
        managedMembers<ClusterDirectorArgs | ClusterRealServerArgs>(args[list] ?? [], list).map(
            ({ member, path }) => [
                member.name,
                checkedConnection(path, connectionOf(args, member), resource),
            ],
        ),
    );
}
