import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { membershipsOf } from "../pool";
import { problemsOfEach, type Problem, problemIf } from "../problems";
import { virtualServerProblems } from "../service/virtualServer";
import { addressOwners, sameServiceProblems, takenProblems } from "./destinations";
import { healthProblems } from "./health";
import { natProblems, tiedProblems } from "./nat";
import { poolProblems } from "./pools";
import { sorryProblems } from "./sorryServers";
import { twoWaysProblems } from "./twoWays";
import { weightProblems } from "./weights";

/** Whether the virtual servers, their pools and the hosts fit together. */
export function serviceProblems(cluster: Cluster, target: Target): Problem[] {
    const memberships = membershipsOf(cluster);
    const owners = addressOwners(cluster);
    return [
        ...problemIf(
            cluster.virtualServers.length === 0,
            "virtualServers",
            "is empty: give at least one service",
        ),
        ...problemsOfEach("virtualServers", cluster.virtualServers, (virtualServer, path) => [
            ...virtualServerProblems(path, virtualServer, target),
            ...takenProblems(owners, virtualServer, path),
            ...poolProblems(cluster, virtualServer, path, target),
            ...healthProblems(cluster, virtualServer, path, target),
            ...weightProblems(cluster, virtualServer, path),
            ...sorryProblems(cluster, memberships, virtualServer, path, target),
            ...natProblems(cluster, virtualServer, path),
        ]),
        ...tiedProblems(cluster),
        ...sameServiceProblems(cluster),
        ...twoWaysProblems(cluster, memberships),
    ];
}
