import type * as pulumi from "@pulumi/pulumi";
import type { HostConnectionArgs } from "../host/connection";
import { HostRole, runStep } from "../host/step";
import { deferredStep } from "../lvs/steps";
import { Director } from "./director";
import type { RealServer } from "./realServer";

/**
 * Apply the change that a host deferred: an active director its whole change, a real server its
 * removals. Without a deferred change, nothing connects to the host.
 */
export function runDeferred(
    name: string,
    connection: HostConnectionArgs,
    member: Director | RealServer,
    after: Promise<pulumi.Resource[]>,
): pulumi.Output<string> {
    const role = member instanceof Director ? HostRole.director : HostRole.realServer;
    const host = { role, name, connection, parent: member };
    return runStep(host, "deferred", member.deferred.apply(deferredStep), {
        dependsOn: [after],
        isNeeded: member.deferred.apply((digest) => digest !== ""),
    }).stdout;
}
