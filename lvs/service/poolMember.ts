import { type ExtraConfig, extraConfigProblems } from "../keepalived/extraConfig";
import {
    flag,
    keywordProblems,
    type Keywords,
    oneOf,
    onOff,
    port,
    checkValue,
    type Target,
    tooNew,
    integer,
} from "../keepalived/keywords";
import { scriptCall, type ScriptCall } from "../keepalived/scripts";
import { type Problem, problemIf, quote } from "../problems";
import { type Check, type CheckTiming, delayLoop, timingKeywords } from "./checks";
import { webHost } from "./checks/hostName";
import { LvsMethod, type Tunnel, tunnelProblems } from "./lvsMethod";

/** Settings of a pool member that are one line each in its block. */
export interface PoolMemberKeywords<Call = ScriptCall> {
    /** Share of the connections, 0 to 65535, for schedulers that use weights. 0 means no new connections (keepalived `weight`). Defaults to the real server's. */
    weight?: number;
    /** Number of connections at which the server gets no more, 0 to 65535. 0 means no limit (keepalived `uthreshold`). Defaults to 0. */
    uthreshold?: number;
    /** Number of connections below which it gets new ones again, 0 to 65535. 0 means three quarters of uthreshold (keepalived `lthreshold`). Defaults to 0. */
    lthreshold?: number;
    /** Set the weight of a failed server to 0 instead of removing it, so that its connections continue (keepalived `inhibit_on_failure`). Defaults to the virtual server's. */
    inhibitOnFailure?: boolean;
    /** Count the server as down until its checks succeed (keepalived `alpha`). Defaults to the virtual server's. */
    alpha?: boolean;
    /** Script that runs when the server comes up (keepalived `notify_up`). Defaults to none. */
    notifyUp?: Call;
    /** Script that runs when the server goes down (keepalived `notify_down`). Defaults to none. */
    notifyDown?: Call;
    /** Send mail when the server comes up or goes down (keepalived `smtp_alert`). Defaults to true if mail is set up. */
    smtpAlert?: boolean;
    /** Host name for HTTP checks without one (keepalived `virtualhost`). Defaults to the virtual server's. */
    virtualhost?: string;
    /** Seconds between checks, 0.01 to 86400 (keepalived `delay_loop`). Defaults to the virtual server's. @decimal */
    delayLoop?: number;
}

/** A real server in the pool of one virtual server (keepalived `real_server`). */
export interface PoolMemberSettings<Call = ScriptCall, Checks = Check>
    extends PoolMemberKeywords<Call>, CheckTiming {
    /** Name of the real server. */
    name: string;
    /** Port that the server listens on. Defaults to the virtual server's; another port needs NAT or FULLNAT. */
    port?: number;
    /** Forwarding method (keepalived `lvs_method`). Defaults to the virtual server's. */
    lvsMethod?: LvsMethod;
    /** Tunnel to the server, for method TUN. Defaults to the virtual server's. */
    tunnel?: Tunnel;
    /** Health checks. Defaults to the virtual server's. */
    check?: Checks;
}

export type PoolMember = PoolMemberSettings & ExtraConfig;

/** The kernel adds weights up in 32 bits. keepalived does not limit them. */
export const weight = integer(0, 65535);

const threshold = integer(0, 65535, "connections");

export const poolMemberKeywords: Keywords<PoolMemberKeywords> = {
    weight: { keyword: "weight", type: weight },
    uthreshold: { keyword: "uthreshold", type: threshold },
    lthreshold: { keyword: "lthreshold", type: threshold },
    inhibitOnFailure: { keyword: "inhibit_on_failure", type: flag },
    alpha: { keyword: "alpha", type: onOff, since: "1.3.7" },
    notifyUp: { keyword: "notify_up", type: scriptCall },
    notifyDown: { keyword: "notify_down", type: scriptCall },
    smtpAlert: { keyword: "smtp_alert", type: onOff, since: "2.0.0" },
    virtualhost: { keyword: "virtualhost", type: webHost, since: "1.3.6" },
    delayLoop: { keyword: "delay_loop", type: delayLoop, since: "1.3.7" },
};

/** Check a pool member on its own; `inherited` comes from its virtual server. */
export function poolMemberProblems(
    path: string,
    member: PoolMember,
    inherited: { lvsMethod: LvsMethod },
    target: Target,
): Problem[] {
    const { lvsMethod, uthreshold = 0, lthreshold = 0 } = member;
    return [
        ...checkValue(`${path}.port`, port, member.port, target),
        ...keywordProblems(path, poolMemberKeywords, member, target),
        ...keywordProblems(path, timingKeywords, member, target),
        ...problemIf(
            lthreshold > 0 && lthreshold >= uthreshold,
            `${path}.lthreshold`,
            `${quote(lthreshold)} is not below uthreshold, ${uthreshold}. Lower it, or raise uthreshold.`,
        ),
        ...checkValue(`${path}.lvsMethod`, oneOf(LvsMethod), lvsMethod, target),
        ...(lvsMethod === undefined
            ? []
            : tooNew(`${path}.lvsMethod`, { keyword: "lvs_method", since: "1.3.6" }, target)),
        ...tunnelProblems(
            `${path}.tunnel`,
            member.tunnel,
            lvsMethod ?? inherited.lvsMethod,
            target,
        ),
        ...extraConfigProblems(`${path}.extraConfig`, member.extraConfig, "real_server", target),
    ];
}
