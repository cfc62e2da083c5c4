import { familyOf } from "./addresses";
import { directorModules, realServerModules } from "./kernel/modules";
import type { RealServerKernel } from "./kernel/realServer";
import type { Cluster } from "./model";
import type { DirectorPlan } from "./plan";
import { vrrpRouters } from "./vrrp/vrrpRouters";

/** What is looked into on a director before anything is changed. */
export function directorPreflight(plan: DirectorPlan, { directors, keepalivedPackage }: Cluster) {
    const { instance, address } = vrrpRouters(plan.vrrpInstances);
    const known = [
        ...directors.map(({ host }) => host).filter((host) => familyOf(host) !== undefined),
        ...plan.vrrpInstances.flatMap(({ unicastPeers }) => unicastPeers),
    ];
    return {
        // A package that is asked for by its version may be newer than the one that is there.
        keepalived: keepalivedPackage === undefined ? plan.version : undefined,
        module: directorModules(plan.needs),
        instance,
        address,
        peer: [...new Set(known)],
    };
}

/** What is looked into on a real server. */
export function realServerPreflight({ tunnels, mss }: RealServerKernel, httpd: boolean) {
    return { module: realServerModules(tunnels, mss !== undefined), httpd };
}
