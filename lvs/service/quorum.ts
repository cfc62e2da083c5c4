import { flag, type Keywords, integer } from "../keepalived/keywords";
import { scriptCall, type ScriptCall } from "../keepalived/scripts";
import { type Problem, problemIf } from "../problems";

/** Quorum of a pool: when it counts as up, and scripts for changes. */
export interface QuorumSettings<Call = ScriptCall> {
    /** Count servers as down until their first check succeeds (keepalived `alpha`). Defaults to false: servers start as up. */
    alpha?: boolean;
    /** Run notifyDown and quorumDown when keepalived stops (keepalived `omega`). Defaults to false. */
    omega?: boolean;
    /** Sum of the weights of healthy servers at which the pool is up, 1 or more (keepalived `quorum`). Defaults to 1. */
    quorum?: number;
    /** Margin around quorum, smaller than quorum: the pool comes up at quorum + hysteresis, and goes down below quorum - hysteresis (keepalived `hysteresis`). Defaults to 0. */
    hysteresis?: number;
    /** Script that runs when the pool comes up (keepalived `quorum_up`). Defaults to none. */
    quorumUp?: Call;
    /** Script that runs when the pool goes down (keepalived `quorum_down`). Defaults to none. */
    quorumDown?: Call;
}

const most = 2147483647;

export const quorumKeywords: Keywords<QuorumSettings> = {
    alpha: { keyword: "alpha", type: flag },
    omega: { keyword: "omega", type: flag },
    quorum: { keyword: "quorum", type: integer(1, most) },
    hysteresis: { keyword: "hysteresis", type: integer(0, most) },
    quorumUp: { keyword: "quorum_up", type: scriptCall },
    quorumDown: { keyword: "quorum_down", type: scriptCall },
};

/** Sum of weights below which a pool goes down. */
export function leastWeights(settings: QuorumSettings): number {
    const { quorum, hysteresis } = quorumOf(settings);
    return quorum - hysteresis;
}

function quorumOf({ quorum = 1, hysteresis = 0 }: QuorumSettings) {
    return { quorum, hysteresis };
}

/** Check the quorum; `weights` is the sum while all servers are healthy. */
export function quorumProblems(path: string, settings: QuorumSettings, weights: number): Problem[] {
    const { quorum, hysteresis } = quorumOf(settings);
    return [
        ...problemIf(
            hysteresis >= quorum && hysteresis > 0,
            `${path}.hysteresis`,
            `${hysteresis} is not below quorum, ${quorum}, so the pool could never go down. Lower it.`,
        ),
        ...problemIf(
            quorum > 1 && quorum + hysteresis > weights,
            `${path}.quorum`,
            `quorum and hysteresis need a weight of ${quorum + hysteresis}, and all weights add up to ${weights}. Lower quorum.`,
        ),
    ];
}
