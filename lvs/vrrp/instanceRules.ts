import { familyOf } from "../addresses";
import { extraConfigProblems } from "../keepalived/extraConfig";
import {
    decimal,
    ipAddress,
    keywordProblems,
    networkInterface,
    refusal,
    type Target,
    whole,
} from "../keepalived/keywords";
import { blockName, required } from "../keepalived/kinds";
import { isAtLeast } from "../keepalived/versions";
import { eachOf, listed, type Problem, problemIf, repeatedNames, show } from "../problems";
import { type VrrpInstance, vrrpInstanceKeywords } from "./instance";
import { addressesOf, isStrict, participantsOf, type VrrpContext, vrrpVersionOf } from "./members";
import { notifyProblems } from "./notify";
import { highestGain, trackedOf, trackProblems } from "./track";
import { virtualIpaddressProblems } from "./virtualIpaddress";
import { virtualRouteProblems, virtualRuleProblems } from "./virtualRoutes";

/** What is wrong with an instance, as far as the other instances have no part in it. */
export function vrrpInstanceProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    return [
        ...refusal(`${path}.name`, blockName, instance.name, target),
        ...required(`${path}.interface`, networkInterface, instance.interface, target),
        ...required(
            `${path}.virtualRouterId`,
            whole("a virtual router id", 1, 255),
            instance.virtualRouterId,
            target,
        ),
        ...versionProblems(path, instance, context, target),
        ...keywordProblems(path, vrrpInstanceKeywords, instance, target),
        ...notifyProblems(path, instance, target),
        ...preemptProblems(path, instance),
        ...directorProblems(path, instance, context, target),
        ...addressProblems(path, instance, context, target),
        ...unicastProblems(path, instance, context),
        ...vmacProblems(path, instance, target),
        ...strictProblems(path, instance, context),
        ...eachOf(`${path}.virtualRoutes`, instance.virtualRoutes, (route, at) =>
            virtualRouteProblems(at, route, target),
        ),
        ...eachOf(`${path}.virtualRules`, instance.virtualRules, (rule, at) =>
            virtualRuleProblems(at, rule, target),
        ),
        ...trackProblems(path, instance, context, target),
        ...trackedProblems(path, instance, context),
        ...extraConfigProblems(`${path}.extraConfig`, instance.extraConfig),
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
        ...refusal(`${path}.version`, whole("a version of VRRP", 2, 3), instance.version, target),
        ...refusal(
            `${path}.advertInt`,
            // Adverts of version 3 tell their interval in hundredths of a second.
            version === 3
                ? decimal("a number of seconds in version 3", 0.01, 40.95, { places: 2 })
                : whole("a whole number of seconds in version 2", 1, 255),
            instance.advertInt,
            target,
        ),
        ...problemIf(
            version !== 3 && addressesOf(instance, context).family === "inet6",
            `${path}.version`,
            `${show(version)} knows no IPv6, and all its virtual IPs are: set 3`,
        ),
    ];
}

function preemptProblems(path: string, instance: VrrpInstance): Problem[] {
    const { nopreempt = false, preemptDelay, timerExpiredBackup } = instance;
    return [
        ...problemIf(
            nopreempt && preemptDelay !== undefined,
            `${path}.preemptDelay`,
            "delays what nopreempt forbids: leave one out",
        ),
        ...problemIf(
            !nopreempt && timerExpiredBackup !== undefined,
            `${path}.timerExpiredBackup`,
            "works with nopreempt only, or the owner would come back at once: set it",
        ),
    ];
}

/** Directors stand in the order in which they are preferred, and no two are equal. */
function directorProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    const { directors } = instance;
    const list = `${path}.directors`;
    const known = context.directors.map(({ name }) => name);
    const { family } = addressesOf(instance, context);
    const participants = participantsOf(instance, context);
    return [
        ...problemIf(
            directors?.length === 0,
            list,
            "is empty: name directors, or leave it out for all of them",
        ),
        ...eachOf(list, directors, (director, at) => [
            ...problemIf(
                !known.includes(director.name),
                `${at}.name`,
                `${show(director.name)} is not among directors (${listed(known)})`,
            ),
            ...refusal(`${at}.priority`, whole("a priority", 1, 254), director.priority, target),
            ...refusal(`${at}.interface`, networkInterface, director.interface, target),
            ...(["unicastSrcIp", "mcastSrcIp"] as const).flatMap((field) => [
                ...refusal(`${at}.${field}`, ipAddress, director[field], target),
                ...problemIf(
                    familyOf(director[field] ?? "") !== undefined &&
                        familyOf(director[field] ?? "") !== family,
                    `${at}.${field}`,
                    `${show(director[field])} is not of the family of the virtual IPs in adverts: take one that is`,
                ),
            ]),
            ...problemIf(
                instance.unicast === true && director.mcastSrcIp !== undefined,
                `${at}.mcastSrcIp`,
                "is for multicast, and the instance is unicast: give unicastSrcIp",
            ),
            ...problemIf(
                instance.unicast !== true && director.unicastSrcIp !== undefined,
                `${at}.unicastSrcIp`,
                "is for unicast: set unicast, or give mcastSrcIp",
            ),
        ]),
        ...repeatedNames(list, directors, (name) => `${name} is named twice: name it once`),
        ...participants.flatMap(({ priority }, index) => {
            const before = participants[index - 1];
            return problemIf(
                before !== undefined && priority >= before.priority,
                `${list}[${index}].priority`,
                `${show(priority)} is not below the ${show(before?.priority)} of the director before it: list directors in the order in which they are preferred`,
            );
        }),
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
            eachOf(`${path}.${field}`, instance[field], (address, at) =>
                virtualIpaddressProblems(at, address, interfaces, target),
            ),
        ),
        ...problemIf(
            virtualIpaddress.length === 0,
            `${path}.virtualIpaddress`,
            "has no virtual IP, so there would be nothing to own: give one",
        ),
        ...problemIf(
            family === "inet6" && wantsLinkLocal && !/^fe[89ab]/i.test(first),
            `${path}.virtualIpaddress`,
            `begins with ${show(first)}, and keepalived ${target.version} wants a link-local address there: put one like fe80::${instance.virtualRouterId} first`,
        ),
    ];
}

/** Without peers keepalived would fall back to multicast, and tell nobody before 2.2. */
function unicastProblems(path: string, instance: VrrpInstance, context: VrrpContext): Problem[] {
    const { unicast = false, mcastDstIp } = instance;
    const { family } = addressesOf(instance, context);
    const participants = participantsOf(instance, context);
    if (!unicast) {
        const fields = ["unicastTtl", "checkUnicastSrc", "oldUnicastChecksum"] as const;
        const group = familyOf(mcastDstIp ?? "");
        return [
            ...fields.flatMap((field) =>
                problemIf(
                    instance[field] !== undefined && instance[field] !== false,
                    `${path}.${field}`,
                    "is for unicast: set unicast, or remove it",
                ),
            ),
            ...problemIf(
                group !== undefined && group !== family,
                `${path}.mcastDstIp`,
                `${show(mcastDstIp)} is not of the family of the virtual IPs in adverts: take one that is`,
            ),
        ];
    }
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
            mcastDstIp !== undefined,
            `${path}.mcastDstIp`,
            "is for multicast, and the instance is unicast: remove it",
        ),
    ];
}

function vmacProblems(path: string, instance: VrrpInstance, target: Target): Problem[] {
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

/** What keepalived takes back, with a complaint, from an instance that is to keep to the standard. */
function strictProblems(path: string, instance: VrrpInstance, context: VrrpContext): Problem[] {
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
            `${show(version)} has a password, ${against}: set 3`,
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
                `${show(name)} is the instance's own, which counts anyway: remove it, or set dontTrackPrimary to ignore it`,
            ),
        ),
        ...problemIf(
            gain > 0 && highest + gain > 254,
            `${path}.directors[0].priority`,
            `${highest} and up to ${gain} from tracking are more than 254, where keepalived stops: give lower priorities, or negative weights`,
        ),
    ];
}
