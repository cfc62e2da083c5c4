import * as pulumi from "@pulumi/pulumi";

/**
 * Wait for the outputs of steps, and return the resources that later steps must depend on. Usually there
 * are none: N hosts that depend on N steps would put N × N dependencies into the state. If a step failed
 * in an update with `--continue-on-error`, its output is unknown. Then later steps depend on that step,
 * and the engine skips them. Otherwise `check` sees the outputs, and may throw.
 */
export async function whenDone(
    outputs: pulumi.Output<string>[],
    check: (values: string[]) => void = () => {},
): Promise<pulumi.Resource[]> {
    const steps = await Promise.all(outputs.map(stepOf));
    // The output of a step is always unknown in a preview.
    if (pulumi.runtime.isDryRun()) return [];
    const failed = steps.find(({ isKnown }) => !isKnown);
    if (failed === undefined) check(steps.map(({ value }) => value));
    return failed?.resources ?? [];
}

/** Resources that an output comes from, once it is resolved. */
async function stepOf(output: pulumi.Output<string>) {
    const { serializeProperty, unknownValue, unwrapRpcSecret } = pulumi.runtime;
    const resources = new Set<pulumi.Resource>();
    const value: unknown = unwrapRpcSecret(await serializeProperty("whenDone", output, resources));
    // In tests of programs that use this package, mocks may return no output.
    const text = typeof value === "string" ? value : "";
    return { resources: [...resources], isKnown: value !== unknownValue, value: text };
}
