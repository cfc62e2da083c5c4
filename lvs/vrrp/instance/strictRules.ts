import { type Problem, problemIf, quote } from "../../problems";
import type { VrrpInstance } from "./instance";
import { isStrict, type VrrpContext, vrrpVersionOf } from "./members";

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
    const against = "against the standard, which the instance is to keep to by strictMode";
    const is = `is ${against}`;
    return [
        ...problemIf(
            version !== 3,
            `${path}.version`,
            `${quote(version)} has a password, ${against}: set 3`,
        ),
        ...fields.flatMap((field) =>
            problemIf(instance[field] !== undefined, `${path}.${field}`, `${is}: leave one out`),
        ),
        ...problemIf(
            (instance.downTimerAdverts ?? context.globalDefs?.vrrpDownTimerAdverts) !== undefined,
            `${path}.downTimerAdverts`,
            `${is}: leave one out, here and in globalDefs`,
        ),
        ...problemIf(
            instance.lowerPrioNoAdvert === false,
            `${path}.lowerPrioNoAdvert`,
            `false ${is}: leave it out`,
        ),
        ...flags.flatMap((field) =>
            problemIf(instance[field] === true, `${path}.${field}`, `${is}: leave one out`),
        ),
    ];
}
