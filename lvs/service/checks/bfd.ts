import { keywordProblems, type Keywords, linesOf, onOff } from "../../keepalived/keywords";
import { nameIn } from "../../keepalived/kinds";
import type { Checker } from "./checker";

/** A check that succeeds while a BFD session with the server is up (keepalived `BFD_CHECK`). */
export interface BfdCheck {
    /** Name of the BFD instance (keepalived `name`). */
    name: string;
    /** Count the server as down until the session is up (keepalived `alpha`). Defaults to the virtual server's. */
    alpha?: boolean;
}

export function bfdKeywords(instances: readonly string[]): Keywords<BfdCheck> {
    return {
        name: { keyword: "name", type: nameIn(instances, "bfdInstances") },
        alpha: { keyword: "alpha", type: onOff },
    };
}

export const bfdChecker: Checker<BfdCheck> = {
    keyword: "BFD_CHECK",
    since: "2.0.0",
    problems: (path, check, target, { bfdInstances }) =>
        keywordProblems(path, bfdKeywords(bfdInstances), check, target),
    plan: (check) => check,
    lines: (check, version) => ({ keywords: linesOf(bfdKeywords([]), check, version), urls: [] }),
};
