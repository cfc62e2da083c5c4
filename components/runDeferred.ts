import * as pulumi from "@pulumi/pulumi";
import { dependingOn, type Known } from "../host/known";
import { runStep } from "../host/step";
import { deferredStep, type Testimony } from "../lvs/steps";
import type { Director } from "./director";
import { memberOf } from "./member";
import type { RealServer } from "./realServer";

/**
 * Apply the change that a host deferred: an active director its whole change, a real server its
 * removals. A director also gives a testimony if it must. Without either, nothing connects to the host.
 */
export function runDeferred(
    member: Director | RealServer,
    after: Promise<pulumi.Resource[]>,
    testimony: Known<Testimony> = {},
): pulumi.Output<string> {
    // The state gets no dependency on other directors.
    const asked = pulumi.all([member.deferred, dependingOn(member.deferred, testimony)]);
    return runStep(
        memberOf(member).host,
        "deferred",
        asked.apply(([...all]) => deferredStep(...all)),
        {
            dependsOn: [after],
            isNeeded: asked.apply(
                ([digest, { proveActive }]) => digest !== "" || proveActive === true,
            ),
        },
    ).stdout;
}
