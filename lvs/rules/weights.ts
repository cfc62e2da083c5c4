import { type Pool, type Pooled, weightOf } from "../service/poolMember";
import { type Problem, problemIf } from "../problems";
import type { PoolMember } from "../service/poolMember";
import { quorumProblems } from "../service/quorum";
import { LvsSched } from "../service/scheduler";
import type { VirtualServer } from "../service/virtualServer";
import { trackedWeight } from "../vrrp/tracking/track";
import type { Tracking } from "../vrrp/tracking/tracking";

/** Check that weights leave a server to send connections to. */
export function weightProblems(
    { virtualServer, members }: Pool,
    path: string,
    tracking: Tracking,
): Problem[] {
    const weights = members.map(({ realServer, member }) => weightOf(realServer, member));
    return [
        ...problemIf(
            weights.length > 0 && weights.every((weight) => weight === 0),
            `${path}.realServers`,
            "All members have weight 0, so no server would get connections. Give one a weight above 0.",
        ),
        ...quorumProblems(
            path,
            virtualServer,
            weights.reduce((sum, weight) => sum + weight, 0),
        ),
        ...hashProblems({ virtualServer, members }, path, tracking),
    ];
}

/** A hash also selects servers of weight 0, and drops their packets. */
function hashProblems(
    { virtualServer, members }: Pool,
    path: string,
    tracking: Tracking,
): Problem[] {
    const { lvsSched, mhFallback, shFallback } = virtualServer;
    const drops =
        (lvsSched === LvsSched.mh && !mhFallback) || (lvsSched === LvsSched.sh && !shFallback);
    const mayWeighNothing = ({ realServer, member }: Pooled) =>
        weightOf(realServer, member) === 0 || mayLoseItsWeight(virtualServer, member, tracking);
    return problemIf(
        drops && members.some(mayWeighNothing),
        `${path}.lvsSched`,
        `${lvsSched} drops the clients of servers with weight 0, which drained, inhibitOnFailure and some checks set. Set ${lvsSched}Fallback.`,
    );
}

/** Can a pool member get weight 0 when it is down or through a check? */
function mayLoseItsWeight(
    virtualServer: VirtualServer,
    member: PoolMember,
    tracking: Tracking,
): boolean {
    const inhibits = member.inhibitOnFailure ?? virtualServer.inhibitOnFailure ?? false;
    const { misc, file, bfd } = member.check ?? virtualServer.check ?? {};
    const factor = file && (file.weight ?? trackedWeight("trackFile", file.trackFile, tracking));
    const change = bfd && trackedWeight("trackBfd", bfd.name, tracking);
    return inhibits || misc?.miscDynamic === true || Boolean(factor) || Boolean(change);
}
