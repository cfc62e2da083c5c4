import type { Family } from "../addresses";
import { type ExtraConfig, extraConfigProblems, extraLines } from "../keepalived/extraConfig";
import {
    flag,
    keywordProblems,
    type Keywords,
    linesOf,
    oneOf,
    onOff,
    checkValue,
    type Target,
} from "../keepalived/keywords";
import type { ScriptCall } from "../keepalived/scripts";
import { type Problem, problem, problemIf } from "../problems";
import { type Check, type CheckTiming, delayLoop, delayLoopOf, timingKeywords } from "./checks";
import { webHost } from "./checks/hostName";
import {
    type Destination,
    destinationProblems,
    familyIn,
    headOf,
    portOf,
    type Protocol,
    protocolOf,
} from "./destination";
import {
    LvsMethod,
    methodOf,
    methodWords,
    planTunnel,
    type Tunnel,
    type TunnelPlan,
    tunnelProblems,
} from "./lvsMethod";
import {
    isPersistent,
    persistenceKeywords,
    persistenceProblems,
    type PersistenceSettings,
} from "./persistence";
import type { PoolMember } from "./poolMember";
import { leastWeights, quorumKeywords, type QuorumSettings } from "./quorum";
import {
    type LvsSched,
    schedulerKeywords,
    schedulerOf,
    schedulerProblems,
    type SchedulerSettings,
} from "./scheduler";
import {
    planSorryServer,
    type SorryServer,
    sorryServerLines,
    type SorryServerPlan,
} from "./sorryServer";

/** Settings of a virtual server that are one line each in its block, besides those of its parts. */
export interface VirtualServerKeywords {
    /** Schedule each packet separately, for UDP services with one request and one reply (keepalived `ops`). Defaults to false. */
    ops?: boolean;
    /** Suspend health checks while this director is not active for the virtual IP (keepalived `ha_suspend`). Defaults to false. */
    haSuspend?: boolean;
    /** Send mail when the pool comes up or goes down (keepalived `smtp_alert`). Defaults to true if mail is set up. */
    smtpAlert?: boolean;
    /** Host name for HTTP checks without one (keepalived `virtualhost`). Defaults to the address. */
    virtualhost?: string;
}

/** A virtual server without its addresses. */
export interface VirtualServerSettings<Call = ScriptCall, Checks = Check>
    extends
        VirtualServerKeywords,
        SchedulerSettings,
        PersistenceSettings,
        QuorumSettings<Call>,
        CheckTiming {
    /** Forwarding method (keepalived `lvs_method`). Defaults to `DR`. */
    lvsMethod?: LvsMethod;
    /** Tunnel to the real servers, for method TUN. Defaults to plain IP in IP. */
    tunnel?: Tunnel;
    /** Seconds between health checks, 0.01 to 86400 (keepalived `delay_loop`). Defaults to 5. @decimal */
    delayLoop?: number;
    /** Set the weight of a failed server to 0 instead of removing it (keepalived `inhibit_on_failure`). Defaults to false. */
    inhibitOnFailure?: boolean;
    /** Health checks of the real servers. Defaults to a TCP connection to their port; for UDP, a packet and an echo request; for SCTP, an echo request. */
    check?: Checks;
    /** Networks of the clients, as prefixes such as `192.0.2.0/24`. pulumi-lvs warns if NAT fails for some of them. Defaults to anywhere. */
    clientNetworks?: string[];
}

/** A service: the address that clients connect to, and the pool that answers (keepalived `virtual_server`). */
export interface VirtualServer extends VirtualServerSettings, Destination, ExtraConfig {
    readonly realServers?: PoolMember[];
    readonly sorryServer?: SorryServer;
}

/** A virtual server with every default resolved. */
export interface VirtualServerPlan {
    readonly virtualServer: VirtualServer;
    readonly family: Family;
    readonly protocol: Protocol;
    readonly port: number;
    readonly lvsMethod: LvsMethod;
    readonly tunnel: TunnelPlan;
    readonly lvsSched: LvsSched;
    /** Seconds between two health checks. */
    readonly delayLoop: number;
    /** Sum of weights below which the service is down. */
    readonly leastWeights: number;
    readonly sorryServer?: SorryServerPlan;
}

export const delayKeywords: Keywords<Pick<VirtualServerSettings, "delayLoop">> = {
    delayLoop: { keyword: "delay_loop", type: delayLoop },
};

export const virtualServerKeywords: Keywords<VirtualServerKeywords> = {
    ops: { keyword: "ops", type: flag },
    haSuspend: { keyword: "ha_suspend", type: flag },
    smtpAlert: { keyword: "smtp_alert", type: onOff, since: "2.0.0" },
    virtualhost: { keyword: "virtualhost", type: webHost },
};

/** Resolve a virtual server of a validated cluster. Its pool is resolved apart. */
export function planVirtualServer(virtualServer: VirtualServer): VirtualServerPlan {
    const service = {
        port: portOf(virtualServer),
        lvsMethod: methodOf(virtualServer),
        tunnel: planTunnel(virtualServer.tunnel),
    };
    const { sorryServer } = virtualServer;
    return {
        virtualServer,
        ...service,
        family: familyIn(virtualServer),
        protocol: protocolOf(virtualServer),
        lvsSched: schedulerOf(virtualServer),
        delayLoop: delayLoopOf(virtualServer),
        leastWeights: leastWeights(virtualServer),
        sorryServer: sorryServer && planSorryServer(sorryServer, service),
    };
}

/** Values for the template `virtual_server.mustache`, besides those of its pool. */
export function virtualServerView(plan: VirtualServerPlan, version: string) {
    const { virtualServer } = plan;
    const { fwmark } = virtualServer;
    return {
        head: headOf(virtualServer),
        keywords: [
            ...linesOf(delayKeywords, plan, version),
            ...linesOf(schedulerKeywords, { ...virtualServer, lvsSched: plan.lvsSched }, version),
            `lvs_method ${methodWords(plan.lvsMethod, plan.tunnel)}`,
            ...linesOf(persistenceKeywords, virtualServer, version),
            // keepalived has no protocol for marked packets.
            ...(fwmark ? [] : [`protocol ${plan.protocol}`]),
            ...(fwmark && plan.family === "inet6" ? ["ip_family inet6"] : []),
            ...linesOf(virtualServerKeywords, virtualServer, version),
            ...linesOf(quorumKeywords, virtualServer, version),
            ...sorryServerLines(plan.sorryServer),
        ],
        extraConfig: extraLines(virtualServer.extraConfig),
    };
}

/** All ports can form one service only with persistence, which keeps the ports of a client together. */
function missingPortProblems(path: string, virtualServer: VirtualServer): Problem[] {
    const { virtualIp, port, virtualServerGroup = [] } = virtualServer;
    if (isPersistent(virtualServer)) return [];
    const places = [
        ...(virtualIp !== undefined && port === undefined ? [`${path}.port`] : []),
        ...virtualServerGroup.flatMap((socket, index) =>
            socket.port === undefined ? [`${path}.virtualServerGroup[${index}].port`] : [],
        ),
    ];
    return places.flatMap((place) =>
        problem(
            place,
            "The value is missing. Give a port, or a persistenceTimeout to serve all ports.",
        ),
    );
}

/** Check the addresses and ports of a virtual server. */
export function addressProblems(
    path: string,
    virtualServer: VirtualServer,
    target: Target,
): Problem[] {
    return [
        ...destinationProblems(path, virtualServer, target),
        ...missingPortProblems(path, virtualServer),
    ];
}

/** Check a virtual server on its own. */
export function virtualServerProblems(
    path: string,
    virtualServer: VirtualServer,
    target: Target,
): Problem[] {
    const { lvsMethod, ops, fwmark, protocol, persistenceEngine } = virtualServer;
    return [
        ...addressProblems(path, virtualServer, target),
        ...keywordProblems(path, delayKeywords, virtualServer, target),
        ...keywordProblems(path, schedulerKeywords, virtualServer, target),
        ...schedulerProblems(path, virtualServer, target),
        ...keywordProblems(path, timingKeywords, virtualServer, target),
        ...checkValue(`${path}.lvsMethod`, oneOf(LvsMethod), lvsMethod, target),
        ...tunnelProblems(`${path}.tunnel`, virtualServer.tunnel, methodOf(virtualServer), target),
        ...keywordProblems(path, persistenceKeywords, virtualServer, target),
        ...persistenceProblems(path, virtualServer, familyIn(virtualServer), target),
        ...keywordProblems(path, virtualServerKeywords, virtualServer, target),
        ...keywordProblems(path, quorumKeywords, virtualServer, target),
        ...problemIf(
            ops === true && isPersistent(virtualServer) && persistenceEngine === undefined,
            `${path}.ops`,
            "ops schedules each packet separately, and persistenceTimeout keeps clients together. Remove one of them, or give a persistenceEngine.",
        ),
        ...problemIf(
            ops === true && fwmark === undefined && protocol !== "UDP",
            `${path}.ops`,
            "ops is for UDP. Remove it, or use protocol UDP.",
        ),
        ...problemIf(
            persistenceEngine !== undefined && fwmark === undefined && protocol !== "UDP",
            `${path}.persistenceEngine`,
            "The engine reads UDP only, and clients of other protocols are told apart by address. Remove it, or use protocol UDP.",
        ),
        ...problemIf(
            virtualServer.haSuspend === true && fwmark !== undefined,
            `${path}.haSuspend`,
            "haSuspend needs a virtual IP, and a service with fwmark has none. Remove it.",
        ),
        ...extraConfigProblems(
            `${path}.extraConfig`,
            virtualServer.extraConfig,
            "virtual_server",
            target,
        ),
    ];
}
