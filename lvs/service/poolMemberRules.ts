import { extraConfigProblems } from "../keepalived/extraConfig";
import {
    checkValue,
    keywordProblems,
    oneOf,
    port,
    type Target,
    tooNew,
} from "../keepalived/keywords";
import { type Problem, problemIf, quote } from "../problems";
import { timingKeywords } from "./checks";
import { LvsMethod, tunnelProblems } from "./lvsMethod";
import { type PoolMember, poolMemberKeywords } from "./poolMember";

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
