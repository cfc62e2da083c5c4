import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { problemsOfEach, type Problem } from "../problems";
import {
    type Check,
    type CheckContext,
    checkProblems,
    type CheckTiming,
    delayLoopOf,
    nearestTiming,
    timingKeywords,
    timingProblems,
} from "../service/checks";
import { familyIn } from "../service/destination";
import type { VirtualServer } from "../service/virtualServer";

/** Health checks of a virtual server or of a pool member. */
interface Checked extends CheckTiming {
    readonly check?: Check;
    readonly delayLoop?: number;
}

/** Check the health checks of a virtual server and of its pool members. */
export function healthProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
    target: Target,
): Problem[] {
    const context = checkContextOf(cluster, virtualServer);
    return [
        ...checkedProblems(path, virtualServer, {}, target, context),
        ...problemsOfEach(`${path}.realServers`, virtualServer.realServers, (member, at) =>
            saysAnything(member) ? checkedProblems(at, member, virtualServer, target, context) : [],
        ),
    ];
}

function checkContextOf(cluster: Cluster, virtualServer: VirtualServer): CheckContext {
    const { bfdInstances = [], trackFiles = [] } = cluster;
    return {
        family: familyIn(virtualServer),
        bfdInstances: bfdInstances.map(({ name }) => name),
        trackFiles: trackFiles.map(({ name }) => name),
    };
}

function saysAnything(member: Checked): boolean {
    const fields = ["check", "delayLoop", ...Object.keys(timingKeywords)] as (keyof Checked)[];
    return fields.some((field) => member[field] !== undefined);
}

function checkedProblems(
    path: string,
    own: Checked,
    above: Checked,
    target: Target,
    context: CheckContext,
): Problem[] {
    const at = own.check ? `${path}.check` : path;
    return [
        ...(own.check ? checkProblems(at, own.check, target, context) : []),
        ...timingProblems(
            at,
            own.check ?? above.check,
            nearestTiming(own, above),
            own.delayLoop ?? delayLoopOf(above),
        ),
    ];
}
