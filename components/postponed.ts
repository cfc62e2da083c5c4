import type * as pulumi from "@pulumi/pulumi";
import { digestOf } from "../host/bundle";
import { type Known, whenKnown } from "./known";

/** Of a step that was sent to a host and of what it printed: the step's digest where it has put something off, else nothing. */
export function postponedIn(
    sent: Known<string>,
    // Mocks of others' tests need not say anything.
    said: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
    return whenKnown(sent, (known) =>
        said.apply((text = "") => (/[:;] waits /.test(text) ? digestOf(known) : "")),
    );
}
