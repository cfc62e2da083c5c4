import { type Problem, problemIf, quote } from "../problems";
import { checkValue, type Target } from "./keywords";
import { undefinedName } from "./kinds";
import { type ScriptCall, scriptCall } from "./scripts";

/** Replace in a value the arguments of each script call by those of one director. What has none of its own stays the same object. */
export function callsOn<T>(value: T, director: string): T {
    if (typeof value !== "object" || value === null) return value;
    if (isCall(value)) {
        const { directors = [], ...call } = value;
        const own = directors.find(({ name }) => name === director);
        return (own === undefined ? call : { ...call, args: own.args }) as T;
    }
    if (Array.isArray(value)) {
        const items = (value as unknown[]).map((item) => callsOn(item, director));
        return isSame(value, items) ? value : (items as T);
    }
    const fields = Object.fromEntries(
        Object.entries(value).map(([name, field]) => [name, callsOn<unknown>(field, director)]),
    );
    return isSame(Object.values(value), Object.values(fields)) ? value : (fields as T);
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
    return some.every((one, index) => one === others[index]);
}

function isCall(value: object): value is ScriptCall {
    return "script" in value && typeof value.script === "string" && "directors" in value;
}

/** Check that script calls name directors that exist, each once. */
export function callProblems(
    value: unknown,
    names: readonly string[],
    target: Target,
    path = "",
): Problem[] {
    if (typeof value !== "object" || value === null) return [];
    if (isCall(value)) {
        const { directors = [], script, user } = value;
        const isSound = scriptCall.check({ script, user }, target) === undefined;
        return directors.flatMap(({ name, args }, index) => {
            const at = `${path}.directors[${index}]`;
            return [
                ...problemIf(
                    !names.includes(name),
                    `${at}.name`,
                    undefinedName(name, names, "directors"),
                ),
                ...problemIf(
                    directors.findIndex((one) => one.name === name) < index,
                    `${at}.name`,
                    `${quote(name)} is listed twice. List it once.`,
                ),
                ...(isSound
                    ? args.flatMap((arg, place) =>
                          checkValue(
                              `${at}.args[${place}]`,
                              scriptCall,
                              { script, args: [arg], user },
                              target,
                          ),
                      )
                    : []),
            ];
        });
    }
    return Object.entries(value).flatMap(([name, field]) => {
        if (typeof field !== "object") return [];
        const at = Array.isArray(value) ? `${path}[${name}]` : `${path}${path && "."}${name}`;
        return callProblems(field, names, target, at);
    });
}
