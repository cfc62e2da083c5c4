import { extraConfigProblems } from "../../keepalived/extraConfig";
import {
    decimal,
    keywordProblems,
    networkInterface,
    oneOf,
    checkValue,
    type Target,
    integer,
} from "../../keepalived/keywords";
import { blockName, checkRequired } from "../../keepalived/kinds";
import { isAtLeast } from "../../keepalived/versions";
import {
    joinNames,
    problemsOfEach,
    type Problem,
    problemIf,
    quote,
    Warning,
    warningIf,
} from "../../problems";
import { authHmacProblems } from "./authHmac";
import { type VrrpInstance, vrrpInstanceKeywords } from "./instance";
import { vrrpVersion } from "./kinds";
import { addressesOf, isStrict, startsAsBackup, vrrpVersionOf } from "./adverts";
import {
    AuthType,
    instanceOn,
    ownSettings,
    participantsOf,
    type VrrpContext,
    VrrpState,
} from "./members";
import { participantProblems } from "./memberRules";
import { notifyProblems } from "./notify";
import { strictProblems } from "./strictRules";
import { failoverProblems } from "../tracking/failover";
import { highestGain, trackedOf, trackFields, trackProblems } from "../tracking/track";
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
        ...authHmacProblems(path, instance, context, target),
        ...participantProblems(path, instance, context, target),
        ...addressProblems(path, instance, context, target),
        ...settingProblems(path, instance, context, target),
        ...memberProblems(path, instance, context, target),
        ...severalMasterProblems(path, instance, context),
        ...trackedProblems(path, instance, context),
        ...extraConfigProblems(
            `${path}.extraConfig`,
            instance.extraConfig,
            "vrrp_instance",
            target,
        ),
    ];
}

/** Check the settings that a director can have for itself. */
function settingProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    return [
        ...keywordProblems(path, vrrpInstanceKeywords, instance, target),
        ...notifyProblems(path, instance, target),
        ...preemptProblems(path, instance),
        ...stateProblems(path, instance, context, target),
        ...unicastProblems(path, instance, context),
        ...vmacProblems(path, instance, target),
        ...strictProblems(path, instance, context),
        ...problemsOfEach(`${path}.virtualRoutes`, instance.virtualRoutes, (route, at) =>
            virtualRouteProblems(at, route, target),
        ),
        ...problemsOfEach(`${path}.virtualRules`, instance.virtualRules, (rule, at) =>
            virtualRuleProblems(at, rule, target),
        ),
        ...trackProblems(path, instance, context, target),
    ];
}

/** Check what directors set for themselves. Problems of the instance itself are not repeated. */
function memberProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    return problemsOfEach(`${path}.directors`, instance.directors, (member, at) => {
        if (Object.keys(ownSettings(member)).length === 0) return [];
        const common = settingProblems(path, instance, context, target);
        const own = instanceOn(instance, member.name);
        return settingProblems(at, own, context, target).filter(
            ({ reason }) => !common.some((one) => one.reason === reason),
        );
    });
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
        ...checkValue(`${path}.authType`, oneOf(AuthType), instance.authType, target),
        ...problemIf(
            version === 3 && (instance.authType ?? AuthType.none) !== AuthType.none,
            `${path}.authType`,
            "Version 3 has no password. Remove authType, or use version 2.",
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

function stateProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    return [
        ...checkValue(`${path}.state`, oneOf(VrrpState), instance.state, target),
        ...problemIf(
            instance.state === VrrpState.MASTER && startsAsBackup(instance, context),
            `${path}.state`,
            "With nopreempt, preemptDelay, strict mode or AH, every director starts as BACKUP. Remove the state.",
        ),
    ];
}

/** keepalived takes the virtual IPs as soon as it starts in state MASTER, before it hears another director. */
function severalMasterProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
): Problem[] {
    const masters = participantsOf(instance, context)
        .map(({ name }) => ({ name, own: instanceOn(instance, name) }))
        .filter(({ own }) => own.state === VrrpState.MASTER && !startsAsBackup(own, context))
        .map(({ name }) => name);
    const index = (instance.directors ?? []).findIndex(
        ({ name, state }) => name === masters[1] && state !== undefined,
    );
    return warningIf(
        masters.length > 1,
        Warning.severalMasters,
        index < 0 ? `${path}.state` : `${path}.directors[${index}].state`,
        `${joinNames(masters)} start as MASTER. When one of them starts, two directors are active for a moment. Remove the state.`,
    );
}

/** Addresses in an advert, for packets of 1500 bytes. keepalived counts the Ethernet header too. */
const mostAddresses = { inet: 255, inet6: Math.floor((1500 - 62) / 16) };

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
            virtualIpaddress.length > mostAddresses[family],
            `${path}.virtualIpaddress`,
            `The list has ${virtualIpaddress.length} addresses of one family, and an advert has room for ${mostAddresses[family]}. Move the others to virtualIpaddressExcluded.`,
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
    const each = participants.map((participant) => {
        const own = instanceOn(instance, participant.name);
        return { ...participant, own, gain: highestGain(trackedOf(own, context)) };
    });
    const high = each.findIndex(({ priority, gain }) => gain > 0 && priority + gain > 254);
    const isCommon = each.every(({ own }) =>
        trackFields.every((field) => own[field] === instance[field]),
    );
    return [
        ...failoverProblems(
            path,
            isCommon ? tracked : [],
            participants,
            each.some(({ own }) => own.nopreempt === true),
        ),
        ...tracked.flatMap(({ field, index, name }) =>
            warningIf(
                field === "trackInterface" && participants.some((one) => one.interface === name),
                Warning.ownInterface,
                `${path}.trackInterface[${index}].interface`,
                `${quote(name)} is the instance's own interface, which keepalived tracks anyway, so the line is left out. Remove it, or set dontTrackPrimary to ignore the interface.`,
            ),
        ),
        ...problemIf(
            high >= 0,
            `${path}.directors[${high}].priority`,
            `Priority ${each[high]?.priority} and up to ${each[high]?.gain} from tracking exceed 254, the highest priority. Use lower priorities, or negative weights.`,
        ),
    ];
}
