import * as pulumi from "@pulumi/pulumi";
import type { Dependencies } from "../host/step";

/** Make a step wait for outputs and depend on the resources that they come from. */
export function gatedBy(outputs: pulumi.Input<string>[] = []): Dependencies {
    return outputs.length === 0 ? [] : [pulumi.all(outputs).apply(() => [])];
}
