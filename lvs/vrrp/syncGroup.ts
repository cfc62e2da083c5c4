import { type ExtraConfig, extraConfigProblems, extraLines } from "../keepalived/extraConfig";
import {
    flag,
    keywordProblems,
    type Keywords,
    linesOf,
    type Target,
    tooNew,
} from "../keepalived/keywords";
import { nameIn, checkRequired } from "../keepalived/kinds";
import type { ScriptCall } from "../keepalived/scripts";
import {
    problemsOfEach,
    joinNames,
    type Problem,
    problem,
    problemIf,
    duplicates,
    quote,
} from "../problems";
import { instanceName, type VrrpInstance } from "./instance/instance";
import { participantsOf, type VrrpContext } from "./instance/members";
import { notifyKeywords, notifyProblems, type NotifySettings } from "./instance/notify";
import { failoverProblems } from "./tracking/failover";
import {
    highestGain,
    trackBlocks,
    type Tracked,
    trackedOf,
    trackProblems,
    type Tracks,
} from "./tracking/track";
import { blockNameProblems } from "./tracking/tracking";

/** Settings of a sync group that are one line each in its block. */
export interface VrrpSyncGroupKeywords<Call = ScriptCall> extends NotifySettings<Call> {
    /** Let instances of the group track objects with weights of their own, although the priorities of the instances then differ (keepalived `sync_group_tracking_weight`). Defaults to false. */
    syncGroupTrackingWeight?: boolean;
}

/** VRRP instances that fail over together: one director is active for all of them (keepalived `vrrp_sync_group`). */
export interface VrrpSyncGroupSettings<Call = ScriptCall>
    extends VrrpSyncGroupKeywords<Call>, Tracks {
    /** Name of the group. */
    name: string;
    /** Names of its VRRP instances, two or more (keepalived `group`). */
    group: string[];
}

export type VrrpSyncGroup = VrrpSyncGroupSettings & ExtraConfig;

export const vrrpSyncGroupKeywords: Keywords<VrrpSyncGroupKeywords> = {
    syncGroupTrackingWeight: {
        keyword: "sync_group_tracking_weight",
        type: flag,
        since: "2.0.0",
    },
    ...notifyKeywords,
    notifyStop: { ...notifyKeywords.notifyStop, since: "2.0.0" },
    notifyPriorityChanges: { ...notifyKeywords.notifyPriorityChanges, since: "2.2.0" },
};

/** Values for the template `vrrp_sync_group.mustache`. */
export function vrrpSyncGroupView(group: VrrpSyncGroup, version: string) {
    return {
        name: group.name,
        lists: [{ keyword: "group", lines: group.group }, ...trackBlocks(group, version)],
        keywords: linesOf(vrrpSyncGroupKeywords, group, version),
        extraConfig: extraLines(group.extraConfig),
    };
}

/** Is a director in a group? It takes part in all instances of the group, or in none. */
export function isInSyncGroup(
    group: VrrpSyncGroup,
    director: string,
    instances: readonly VrrpInstance[],
    context: VrrpContext,
): boolean {
    return instancesIn(group, instances).some(({ instance }) =>
        participantsOf(instance, context).some(({ name }) => name === director),
    );
}

interface Member {
    readonly name: string;
    readonly instance: VrrpInstance;
}

function instancesIn({ group }: VrrpSyncGroup, instances: readonly VrrpInstance[]): Member[] {
    return instances
        .map((instance, index) => ({ name: instanceName(instance, index), instance }))
        .filter(({ name }) => group.includes(name));
}

/** Check the sync groups of a cluster. */
export function vrrpSyncGroupProblems(
    groups: readonly VrrpSyncGroup[] | undefined,
    instances: readonly VrrpInstance[],
    context: VrrpContext,
    target: Target,
): Problem[] {
    const list = "vrrpSyncGroups";
    const names = instances.map(instanceName);
    const memberships = (groups ?? []).flatMap(({ group }, index) =>
        group.map((name, place) => ({ name, path: `${list}[${index}].group[${place}]` })),
    );
    return [
        ...blockNameProblems(list, groups, target),
        ...problemsOfEach(list, groups, (group, path) => [
            ...problemIf(
                group.group.length < 2,
                `${path}.group`,
                `A group needs two instances, and this one has ${group.group.length}. Add an instance, or remove the group.`,
            ),
            ...keywordProblems(path, vrrpSyncGroupKeywords, group, target),
            ...notifyProblems(path, group, target),
            ...trackProblems(path, group, context, target),
            ...tooOldProblems(path, group, target),
            ...memberProblems(path, group, instances, context),
            ...extraConfigProblems(
                `${path}.extraConfig`,
                group.extraConfig,
                "vrrp_sync_group",
                target,
            ),
        ]),
        ...memberships.flatMap(({ name, path }) =>
            checkRequired(path, nameIn(names, "vrrpInstances"), name, target),
        ),
        ...duplicates(memberships, ({ name }) => name).flatMap(([later, first]) =>
            problem(later.path, `${quote(later.name)} is already ${first.path}. List it once.`),
        ),
    ];
}

/** Groups can track since keepalived 2.0.0. */
function tooOldProblems(path: string, group: VrrpSyncGroup, target: Target): Problem[] {
    const since = "2.0.0";
    return [
        ...(group.trackInterface === undefined
            ? []
            : tooNew(
                  `${path}.trackInterface`,
                  { keyword: "a group's track_interface", since },
                  target,
              )),
        ...(group.trackScript === undefined
            ? []
            : tooNew(`${path}.trackScript`, { keyword: "a group's track_script", since }, target)),
    ];
}

function memberProblems(
    path: string,
    group: VrrpSyncGroup,
    instances: readonly VrrpInstance[],
    context: VrrpContext,
): Problem[] {
    const members = instancesIn(group, instances);
    const tracked = trackedOf(group, context);
    const gain = highestGain(tracked);
    const orders = members.map(({ name, instance }) => ({
        name,
        order: participantsOf(instance, context).map((one) => one.name),
    }));
    const [first, ...others] = orders;
    return [
        ...others.flatMap(({ name, order }) =>
            problemIf(
                order.join() !== first?.order.join(),
                `${path}.group`,
                `${name} prefers ${joinNames(order)} and ${first?.name} ${joinNames(first?.order ?? [])}, but one director is active for both. Give them the same directors in the same order.`,
            ),
        ),
        ...members.flatMap((member) => memberTrackProblems(path, group, member, context)),
        ...members.slice(0, 1).flatMap(({ instance }) =>
            failoverProblems(
                path,
                tracked,
                participantsOf(instance, context),
                members.some((member) => member.instance.nopreempt === true),
            ),
        ),
        ...tracked.flatMap(({ field, index, name }) =>
            members.flatMap(({ name: member, instance }) =>
                problemIf(
                    field === "trackInterface" &&
                        participantsOf(instance, context).some((one) => one.interface === name),
                    `${path}.trackInterface[${index}].interface`,
                    `${quote(name)} is the own interface of ${member}, which keepalived tracks anyway. Remove it.`,
                ),
            ),
        ),
        ...members.flatMap(({ name, instance }) => {
            const highest = participantsOf(instance, context)[0]?.priority ?? 0;
            return problemIf(
                gain > 0 && highest + gain > 254,
                path,
                `Priority ${highest} of ${name} and up to ${gain} from tracking exceed 254, the highest priority. Use lower priorities, or negative weights.`,
            );
        }),
    ];
}

function memberTrackProblems(
    path: string,
    group: VrrpSyncGroup,
    { name: member, instance }: Member,
    context: VrrpContext,
): Problem[] {
    const tracked = trackedOf(instance, context);
    const isBoth = (one: Tracked) =>
        trackedOf(group, context).some(
            ({ field, name }) => field === one.field && name === one.name,
        );
    return tracked.flatMap((one) => [
        ...problemIf(
            one.weight !== 0 && group.syncGroupTrackingWeight !== true,
            `${path}.syncGroupTrackingWeight`,
            `keepalived would ignore weight ${one.weight} with which ${member} tracks ${quote(one.name)}. Track it in the group, or set syncGroupTrackingWeight.`,
        ),
        ...problemIf(
            isBoth(one),
            `${path}.${one.field}`,
            `${quote(one.name)} is tracked by ${member} too. Remove it from one of them.`,
        ),
    ]);
}
