import type * as pulumi from "@pulumi/pulumi";

/** Digest of the change that a host deferred, by the line that its step printed; empty if there is none. */
export function deferredIn(
    // Mocks in tests of programs that use this package may print nothing.
    stdout: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
    return stdout.apply((text = "") => /^deferred ([0-9a-f]{64})$/m.exec(text)?.[1] ?? "");
}
