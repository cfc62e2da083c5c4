import { canonical } from "./addresses";
import type { Cluster } from "./model";
import { memberMethodOf, poolsOf } from "./pool";
import { virtualIpsIn } from "./service/destination";
import { LvsMethod } from "./service/lvsMethod";
import { instanceName } from "./vrrp/instance/instance";
import { addressesOf, type VrrpContext } from "./vrrp/instance/members";
import type { VrrpSyncGroup } from "./vrrp/syncGroup";

/**
 * The names of the instances that NAT ties to each other: answers come to a gateway, and the one
 * director that translates them has to own it and the virtual IP together. None for less than two.
 */
export function instancesSharedByNat(cluster: Cluster, context: VrrpContext): string[] {
    const tied = new Set(
        poolsOf(cluster).flatMap(({ virtualServer, members }) => {
            const translated = members.filter(
                ({ member }) => memberMethodOf(virtualServer, member) === LvsMethod.NAT,
            );
            if (translated.length === 0) return [];
            const gateways = translated
                .flatMap(({ realServer }) => [realServer?.gateway, realServer?.gateway6])
                .filter((ip) => ip !== undefined);
            return [...virtualIpsIn(virtualServer), ...gateways].map(canonical);
        }),
    );
    const owners = cluster.vrrpInstances.flatMap((instance, index) => {
        const { virtualIpaddress, virtualIpaddressExcluded } = addressesOf(instance, context);
        const isTied = [...virtualIpaddress, ...virtualIpaddressExcluded].some(({ ip }) =>
            tied.has(canonical(ip)),
        );
        return isTied ? [instanceName(instance, index)] : [];
    });
    return owners.length < 2 ? [] : owners;
}

/** Sync groups that the user gave, or else the one that NAT needs. */
export function syncGroupsOf(cluster: Cluster, context: VrrpContext): VrrpSyncGroup[] {
    if (cluster.vrrpSyncGroups) return [...cluster.vrrpSyncGroups];
    const group = instancesSharedByNat(cluster, context);
    return group.length === 0 ? [] : [{ name: "NAT", group }];
}
