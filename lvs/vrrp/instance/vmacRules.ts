import type { Target } from "../../keepalived/keywords";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problemIf, quote } from "../../problems";
import type { VrrpInstance } from "./instance";

/** Check the settings that a virtual MAC address needs or excludes. */
export function vmacProblems(path: string, instance: VrrpInstance, target: Target): Problem[] {
    const { unicast, useVmac = false, useVmacAddr = false, vmacXmitBase = false } = instance;
    const { vmacInterface } = instance;
    return [
        ...problemIf(
            instance.promoteSecondaries === true && (useVmac || useVmacAddr),
            `${path}.promoteSecondaries`,
            "A virtual MAC address implies this setting, and keepalived rejects it. Remove it.",
        ),
        ...problemIf(
            vmacInterface !== undefined && !useVmac,
            `${path}.vmacInterface`,
            "The name is for an interface with a virtual MAC address. Set useVmac, or remove it.",
        ),
        ...problemIf(
            vmacInterface !== undefined && vmacInterface === instance.interface,
            `${path}.vmacInterface`,
            `${quote(vmacInterface)} is the instance's own interface, and keepalived creates another one. Use a new name.`,
        ),
        ...problemIf(
            vmacXmitBase && !useVmac,
            `${path}.vmacXmitBase`,
            "The setting is for a virtual MAC address. Set useVmac, or remove it.",
        ),
        ...problemIf(
            unicast === true && useVmac && !vmacXmitBase,
            `${path}.useVmac`,
            "With unicast, adverts must come from the interface itself. Set vmacXmitBase.",
        ),
        ...problemIf(
            unicast === true && useVmac && !isAtLeast(target.version, "2.2.0"),
            `${path}.useVmac`,
            `useVmac with unicast needs keepalived 2.2.0, and ${target.host} has ${target.version}. Remove one of them.`,
        ),
    ];
}
