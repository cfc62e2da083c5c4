import { type Kind, checkValue, type Target } from "../keepalived/keywords";
import type { Problem } from "../problems";

/** Sysctls for the fields of an interface: one row each, in the order of the file. */
export type Sysctls<Settings> = {
    readonly [Field in keyof Settings]-?: Sysctl<NonNullable<Settings[Field]>>;
};

/** One sysctl. */
export interface Sysctl<T> {
    /** Name of the sysctl. */
    readonly key: string;
    readonly type: Kind<T>;
}

/** Format the given settings as lines of a sysctl file. */
export function sysctlLines<Settings extends object>(
    table: Sysctls<Settings>,
    settings: NoInfer<Settings>,
): string[] {
    return given(table, settings).map(
        ({ row, value }) => `${row.key} = ${(row.type.format(value) ?? []).join(" ")}`,
    );
}

/** Check the settings. */
export function sysctlProblems<Settings extends object>(
    path: string,
    table: Sysctls<Settings>,
    settings: NoInfer<Settings>,
    target: Target,
): Problem[] {
    return given(table, settings).flatMap(({ field, row, value }) =>
        checkValue(`${path}.${field}`, row.type, value, target),
    );
}

function given<Settings extends object>(table: Sysctls<Settings>, settings: Settings) {
    type Value = NonNullable<Settings[keyof Settings]>;
    return Object.entries<Sysctl<Value>>(table).flatMap(([field, row]) => {
        const value = settings[field as keyof Settings] as Value | undefined;
        return value === undefined ? [] : [{ field, row, value }];
    });
}
