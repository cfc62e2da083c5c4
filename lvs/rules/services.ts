import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { membershipsOf, sorryServerUses } from "../memberships";
import { poolsOf } from "../service/poolMember";
import { problemsOfEach, type Problem, problemIf } from "../problems";
import { virtualServerProblems } from "../service/virtualServer";
import { bothRolesProblems } from "./bothRoles";
import { addressInUseProblems, hostsByAddress, sameServiceProblems } from "./destinations";
import { healthProblems } from "./health";
import { inhibitedProblems } from "./inhibited";
import { natGatewayProblems } from "./natGateways";
import { natProblems, splitInstanceProblems } from "./nat";
import { poolProblems } from "./pools";
import { sorryProblems } from "./sorryServers";
import { conflictingRoleProblems } from "./conflictingRoles";
import { weightProblems } from "./weights";

/** Check that virtual servers, pools and hosts fit together. */
export function serviceProblems(cluster: Cluster, target: Target): Problem[] {
    const memberships = membershipsOf(cluster);
    const uses = sorryServerUses(cluster);
    const hosts = hostsByAddress(cluster);
    return [
        ...problemIf(
            cluster.virtualServers.length === 0 && cluster.realServers.length > 0,
            "virtualServers",
            "There are real servers and no service for them. Give a service, or remove the real servers.",
        ),
        ...problemsOfEach("virtualServers", poolsOf(cluster), (pool, path) => [
            ...virtualServerProblems(path, pool.virtualServer, target),
            ...addressInUseProblems(hosts, pool.virtualServer, path),
            ...poolProblems(cluster, pool, path, target),
            ...healthProblems(cluster, pool.virtualServer, path, target),
            ...weightProblems(pool, path, cluster),
            ...inhibitedProblems(pool, path, target),
            ...sorryProblems(pool, uses.get(pool.virtualServer), memberships, path, target),
            ...natProblems(cluster, pool, path),
        ]),
        ...splitInstanceProblems(cluster),
        ...natGatewayProblems(cluster, memberships),
        ...sameServiceProblems(cluster),
        ...conflictingRoleProblems(cluster, memberships),
        ...bothRolesProblems(cluster),
    ];
}
