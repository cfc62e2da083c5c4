import { keywordProblems, type Keywords, onOff } from "../../keepalived/keywords";
import { among } from "../../keepalived/kinds";
import { type Checker, checkLines } from "./checker";

/** A BFD session with the server that is up (keepalived `BFD_CHECK`). */
export interface BfdCheck {
    /** Name of the BFD instance (keepalived `name`). */
    name: string;
    /** The server starts as down until the session is up (keepalived `alpha`). Defaults to the virtual server's. */
    alpha?: boolean;
}

export function bfdKeywords(instances: readonly string[]): Keywords<BfdCheck> {
    return {
        name: { keyword: "name", is: among(instances, "bfdInstances") },
        alpha: { keyword: "alpha", is: onOff },
    };
}

export const bfdChecker: Checker<BfdCheck> = {
    keyword: "BFD_CHECK",
    since: "2.0.0",
    problems: (path, check, target, { bfdInstances }) =>
        keywordProblems(path, bfdKeywords(bfdInstances), check, target),
    lines: (check, around) => checkLines(bfdKeywords([]), check, around),
};
