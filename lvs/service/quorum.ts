import { flag, type Keywords, integer } from "../keepalived/keywords";
import { scriptCall, type ScriptCall } from "../keepalived/scripts";
import { type Problem, problemIf } from "../problems";

/** When a pool counts as up, and what happens when it ceases to. */
export interface QuorumSettings {
    /** Servers start as down until their first check succeeds (keepalived `alpha`). Defaults to false: they start as up. */
    alpha?: boolean;
    /** When keepalived stops, servers and quorum count as lost: notifyDown and quorumDown run (keepalived `omega`). Defaults to false. */
    omega?: boolean;
    /** Sum of the weights of healthy servers from which on the pool is up, 1 or more (keepalived `quorum`). Defaults to 1. */
    quorum?: number;
    /** A pool is up from quorum + hysteresis, and down below quorum - hysteresis; below quorum (keepalived `hysteresis`). Defaults to 0. */
    hysteresis?: number;
    /** Runs when the pool comes up (keepalived `quorum_up`). Defaults to none. */
    quorumUp?: ScriptCall;
    /** Runs when the pool goes down (keepalived `quorum_down`). Defaults to none. */
    quorumDown?: ScriptCall;
}

const most = 2147483647;

export const quorumKeywords: Keywords<QuorumSettings> = {
    alpha: { keyword: "alpha", type: flag },
    omega: { keyword: "omega", type: flag },
    quorum: { keyword: "quorum", type: integer("a sum of weights", 1, most) },
    hysteresis: { keyword: "hysteresis", type: integer("a sum of weights", 0, most) },
    quorumUp: { keyword: "quorum_up", type: scriptCall },
    quorumDown: { keyword: "quorum_down", type: scriptCall },
};

/** The sum of weights below which a pool that was up is down. */
export function leastWeights(settings: QuorumSettings): number {
    const { quorum, hysteresis } = quorumOf(settings);
    return quorum - hysteresis;
}

function quorumOf({ quorum = 1, hysteresis = 0 }: QuorumSettings) {
    return { quorum, hysteresis };
}

/** `weights` is what the pool adds up to when all are healthy. */
export function quorumProblems(path: string, settings: QuorumSettings, weights: number): Problem[] {
    const { quorum, hysteresis } = quorumOf(settings);
    return [
        ...problemIf(
            hysteresis >= quorum && hysteresis > 0,
            `${path}.hysteresis`,
            `${hysteresis} is not below quorum ${quorum}: the pool could never be down`,
        ),
        ...problemIf(
            quorum > 1 && quorum + hysteresis > weights,
            `${path}.quorum`,
            `with hysteresis ${hysteresis} it takes ${quorum + hysteresis}, and all weights together are ${weights}: lower it`,
        ),
    ];
}
