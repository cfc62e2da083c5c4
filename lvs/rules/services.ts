import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { membershipsOf, poolsOf, sorryServerUses } from "../pool";
import { problemsOfEach, type Problem, problemIf } from "../problems";
import { virtualServerProblems } from "../service/virtualServer";
import { addressOwners, sameServiceProblems, takenProblems } from "./destinations";
import { healthProblems } from "./health";
import { natProblems, tiedProblems } from "./nat";
import { poolProblems } from "./pools";
import { sorryProblems } from "./sorryServers";
import { twoWaysProblems } from "./twoWays";
import { weightProblems } from "./weights";

/** Check that virtual servers, pools and hosts fit together. */
export function serviceProblems(cluster: Cluster, target: Target): Problem[] {
    const memberships = membershipsOf(cluster);
    const uses = sorryServerUses(cluster);
    const owners = addressOwners(cluster);
    return [
        ...problemIf(
            cluster.virtualServers.length === 0,
            "virtualServers",
            "is empty: give at least one service",
        ),
        ...problemsOfEach("virtualServers", poolsOf(cluster), (pool, path) => [
            ...virtualServerProblems(path, pool.virtualServer, target),
            ...takenProblems(owners, pool.virtualServer, path),
            ...poolProblems(cluster, pool, path, target),
            ...healthProblems(cluster, pool.virtualServer, path, target),
            ...weightProblems(pool, path),
            ...sorryProblems(pool, uses.get(pool.virtualServer), memberships, path, target),
            ...natProblems(cluster, pool, path),
        ]),
        ...tiedProblems(cluster),
        ...sameServiceProblems(cluster),
        ...twoWaysProblems(cluster, memberships),
    ];
}
