import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { problemsOfEach, type Problem } from "../problems";
import {
    type Check,
    type CheckContext,
    checkProblems,
    type CheckTiming,
    defaultCheckProblems,
    delayLoopOf,
    nearestTiming,
    servedBy,
    sniNameProblems,
    timingKeywords,
    timingProblems,
} from "../service/checks";
import { familyIn, portOf } from "../service/destination";
import { addressProblems, type VirtualServer } from "../service/virtualServer";

/** Health checks of a virtual server or of a pool member. */
interface Checked extends CheckTiming {
    readonly check?: Check;
    readonly delayLoop?: number;
    readonly alpha?: boolean;
}

/** Check the health checks of pool members, once for all that have those of their virtual server. */
export function healthProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
    target: Target,
): Problem[] {
    const context = checkContextOf(cluster, virtualServer);
    const members: readonly Checked[] = virtualServer.realServers ?? [{}];
    const alphaOf = ({ alpha = context.alpha }: Checked) => alpha;
    const inheriting = members.filter(({ check }) => check === undefined);
    return [
        ...(inheriting.length > 0
            ? checkOrDefaultProblems(path, virtualServer, target, {
                  ...context,
                  alpha: inheriting.some(alphaOf),
              })
            : []),
        ...sniNameProblems(
            `${path}.virtualhost`,
            members.some(({ check = virtualServer.check }) => check?.ssl?.enableSni),
            virtualServer.virtualhost,
        ),
        ...(members.every(saysAnything) ? [] : durationsOf(path, virtualServer, {})),
        ...problemsOfEach(`${path}.realServers`, virtualServer.realServers, (member, at) => [
            ...(member.check
                ? checkProblems(`${at}.check`, member.check, target, {
                      ...context,
                      alpha: alphaOf(member),
                  })
                : []),
            ...(saysAnything(member) ? durationsOf(at, member, virtualServer) : []),
            ...sniNameProblems(
                `${at}.virtualhost`,
                (member.check ?? virtualServer.check)?.ssl?.enableSni,
                member.virtualhost,
            ),
        ]),
    ];
}

function checkContextOf(cluster: Cluster, virtualServer: VirtualServer): CheckContext {
    const { bfdInstances = [], trackFiles = [] } = cluster;
    return {
        family: familyIn(virtualServer),
        served: servedBy(virtualServer, portOf(virtualServer)),
        alpha: virtualServer.alpha ?? false,
        bfdInstances: bfdInstances.map(({ name }) => name),
        trackFiles: trackFiles.map(({ name }) => name),
    };
}

function checkOrDefaultProblems(
    path: string,
    virtualServer: VirtualServer,
    target: Target,
    context: CheckContext,
): Problem[] {
    const { check } = virtualServer;
    const at = `${path}.check`;
    if (check) return checkProblems(at, check, target, context);
    // The default depends on the ports.
    const hasPorts = addressProblems(path, virtualServer, target).length === 0;
    return hasPorts ? defaultCheckProblems(at, context.served, target) : [];
}

function saysAnything(member: Checked): boolean {
    const fields = ["check", "delayLoop", ...Object.keys(timingKeywords)] as (keyof Checked)[];
    return fields.some((field) => member[field] !== undefined);
}

function durationsOf(path: string, own: Checked, above: Checked): Problem[] {
    return timingProblems(
        own.check ? `${path}.check` : path,
        own.check ?? above.check,
        nearestTiming(own, above),
        own.delayLoop ?? delayLoopOf(above),
    );
}
