import * as pulumi from "@pulumi/pulumi";

/**
 * What comes after steps depends on: nothing, once their outputs are there. N hosts that wait for N steps
 * would put N × N dependencies into the state, and only the running program needs them. But a step that
 * failed in an update that goes on without it (`--continue-on-error`) has left its output unknown: it is
 * what is depended on, so that the engine skips whoever comes after.
 */
export async function whenDone(outputs: pulumi.Output<string>[]): Promise<pulumi.Resource[]> {
    const steps = await Promise.all(outputs.map(stepOf));
    // In a preview all that a step would print is unknown.
    if (pulumi.runtime.isDryRun()) return [];
    return steps.find(({ isKnown }) => !isKnown)?.resources ?? [];
}

/** The resources that an output comes from, when it is there. */
async function stepOf(output: pulumi.Output<string>) {
    const { serializeProperty, unknownValue, unwrapRpcSecret } = pulumi.runtime;
    const resources = new Set<pulumi.Resource>();
    const value: unknown = await serializeProperty("whenDone", output, resources);
    return { resources: [...resources], isKnown: unwrapRpcSecret(value) !== unknownValue };
}
