import * as pulumi from "@pulumi/pulumi";

/**
 * A plain value, or an output if the value is not known yet. Outputs cost time and memory, and a
 * cluster of a thousand hosts would have tens of thousands of them.
 */
export type Known<T> = T | pulumi.Output<T>;

/** Transform a value: at once if it is plain, later if it is an output. */
export function whenKnown<T, Made>(
    value: Known<T>,
    make: (known: T) => pulumi.Output<Made>,
): pulumi.Output<Made>;
export function whenKnown<T, Made>(value: Known<T>, make: (known: T) => Made): Known<Made>;
export function whenKnown<T, Made>(value: Known<T>, make: (known: T) => Made): Known<Made> {
    return isOutput(value) ? value.apply<Made>(make) : make(value);
}

/** Transform several values: at once if all are plain, later if one is an output. */
export function allKnown<Values extends unknown[], Made>(
    values: { [Index in keyof Values]: Known<Values[Index]> },
    make: (...known: Values) => Made,
): Known<Made> {
    if (values.every((value) => !isOutput(value))) return make(...(values as Values));
    const all = pulumi.all(values as unknown[]) as pulumi.Output<unknown> as pulumi.Output<Values>;
    return all.apply<Made>((known) => make(...known));
}

/** Replace the dependencies of a value by those of another. */
export function dependingOn<T>(other: unknown, value: Known<T>): Known<T> {
    if (!isOutput(value)) return value;
    // Of the other value only the dependencies count, so its secrets do not make this one secret.
    const others: pulumi.Output<unknown> = pulumi.unsecret(pulumi.output(other));
    return others.apply(() => alone(value));
}

/** Copy an output without its dependencies. It stays unknown, or secret. */
function alone<T>(output: pulumi.Output<T>): pulumi.Output<T> {
    const { isRpcSecret, serializeProperty, unknownValue, unwrapRpcSecret } = pulumi.runtime;
    let value: unknown;
    const sign = output.apply((known) => {
        value = known;
        return "";
    });
    const settled = serializeProperty("alone", sign, new Set()).then((found: unknown) => {
        if (unwrapRpcSecret(found) === unknownValue) return pulumi.unknown;
        return isRpcSecret(found) ? pulumi.secret(value) : value;
    });
    return pulumi.output(settled) as pulumi.Output<T>;
}

function isOutput<T>(value: Known<T>): value is pulumi.Output<T> {
    return pulumi.Output.isInstance(value);
}
