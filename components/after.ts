import * as pulumi from "@pulumi/pulumi";

/** A value that is not known before some outputs are. */
export function after<T>(
    outputs: pulumi.Input<string>[] = [],
    value: pulumi.Output<T>,
): pulumi.Output<T> {
    return pulumi.all([value, pulumi.all(outputs)]).apply(([known]) => known as T);
}
