import type { Family } from "../addresses";
import { extraConfigProblems, extraLines } from "../keepalived/extraConfig";
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
import { type Problem, problem, problemIf } from "../problems";
import {
    type Check,
    type CheckPlan,
    type CheckTiming,
    checkViews,
    delayLoop,
    timingKeywords,
} from "./checks";
import { hostName } from "./checks/hostName";
import {
    type Destination,
    destinationProblems,
    familyIn,
    headOf,
    type Protocol,
} from "./destination";
import {
    LvsMethod,
    methodOf,
    methodWords,
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
import { type PoolMember, type PoolMemberKeywords, poolMemberKeywords } from "./poolMember";
import { quorumKeywords, type QuorumSettings } from "./quorum";
import {
    type LvsSched,
    schedulerKeywords,
    schedulerProblems,
    type SchedulerSettings,
} from "./scheduler";
import { type SorryServer, sorryServerLines, type SorryServerPlan } from "./sorryServer";

/** One line each in `virtual_server`, besides those of its parts. */
export interface VirtualServerKeywords {
    /** Each packet is scheduled for itself, for UDP services of one question and one answer (keepalived `ops`). Defaults to false. */
    ops?: boolean;
    /** Checks rest while this director does not own the virtual IP (keepalived `ha_suspend`). Defaults to false. */
    haSuspend?: boolean;
    /** Whether the coming and going of the pool is mailed (keepalived `smtp_alert`). Defaults to true where mail is set up. */
    smtpAlert?: boolean;
    /** Host name in HTTP checks that name none (keepalived `virtualhost`). Defaults to the address. */
    virtualhost?: string;
}

/** All of a virtual server but its addresses. */
export interface VirtualServerSettings
    extends
        VirtualServerKeywords,
        SchedulerSettings,
        PersistenceSettings,
        QuorumSettings,
        CheckTiming {
    /** How packets reach the real servers (keepalived `lvs_method`). Defaults to `DR`. */
    lvsMethod?: LvsMethod;
    /** The tunnel to them, with method TUN. Defaults to plain IP in IP. */
    tunnel?: Tunnel;
    /** Seconds between two health checks, 0.01 to 86400 (keepalived `delay_loop`). Defaults to 5. */
    delayLoop?: number;
    /** When a server is down, its weight becomes 0 instead of it being taken out (keepalived `inhibit_on_failure`). Defaults to false. */
    inhibitOnFailure?: boolean;
    /** How the health of real servers is checked. Defaults to a connection to their port. */
    check?: Check;
    /** The real servers that serve it. Defaults to all. */
    realServers?: PoolMember[];
    /** Where its clients are, as prefixes such as `192.0.2.0/24`. Asked for only where it matters: NAT with a single network. Defaults to anywhere. */
    clientNetworks?: string[];
    /** Lines of keepalived configuration at the end of its block, as they are and at your own risk. Defaults to none. */
    extraConfig?: string;
}

/** A service: what clients send to, and who answers (keepalived `virtual_server`). */
export interface VirtualServer extends VirtualServerSettings, Destination {
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
    readonly realServers: readonly PoolMemberPlan[];
    readonly sorryServer?: SorryServerPlan;
}

/** A real server in its pool, with every default resolved. */
export interface PoolMemberPlan {
    readonly host: string;
    readonly port: number;
    readonly lvsMethod: LvsMethod;
    readonly tunnel: TunnelPlan;
    /** The keywords of its block. */
    readonly keywords: PoolMemberKeywords & { readonly weight: number };
    readonly checks: readonly CheckPlan[];
    /** Can its weight in the kernel differ from its weight here? */
    readonly variesInWeight: boolean;
    readonly extraConfig?: string;
}

export const delayKeywords: Keywords<Pick<VirtualServerSettings, "delayLoop">> = {
    delayLoop: { keyword: "delay_loop", type: delayLoop },
};

export const virtualServerKeywords: Keywords<VirtualServerKeywords> = {
    ops: { keyword: "ops", type: flag },
    haSuspend: { keyword: "ha_suspend", type: flag },
    smtpAlert: { keyword: "smtp_alert", type: onOff, since: "2.0.0" },
    virtualhost: { keyword: "virtualhost", type: hostName },
};

/** What template `virtual_server.mustache` shows. */
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
            // A marked packet brings its own protocol.
            ...(fwmark ? [] : [`protocol ${plan.protocol}`]),
            ...(fwmark && plan.family === "inet6" ? ["ip_family inet6"] : []),
            ...linesOf(virtualServerKeywords, virtualServer, version),
            ...linesOf(quorumKeywords, virtualServer, version),
            ...sorryServerLines(plan.sorryServer),
        ],
        realServers: plan.realServers.map((server) => realServerView(plan, server, version)),
        extraConfig: extraLines(virtualServer.extraConfig),
    };
}

/** What template `real_server.mustache` shows. */
function realServerView(service: VirtualServerPlan, server: PoolMemberPlan, version: string) {
    const { host, port, lvsMethod, tunnel, keywords, checks, extraConfig } = server;
    const method = methodWords(lvsMethod, tunnel);
    const isOwn = method !== methodWords(service.lvsMethod, service.tunnel);
    return {
        head: `${host} ${port}`,
        keywords: [
            ...linesOf(poolMemberKeywords, keywords, version),
            ...(isOwn ? [`lvs_method ${method}`] : []),
        ],
        checks: checkViews(checks, version),
        extraConfig: extraLines(extraConfig),
    };
}

/** Only persistence keeps the ports of a client together, so only with it are all of them one service. */
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
        problem(place, "is missing: give one, or a persistenceTimeout to serve all ports together"),
    );
}

/** What can be told from the virtual server alone. */
export function virtualServerProblems(
    path: string,
    virtualServer: VirtualServer,
    target: Target,
): Problem[] {
    const { lvsMethod, ops, fwmark, protocol } = virtualServer;
    return [
        ...destinationProblems(path, virtualServer, target),
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
            ops === true && isPersistent(virtualServer),
            `${path}.ops`,
            "schedules each packet for itself, and persistenceTimeout keeps clients: leave one out",
        ),
        ...problemIf(
            ops === true && fwmark === undefined && protocol !== "UDP",
            `${path}.ops`,
            "is for UDP: leave it out",
        ),
        ...problemIf(
            virtualServer.haSuspend === true && fwmark !== undefined,
            `${path}.haSuspend`,
            "needs a virtual IP to watch, and a marked service has none: leave it out",
        ),
        ...missingPortProblems(path, virtualServer),
        ...extraConfigProblems(`${path}.extraConfig`, virtualServer.extraConfig),
    ];
}
