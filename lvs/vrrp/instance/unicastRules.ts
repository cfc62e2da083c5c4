import { familyOf } from "../../addresses";
import { type Problem, problemIf, quote } from "../../problems";
import type { VrrpInstance } from "./instance";
import { addressesOf } from "./adverts";
import { participantsOf, type VrrpContext } from "./members";

/** Check that adverts reach the other directors, by unicast or by multicast. */
export function unicastProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
): Problem[] {
    return instance.unicast
        ? peerProblems(path, instance, context)
        : multicastProblems(path, instance, context);
}

/** Without peers keepalived falls back to multicast, before 2.2 without a word in its log. */
function peerProblems(path: string, instance: VrrpInstance, context: VrrpContext): Problem[] {
    const { family } = addressesOf(instance, context);
    const participants = participantsOf(instance, context);
    return [
        ...problemIf(
            participants.length < 2,
            `${path}.unicast`,
            "The instance has one director, and no other to send adverts to. Remove it.",
        ),
        ...participants.flatMap(({ name, unicastSrcIp }) =>
            problemIf(
                unicastSrcIp === undefined || familyOf(unicastSrcIp) !== family,
                `${path}.unicast`,
                `Unicast needs the ${family === "inet" ? "IPv4" : "IPv6"} address of ${name}, and its host is not one. Give its unicastSrcIp in directors.`,
            ),
        ),
        ...problemIf(
            instance.mcastDstIp !== undefined,
            `${path}.mcastDstIp`,
            "The address is for multicast, and the instance uses unicast. Remove it.",
        ),
    ];
}

function multicastProblems(path: string, instance: VrrpInstance, context: VrrpContext): Problem[] {
    const fields = ["unicastTtl", "checkUnicastSrc", "oldUnicastChecksum"] as const;
    const group = familyOf(instance.mcastDstIp ?? "");
    return [
        ...fields.flatMap((field) =>
            problemIf(
                instance[field] !== undefined && instance[field] !== false,
                `${path}.${field}`,
                "The setting is for unicast, and the instance uses multicast. Set unicast, or remove it.",
            ),
        ),
        ...problemIf(
            group !== undefined && group !== addressesOf(instance, context).family,
            `${path}.mcastDstIp`,
            `${quote(instance.mcastDstIp)} is not in the address family of the adverts. Use an ${group === "inet" ? "IPv6" : "IPv4"} address.`,
        ),
    ];
}
