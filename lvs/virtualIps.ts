import { distinctAddresses } from "./addresses";
import { versionOf } from "./keepalived/versions";
import type { Cluster } from "./model";
import { virtualIpsIn } from "./service/destination";
import type { VirtualServer } from "./service/virtualServer";
import { ownVirtualIps } from "./vrrp/instance/instance";
import type { VrrpContext } from "./vrrp/instance/members";

/** Virtual IPs of a cluster, each once, in the order in which they first appear. */
export function virtualIpsOf(virtualServers: readonly VirtualServer[]): string[] {
    return distinctAddresses(virtualServers.flatMap(virtualIpsIn));
}

/** Virtual IPs that clients use: those of the virtual servers, or without any those of the VRRP instances. */
export function servedIpsOf({ virtualServers, vrrpInstances }: Cluster): string[] {
    if (virtualServers.length > 0) return virtualIpsOf(virtualServers);
    return distinctAddresses(vrrpInstances.flatMap(ownVirtualIps).map(({ ip }) => ip));
}

/** The part of a cluster that its VRRP instances depend on. */
export function contextOf(cluster: Cluster): VrrpContext {
    return {
        ...cluster,
        directors: cluster.directors.map((director) => ({
            ...director,
            keepalived: versionOf(director, cluster),
        })),
        virtualIps: virtualIpsOf(cluster.virtualServers),
    };
}
