import { familyOf } from "../../addresses";
import {
    checkValue,
    integer,
    ipAddress,
    networkInterface,
    type Target,
} from "../../keepalived/keywords";
import { checkRequired, nameIn } from "../../keepalived/kinds";
import {
    duplicateNameProblems,
    type Problem,
    problemIf,
    problemsOfEach,
    quote,
    Warning,
    warningIf,
} from "../../problems";
import { addressesOf } from "./adverts";
import {
    participantsOf,
    type VrrpContext,
    type VrrpDirector,
    type VrrpMembership,
} from "./members";

/** Check the directors of an instance: their priorities fall in the order of the list. */
export function participantProblems(
    path: string,
    instance: VrrpMembership,
    context: VrrpContext,
    target: Target,
): Problem[] {
    const { directors } = instance;
    const list = `${path}.directors`;
    const participants = participantsOf(instance, context);
    return [
        ...problemIf(
            directors?.length === 0,
            list,
            "The list is empty. Name directors, or remove the list to use all of them.",
        ),
        ...problemsOfEach(list, directors, (director, at) =>
            directorProblems(at, director, instance, context, target),
        ),
        ...duplicateNameProblems(
            list,
            directors,
            (name) => `${name} is listed twice. List it once.`,
        ),
        ...participants.flatMap(({ priority }, index) => {
            const before = participants[index - 1]?.priority ?? Infinity;
            const at = `${list}[${index}].priority`;
            return [
                ...problemIf(
                    priority > before,
                    at,
                    `${quote(priority)} is above ${quote(before)}, the priority of the director before it. List directors in order of preference.`,
                ),
                ...warningIf(
                    priority === before,
                    Warning.equalPriorities,
                    at,
                    `${quote(priority)} is also the priority of the director before it, so the higher IP address decides. Lower it, to prefer the first.`,
                ),
            ];
        }),
    ];
}

function directorProblems(
    path: string,
    director: VrrpDirector,
    instance: VrrpMembership,
    context: VrrpContext,
    target: Target,
): Problem[] {
    const { name, priority, interface: device, unicastSrcIp, mcastSrcIp } = director;
    const { family } = addressesOf(instance, context);
    const known = context.directors.map((one) => one.name);
    return [
        ...checkRequired(`${path}.name`, nameIn(known, "directors"), name, target),
        ...checkValue(`${path}.priority`, integer(1, 254), priority, target),
        ...checkValue(`${path}.interface`, networkInterface, device, target),
        ...Object.entries({ unicastSrcIp, mcastSrcIp }).flatMap(([field, source]) => {
            const own = familyOf(source ?? "");
            return [
                ...checkValue(`${path}.${field}`, ipAddress, source, target),
                ...problemIf(
                    own !== undefined && own !== family,
                    `${path}.${field}`,
                    `${quote(source)} is not in the address family of the adverts. Use an ${family === "inet" ? "IPv4" : "IPv6"} address.`,
                ),
            ];
        }),
        ...problemIf(
            instance.unicast === true && mcastSrcIp !== undefined,
            `${path}.mcastSrcIp`,
            "The address is for multicast, and the instance uses unicast. Use unicastSrcIp.",
        ),
        ...problemIf(
            instance.unicast !== true && unicastSrcIp !== undefined,
            `${path}.unicastSrcIp`,
            "The address is for unicast, and the instance uses multicast. Set unicast, or use mcastSrcIp.",
        ),
    ];
}
