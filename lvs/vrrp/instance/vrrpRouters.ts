import { canonical } from "../../addresses";
import type { VrrpInstancePlan } from "./instance";

/**
 * What a director's VRRP routers are to be, in words for each: `instance` its name, interface, id,
 * version of VRRP and interval; `address` its name, the interface and the virtual IP, with a prefix
 * where the user gave one; `peer` its name and the source of another director's adverts.
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
