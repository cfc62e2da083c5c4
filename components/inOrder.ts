import * as pulumi from "@pulumi/pulumi";
import type { Dependencies } from "../host/remote";

/** What outputs come from, as what a step depends on and waits for. */
export function inOrder(outputs: pulumi.Input<string>[] = []): Dependencies {
    return outputs.length === 0 ? [] : [pulumi.all(outputs).apply(() => [])];
}
