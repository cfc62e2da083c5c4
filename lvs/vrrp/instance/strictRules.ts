import { type Problem, problemIf } from "../../problems";
import type { VrrpInstance } from "./instance";
import { isStrict, vrrpVersionOf } from "./adverts";
import type { VrrpContext } from "./members";

/** Report settings that keepalived ignores in strict mode, with a complaint. */
export function strictProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
): Problem[] {
    if (!isStrict(instance, context)) return [];
    const flags = ["unicast", "vmacXmitBase", "higherPrioSendAdvert"] as const;
    const fields = ["preemptDelay", "garpLowerPrioDelay", "garpLowerPrioRepeat"] as const;
    const version = vrrpVersionOf(instance, context);
    const against = "contradicts the standard, which strictMode requires";
    return [
        ...problemIf(version !== 3, `${path}.version`, `Version ${version} ${against}. Use 3.`),
        ...fields.flatMap((field) =>
            problemIf(
                instance[field] !== undefined,
                `${path}.${field}`,
                `The setting ${against}. Remove one of them.`,
            ),
        ),
        ...problemIf(
            (instance.downTimerAdverts ?? context.globalDefs?.vrrpDownTimerAdverts) !== undefined,
            `${path}.downTimerAdverts`,
            `The setting, here or in globalDefs, ${against}. Remove one of them.`,
        ),
        ...problemIf(
            instance.lowerPrioNoAdvert === false,
            `${path}.lowerPrioNoAdvert`,
            `false ${against}. Remove it.`,
        ),
        ...flags.flatMap((field) =>
            problemIf(
                instance[field] === true,
                `${path}.${field}`,
                `The setting ${against}. Remove one of them.`,
            ),
        ),
    ];
}
