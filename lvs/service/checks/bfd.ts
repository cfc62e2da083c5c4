import { keywordProblems, type Keywords, onOff, type Target } from "../../keepalived/keywords";
import { among } from "../../keepalived/kinds";
import type { Problem } from "../../problems";
import { type CheckView, type Surroundings, viewOf } from "./checkView";

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

export function bfdProblems(
    path: string,
    check: BfdCheck,
    target: Target,
    instances: readonly string[],
): Problem[] {
    return keywordProblems(path, bfdKeywords(instances), check, target);
}

export function bfdView(check: BfdCheck, around: Surroundings): CheckView {
    return viewOf("BFD_CHECK", bfdKeywords([]), check, around);
}
