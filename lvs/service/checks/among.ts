import type { Kind } from "../../keepalived/keywords";
import { listed, show } from "../../problems";

/** The name of something that is set up elsewhere; `list` is where. */
export function among(names: readonly string[], list: string): Kind<string> {
    return {
        refuse: (value) =>
            names.includes(value)
                ? undefined
                : `${show(value)} is not among ${list} (${listed(names)})`,
        words: (value) => [value],
    };
}
