import { canonical } from "../../addresses";
import type { VrrpInstancePlan } from "./instance";

/**
 * Virtual routers of a director as words. `instance`: name, interface, id, version of VRRP, interval.
 * `address`: name, interface, virtual IP with the prefix that the user gave. `peer`: name, source of
 * another director's adverts.
 */
export interface VrrpRouters {
    instance: string[];
    address: string[];
    peer: string[];
}

/** List the virtual routers that a director takes part in. */
export function vrrpRouters(instances: readonly VrrpInstancePlan[]): VrrpRouters {
    return {
        instance: instances.map(({ name, self, instance, version, advertInt }) =>
            [name, self.interface, instance.virtualRouterId, version, advertInt].join(" "),
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

/** Format them as lines of a file. */
export function vrrpRouterLines(routers: VrrpRouters): string[] {
    return Object.entries(routers).flatMap(([kind, words]: [string, string[]]) =>
        words.map((each) => `${kind} ${each}`),
    );
}
