import { extraConfigProblems } from "../../keepalived/extraConfig";
import {
    decimal,
    keywordProblems,
    networkInterface,
    checkValue,
    type Target,
    integer,
} from "../../keepalived/keywords";
import { blockName, checkRequired } from "../../keepalived/kinds";
import { isAtLeast } from "../../keepalived/versions";
import { problemsOfEach, type Problem, problemIf, quote } from "../../problems";
import { authHmacProblems } from "./authHmac";
import { type VrrpInstance, vrrpInstanceKeywords } from "./instance";
import { vrrpVersion } from "./kinds";
import {
    addressesOf,
    isStrict,
    participantProblems,
    participantsOf,
    type VrrpContext,
    vrrpVersionOf,
} from "./members";
import { notifyProblems } from "./notify";
import { strictProblems } from "./strictRules";
import { highestGain, trackedOf, trackProblems } from "../tracking/track";
import { unicastProblems } from "./unicastRules";
import { virtualIpaddressProblems } from "./virtualIpaddress";
import { virtualRouteProblems, virtualRuleProblems } from "./virtualRoutes";
import { vmacProblems } from "./vmacRules";

/** Check one instance without comparing it to the other instances. */
export function vrrpInstanceProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    return [
        ...checkValue(`${path}.name`, blockName, instance.name, target),
        ...checkRequired(`${path}.interface`, networkInterface, instance.interface, target),
        ...checkRequired(
            `${path}.virtualRouterId`,
            integer(1, 255),
            instance.virtualRouterId,
            target,
        ),
        ...versionProblems(path, instance, context, target),
        ...keywordProblems(path, vrrpInstanceKeywords, instance, target),
        ...notifyProblems(path, instance, target),
        ...preemptProblems(path, instance),
        ...participantProblems(path, instance, context, target),
        ...addressProblems(path, instance, context, target),
        ...unicastProblems(path, instance, context),
        ...vmacProblems(path, instance, target),
        ...strictProblems(path, instance, context),
        ...authHmacProblems(path, instance, context, target),
        ...problemsOfEach(`${path}.virtualRoutes`, instance.virtualRoutes, (route, at) =>
            virtualRouteProblems(at, route, target),
        ),
        ...problemsOfEach(`${path}.virtualRules`, instance.virtualRules, (rule, at) =>
            virtualRuleProblems(at, rule, target),
        ),
        ...trackProblems(path, instance, context, target),
        ...trackedProblems(path, instance, context),
        ...extraConfigProblems(
            `${path}.extraConfig`,
            instance.extraConfig,
            "vrrp_instance",
            target,
        ),
    ];
}

function versionProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    const version = vrrpVersionOf(instance, context);
    return [
        ...checkValue(`${path}.version`, vrrpVersion, instance.version, target),
        ...checkValue(
            `${path}.advertInt`,
            // Adverts of version 3 carry their interval in hundredths of a second.
            version === 3
                ? decimal(0.01, 40.95, { unit: "seconds in version 3", places: 2 })
                : integer(1, 255, "seconds in version 2"),
            instance.advertInt,
            target,
        ),
        ...problemIf(
            version !== 3 && addressesOf(instance, context).family === "inet6",
            `${path}.version`,
            `Version ${version} does not support IPv6, and all virtual IPs of the instance are IPv6. Use 3.`,
        ),
    ];
}

function preemptProblems(path: string, instance: VrrpInstance): Problem[] {
    const { nopreempt = false, preemptDelay, timerExpiredBackup } = instance;
    return [
        ...problemIf(
            nopreempt && preemptDelay !== undefined,
            `${path}.preemptDelay`,
            "The delay has no effect with nopreempt, which forbids preemption. Remove one of them.",
        ),
        ...problemIf(
            !nopreempt && timerExpiredBackup !== undefined,
            `${path}.timerExpiredBackup`,
            "Without nopreempt the director would become active again at once. Set nopreempt, or remove this.",
        ),
    ];
}

function addressProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    const { virtualIpaddress, family } = addressesOf(instance, context);
    const interfaces = participantsOf(instance, context).map((one) => one.interface);
    const first = virtualIpaddress[0]?.ip ?? "";
    const wantsLinkLocal =
        isStrict(instance, context) || (!isAtLeast(target.version, "2.2.0") && !instance.unicast);
    return [
        ...(["virtualIpaddress", "virtualIpaddressExcluded"] as const).flatMap((field) =>
            problemsOfEach(`${path}.${field}`, instance[field], (address, at) =>
                virtualIpaddressProblems(at, address, interfaces, target),
            ),
        ),
        ...problemIf(
            virtualIpaddress.length === 0,
            `${path}.virtualIpaddress`,
            "The instance has no virtual IP. Give at least one.",
        ),
        ...problemIf(
            family === "inet6" && wantsLinkLocal && !/^fe[89ab]/i.test(first),
            `${path}.virtualIpaddress`,
            `The list begins with ${quote(first)}, and keepalived ${target.version} requires a link-local address there. Put one such as fe80::${instance.virtualRouterId} first.`,
        ),
    ];
}

function trackedProblems(path: string, instance: VrrpInstance, context: VrrpContext): Problem[] {
    const participants = participantsOf(instance, context);
    const tracked = trackedOf(instance, context);
    const gain = highestGain(tracked);
    const highest = participants[0]?.priority ?? 0;
    return [
        ...tracked.flatMap(({ field, index, name }) =>
            problemIf(
                field === "trackInterface" && participants.some((one) => one.interface === name),
                `${path}.trackInterface[${index}].interface`,
                `${quote(name)} is the instance's own interface, which keepalived tracks anyway. Remove it, or set dontTrackPrimary to ignore it.`,
            ),
        ),
        ...problemIf(
            gain > 0 && highest + gain > 254,
            `${path}.directors[0].priority`,
            `Priority ${highest} and up to ${gain} from tracking exceed 254, the highest priority. Use lower priorities, or negative weights.`,
        ),
    ];
}
