import type { Target } from "../../keepalived/keywords";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problemIf } from "../../problems";
import type { VrrpInstance } from "./instance";

/** Check the settings that a virtual MAC address needs or excludes. */
export function vmacProblems(path: string, instance: VrrpInstance, target: Target): Problem[] {
    const { unicast, useVmac = false, useVmacAddr = false, vmacXmitBase = false } = instance;
    return [
        ...problemIf(
            instance.promoteSecondaries === true && (useVmac || useVmacAddr),
            `${path}.promoteSecondaries`,
            "is always so with a virtual MAC address, and keepalived complains of it: leave it out",
        ),
        ...problemIf(
            vmacXmitBase && !useVmac,
            `${path}.vmacXmitBase`,
            "is for a virtual MAC address: set useVmac, or remove it",
        ),
        ...problemIf(
            unicast === true && useVmac && !vmacXmitBase,
            `${path}.useVmac`,
            "goes with unicast only if adverts come from the interface itself: set vmacXmitBase",
        ),
        ...problemIf(
            unicast === true && useVmac && !isAtLeast(target.version, "2.2.0"),
            `${path}.useVmac`,
            `goes with unicast since keepalived 2.2.0, and ${target.host} has ${target.version}: leave one out`,
        ),
    ];
}
