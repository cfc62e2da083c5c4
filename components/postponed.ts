import * as pulumi from "@pulumi/pulumi";
import { digestOf } from "../host/bundle";

/** Of a step that was sent to a host and of what it printed: the step's digest where it has put something off, else nothing. */
export function postponedIn(
    sent: pulumi.Output<string>,
    // Mocks of others' tests need not say anything.
    said: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
    return pulumi
        .all([sent, said])
        .apply(([known, text = ""]) => (/[:;] waits /.test(text) ? digestOf(known) : ""));
}
