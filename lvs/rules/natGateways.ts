import { canonical, type Family } from "../addresses";
import type { Cluster, RealServer } from "../model";
import type { Membership, Memberships } from "../memberships";
import { contextOf } from "../virtualIps";
import { problemsOfEach, type Problem, problemIf, quote } from "../problems";
import { familyIn, virtualIpsIn } from "../service/destination";
import { LvsMethod } from "../service/lvsMethod";
import { instanceName } from "../vrrp/instance/instance";
import { addressesOf } from "../vrrp/instance/adverts";

/** Fields of the gateways of a real server. */
const fields = { inet: "gateway", inet6: "gateway6" } as const;

/** Answers of NAT pass through the director that is active for the virtual IP, so the gateway moves with it. */
export function natGatewayProblems(cluster: Cluster, memberships: Memberships): Problem[] {
    const instances = instanceAddresses(cluster);
    const groups = (cluster.vrrpSyncGroups ?? []).map(({ group }) => new Set(group));
    return problemsOfEach("realServers", cluster.realServers, (realServer, path) => {
        const pools = (memberships.get(realServer.name) ?? []).filter(
            ({ method }) => method === LvsMethod.NAT,
        );
        return (["inet", "inet6"] as const).flatMap((family) => {
            const ofFamily = pools.filter((pool) => familyIn(pool.virtualServer) === family);
            if (ofFamily.length === 0) return [];
            return gatewayProblem(realServer, path, family, {
                instances,
                failsOver: cluster.directors.length > 1 && instances.length > 0,
                isGrouped: ofFamily.every((pool) => isGrouped(pool, instances, groups)),
            });
        });
    });
}

interface Instance {
    readonly name: string;
    readonly addresses: ReadonlySet<string>;
}

function instanceAddresses(cluster: Cluster): Instance[] {
    const context = contextOf(cluster);
    return cluster.vrrpInstances.map((instance, index) => {
        const { virtualIpaddress, virtualIpaddressExcluded } = addressesOf(instance, context);
        const all = [...virtualIpaddress, ...virtualIpaddressExcluded];
        return {
            name: instanceName(instance, index),
            addresses: new Set(all.map(({ ip }) => canonical(ip))),
        };
    });
}

/** Does the user say which instances move together with the virtual IPs of a pool? */
function isGrouped(
    { virtualServer }: Membership,
    instances: readonly Instance[],
    groups: readonly ReadonlySet<string>[],
): boolean {
    const virtualIps = virtualIpsIn(virtualServer).map(canonical);
    return instances
        .filter(({ addresses }) => virtualIps.some((ip) => addresses.has(ip)))
        .every(({ name }) => groups.some((group) => group.has(name)));
}

function gatewayProblem(
    realServer: RealServer,
    path: string,
    family: Family,
    {
        instances,
        failsOver,
        isGrouped,
    }: { instances: readonly Instance[]; failsOver: boolean; isGrouped: boolean },
): Problem[] {
    const gateway = realServer[fields[family]];
    const at = `${path}.${fields[family]}`;
    if (!failsOver) return [];
    if (gateway === undefined) {
        return problemIf(
            instances.length > 1 && !isGrouped,
            at,
            "The value is missing, so the instances that NAT needs on one director are unknown. Give the virtual IP that is the gateway, or put the instances in vrrpSyncGroups.",
        );
    }
    return problemIf(
        !instances.some(({ addresses }) => addresses.has(canonical(gateway))),
        at,
        `${quote(gateway)} is no virtual IP of vrrpInstances, so NAT stops when the active director fails. Use a virtual IP of the directors.`,
    );
}
