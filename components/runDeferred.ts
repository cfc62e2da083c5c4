import type * as pulumi from "@pulumi/pulumi";
import { runStep } from "../host/step";
import { deferredStep } from "../lvs/steps";
import type { Director } from "./director";
import { memberOf } from "./member";
import type { RealServer } from "./realServer";

/**
 * Apply the change that a host deferred: an active director its whole change, a real server its
 * removals. Without a deferred change, nothing connects to the host.
 */
export function runDeferred(
    member: Director | RealServer,
    after: Promise<pulumi.Resource[]>,
): pulumi.Output<string> {
    return runStep(memberOf(member).host, "deferred", member.deferred.apply(deferredStep), {
        dependsOn: [after],
        isNeeded: member.deferred.apply((digest) => digest !== ""),
    }).stdout;
}
