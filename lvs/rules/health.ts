import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { problemsOfEach, type Problem } from "../problems";
import {
    type Check,
    type CheckContext,
    type CheckPorts,
    checkProblems,
    type CheckTiming,
    defaultCheckProblems,
    delayLoopOf,
    nearestTiming,
    timingKeywords,
    timingProblems,
} from "../service/checks";
import { familyIn, markedPortsOf, portOf } from "../service/destination";
import { isPersistent } from "../service/persistence";
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
    const isChecked = virtualServer.check !== undefined;
    return [
        ...checkedProblems(path, virtualServer, {}, target, context),
        ...(isChecked || everyMemberIsChecked(virtualServer)
            ? []
            : defaultCheckProblems(`${path}.check`, context)),
        ...problemsOfEach(`${path}.realServers`, virtualServer.realServers, (member, at) =>
            saysAnything(member) ? checkedProblems(at, member, virtualServer, target, context) : [],
        ),
    ];
}

function checkContextOf(cluster: Cluster, virtualServer: VirtualServer): CheckContext {
    const { bfdInstances = [], trackFiles = [] } = cluster;
    return {
        family: familyIn(virtualServer),
        ports: checkPortsOf(virtualServer),
        bfdInstances: bfdInstances.map(({ name }) => name),
        trackFiles: trackFiles.map(({ name }) => name),
    };
}

/** A service by fwmark has the ports of its packets, and a service for all ports has none. */
function checkPortsOf(virtualServer: VirtualServer): CheckPorts {
    const { fwmark, virtualIp } = virtualServer;
    // An address that is missing, or one too many, has a problem of its own.
    if (fwmark && virtualIp === undefined && fwmark.packets.length > 0) {
        return markedPortsOf(virtualServer);
    }
    const port = portOf(virtualServer);
    const ports = port === 0 && isPersistent(virtualServer) ? [] : [port];
    return { TCP: ports, UDP: ports, SCTP: ports };
}

function everyMemberIsChecked({ realServers = [] }: VirtualServer): boolean {
    return realServers.length > 0 && realServers.every(({ check }) => check !== undefined);
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
