import { canonical } from "./addresses";
import type { Cluster } from "./model";
import { memberMethodOf, poolsOf } from "./service/poolMember";
import { virtualIpsIn } from "./service/destination";
import { LvsMethod } from "./service/lvsMethod";
import { instanceName } from "./vrrp/instance/instance";
import { addressesOf } from "./vrrp/instance/adverts";
import type { VrrpContext } from "./vrrp/instance/members";
import type { VrrpSyncGroup } from "./vrrp/syncGroup";

/**
 * Names of the instances that NAT needs on one director. The director that translates answers must be
 * active for the gateway and for the virtual IP. Empty if both belong to one instance.
 */
export function instancesSharedByNat(cluster: Cluster, context: VrrpContext): string[] {
    const shared = new Set(
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
    const names = cluster.vrrpInstances.flatMap((instance, index) => {
        const { virtualIpaddress, virtualIpaddressExcluded } = addressesOf(instance, context);
        const isShared = [...virtualIpaddress, ...virtualIpaddressExcluded].some(({ ip }) =>
            shared.has(canonical(ip)),
        );
        return isShared ? [instanceName(instance, index)] : [];
    });
    return names.length < 2 ? [] : names;
}

/** Sync groups that the user gave, or else the one that NAT needs. */
export function syncGroupsOf(cluster: Cluster, context: VrrpContext): VrrpSyncGroup[] {
    if (cluster.vrrpSyncGroups) return [...cluster.vrrpSyncGroups];
    const group = instancesSharedByNat(cluster, context);
    return group.length === 0 ? [] : [{ name: "NAT", group }];
}
