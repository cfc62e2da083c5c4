import type { Cluster } from "../../lvs/model";
import {
    planRealServer,
    type RealServerPlan,
    standaloneRealServers,
} from "../../lvs/realServer/plan";

/** Plan the real server called `name`. */
export function realServerPlan(cluster: Cluster, name: string): RealServerPlan {
    return planRealServer(standaloneRealServers(cluster).get(name)!, `lvs.test.lvs-${name}`);
}
