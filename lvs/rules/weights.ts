import type { Cluster } from "../model";
import { membersOf, realServerOf, weightOf } from "../pool";
import { type Problem, problemIf } from "../problems";
import { quorumProblems } from "../service/quorum";
import { LvsSched } from "../service/scheduler";
import type { VirtualServer } from "../service/virtualServer";

/** Whether weights leave somebody to send connections to. */
export function weightProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    const weights = membersOf(cluster, virtualServer).map((member) =>
        weightOf(realServerOf(cluster, member), member),
    );
    return [
        ...problemIf(
            weights.length > 0 && weights.every((weight) => weight === 0),
            `${path}.realServers`,
            "all have weight 0, so nobody would get a connection: give one a weight",
        ),
        ...quorumProblems(
            path,
            virtualServer,
            weights.reduce((sum, weight) => sum + weight, 0),
        ),
        ...hashProblems(virtualServer, path),
    ];
}

/** A hash leads to a server of weight 0 as well, and drops what comes there. */
function hashProblems(virtualServer: VirtualServer, path: string): Problem[] {
    const { lvsSched, mhFallback, shFallback, check, inhibitOnFailure } = virtualServer;
    const members = virtualServer.realServers ?? [];
    const changes = [virtualServer, ...members].some(
        (one) => one.inhibitOnFailure ?? one.check?.misc?.miscDynamic ?? inhibitOnFailure,
    );
    const fallback = { mh: mhFallback, sh: shFallback }[lvsSched as string];
    const isHash = lvsSched === LvsSched.mh || lvsSched === LvsSched.sh;
    return problemIf(
        isHash && !fallback && (changes || (check?.misc?.miscDynamic ?? false)),
        `${path}.lvsSched`,
        `${lvsSched} drops the clients of a server whose weight becomes 0, which inhibitOnFailure and miscDynamic do: set ${lvsSched}Fallback`,
    );
}
