import type * as pulumi from "@pulumi/pulumi";
import type { HostConnectionArgs } from "../host/connection";
import { HostRole, runStep } from "../host/step";
import { deferredStep } from "../lvs/steps";
import { Director } from "./director";
import type { RealServer } from "./realServer";

/**
 * Carry out the change that a host deferred: of an active director all of it, of a real server the
 * removals. Without a deferred change there is no login.
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
