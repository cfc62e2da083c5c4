import * as pulumi from "@pulumi/pulumi";
import { dependingOn } from "../host/known";

/** Word in the place of a secret. */
export const hiddenSecret = "[secret]";

/** Fields that are always secret: those with the tag `@secret`. */
export const secretFields: ReadonlySet<string> = new Set([
    "authPass",
    "key",
    "password",
    "privateKey",
    "privateKeyPassword",
]);

/**
 * Copy the arguments of a component for the state and for policies. A word stands for each secret, so a new
 * secret changes nothing here. Arguments of the wrong shape are refused later.
 */
export function redacted(args: object | null | undefined): pulumi.Inputs {
    return Object.fromEntries(
        Object.entries(args ?? {}).map(([name, value]) => [
            name,
            secretFields.has(name) && value !== undefined ? hiddenSecret : withoutSecret(value),
        ]),
    );
}

function withoutSecret(value: unknown): unknown {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) {
        const output = pulumi.output(value);
        const isSecret = pulumi.output(pulumi.isSecret(output));
        // The steps of the hosts have the dependencies.
        return dependingOn(
            undefined,
            isSecret.apply((hide) => (hide ? hiddenSecret : output)),
        );
    }
    if (Array.isArray(value)) return value.map(withoutSecret);
    return typeof value === "object" && value !== null ? redacted(value) : value;
}

/**
 * Hide the values of arguments in a diff: the steps show the lines of the files. The engine then names every
 * argument of a component that changes, because it asks what is hidden before it compares values.
 */
export function withHiddenDiffs(
    inputs: pulumi.Inputs,
    opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
    return { ...opts, hideDiffs: [...(opts.hideDiffs ?? []), ...Object.keys(inputs)] };
}
