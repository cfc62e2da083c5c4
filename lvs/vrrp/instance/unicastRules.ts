import { familyOf } from "../../addresses";
import { type Problem, problemIf, quote } from "../../problems";
import type { VrrpInstance } from "./instance";
import { addressesOf, participantsOf, type VrrpContext } from "./members";

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
            "has nobody to talk to, with one director: leave it out",
        ),
        ...participants.flatMap(({ name, unicastSrcIp }) =>
            problemIf(
                unicastSrcIp === undefined || familyOf(unicastSrcIp) !== family,
                `${path}.unicast`,
                `does not know the ${family === "inet" ? "IPv4" : "IPv6"} address of ${name}, whose host is none: give its unicastSrcIp in directors`,
            ),
        ),
        ...problemIf(
            instance.mcastDstIp !== undefined,
            `${path}.mcastDstIp`,
            "is for multicast, and the instance is unicast: remove it",
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
                "is for unicast: set unicast, or remove it",
            ),
        ),
        ...problemIf(
            group !== undefined && group !== addressesOf(instance, context).family,
            `${path}.mcastDstIp`,
            `${quote(instance.mcastDstIp)} is not of the family of the virtual IPs in adverts: take one that is`,
        ),
    ];
}
