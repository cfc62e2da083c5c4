import type * as pulumi from "@pulumi/pulumi";

/** Find the digest of a deferred change in the output of a step. Empty if there is none. */
export function deferredIn(
    // In tests of programs that use this package, mocks may return no output.
    stdout: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
    return stdout.apply((text = "") => /^deferred ([0-9a-f]{64})$/m.exec(text)?.[1] ?? "");
}
