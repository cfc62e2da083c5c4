import { extraConfigProblems } from "../keepalived/extraConfig";
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
import { hostName } from "./checks/hostName";
import { LvsMethod, type Tunnel, tunnelProblems } from "./lvsMethod";

/** One line each in `real_server`. */
export interface PoolMemberKeywords {
    /** Share of the connections, 0 to 65535, where the scheduler looks at it; 0 is none (keepalived `weight`). Defaults to the real server's. */
    weight?: number;
    /** From this many connections on it gets no more, 0 to 65535; 0 is no bound (keepalived `uthreshold`). Defaults to 0. */
    uthreshold?: number;
    /** Below this many connections it gets some again, 0 to 65535; 0 is three quarters of uthreshold (keepalived `lthreshold`). Defaults to 0. */
    lthreshold?: number;
    /** When it is down, its weight becomes 0 instead of it being taken out: connections live on (keepalived `inhibit_on_failure`). Defaults to the virtual server's. */
    inhibitOnFailure?: boolean;
    /** Runs when it comes up (keepalived `notify_up`). Defaults to none. */
    notifyUp?: ScriptCall;
    /** Runs when it goes down (keepalived `notify_down`). Defaults to none. */
    notifyDown?: ScriptCall;
    /** Whether its coming and going is mailed (keepalived `smtp_alert`). Defaults to true where mail is set up. */
    smtpAlert?: boolean;
    /** Host name in HTTP checks that name none (keepalived `virtualhost`). Defaults to the virtual server's. */
    virtualhost?: string;
    /** Seconds between two checks, 0.01 to 86400 (keepalived `delay_loop`). Defaults to the virtual server's. */
    delayLoop?: number;
}

/** A real server in the pool of one virtual server (keepalived `real_server`). */
export interface PoolMember extends PoolMemberKeywords, CheckTiming {
    /** Name of the real server. */
    name: string;
    /** Port that it listens on. Defaults to the virtual server's; only NAT and FULLNAT can reach another. */
    port?: number;
    /** How packets reach it (keepalived `lvs_method`). Defaults to the virtual server's. */
    lvsMethod?: LvsMethod;
    /** The tunnel to it, with method TUN. Defaults to the virtual server's. */
    tunnel?: Tunnel;
    /** How its health is checked. Defaults to the virtual server's. */
    check?: Check;
    /** Lines of keepalived configuration at the end of its block, as they are and at your own risk. Defaults to none. */
    extraConfig?: string;
}

/** The kernel keeps weights in 32 bits and adds them up; keepalived does not mind. */
export const weight = integer("a weight", 0, 65535);

const threshold = integer("a number of connections", 0, 65535);

export const poolMemberKeywords: Keywords<PoolMemberKeywords> = {
    weight: { keyword: "weight", type: weight },
    uthreshold: { keyword: "uthreshold", type: threshold },
    lthreshold: { keyword: "lthreshold", type: threshold },
    inhibitOnFailure: { keyword: "inhibit_on_failure", type: flag },
    notifyUp: { keyword: "notify_up", type: scriptCall },
    notifyDown: { keyword: "notify_down", type: scriptCall },
    smtpAlert: { keyword: "smtp_alert", type: onOff, since: "2.0.0" },
    virtualhost: { keyword: "virtualhost", type: hostName, since: "1.3.6" },
    delayLoop: { keyword: "delay_loop", type: delayLoop, since: "1.3.7" },
};

/** What can be told from the member alone; `inherited` is what it takes from its virtual server. */
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
            `${quote(lthreshold)} is not below uthreshold ${uthreshold}`,
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
        ...extraConfigProblems(`${path}.extraConfig`, member.extraConfig),
    ];
}
