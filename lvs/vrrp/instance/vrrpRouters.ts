import { canonical } from "../../addresses";
import type { VrrpInstancePlan } from "./instancePlan";

/**
 * The VRRP instances of a director, in words: `instance` has a name, interface, id, version of VRRP,
 * interval and priority; `address` has the name, an interface and a virtual IP, with a prefix if the
 * user gave one; `peer` has the name and the source address of another director's adverts.
 */
export interface VrrpRouters {
    instance: string[];
    address: string[];
    peer: string[];
}

/** Virtual IPs of a director, with the names of their VRRP instances. */
export function virtualIpsOfInstances(
    instances: readonly VrrpInstancePlan[],
): Record<string, string> {
    return Object.fromEntries(
        instances.flatMap(({ name, virtualIpaddress, virtualIpaddressExcluded }) =>
            [...virtualIpaddress, ...virtualIpaddressExcluded].map(({ ip }) => [
                canonical(ip),
                name,
            ]),
        ),
    );
}

/** Describe the VRRP instances of a director. */
export function vrrpRouters(instances: readonly VrrpInstancePlan[]): VrrpRouters {
    return {
        instance: instances.map(({ name, self, instance, version, advertInt }) =>
            [
                name,
                self.interface,
                instance.virtualRouterId,
                version,
                advertInt,
                self.priority,
            ].join(" "),
        ),
        address: instances.flatMap((plan) =>
            [...plan.virtualIpaddress, ...plan.virtualIpaddressExcluded].map(
                ({ ip, prefixLength, dev = plan.self.interface }) =>
                    `${plan.name} ${dev} ${canonical(ip)}${prefixLength ? `/${prefixLength}` : ""}`,
            ),
        ),
        peer: instances.flatMap(({ name, unicastPeers }) =>
            unicastPeers.map((ip) => `${name} ${canonical(ip)}`),
        ),
    };
}

/** Write the same as lines of a file. */
export function vrrpRouterLines(routers: VrrpRouters): string[] {
    return Object.entries(routers).flatMap(([kind, words]: [string, string[]]) =>
        words.map((each) => `${kind} ${each}`),
    );
}
