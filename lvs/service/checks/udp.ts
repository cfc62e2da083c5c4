import {
    type Keywords,
    type Kind,
    matching,
    type Target,
    tooNew,
    integer,
} from "../../keepalived/keywords";
import { type Problem, problemIf, quote } from "../../problems";
import { Protocol } from "../destination";
import type { Checker } from "./checker";
import { connecting, type ConnectingCheck, connectingKeywords } from "./connection";

/** A UDP port that answers, or at least does not refuse packets (keepalived `UDP_CHECK`). */
export interface UdpCheck extends ConnectingCheck {
    /** Payload to send: 1 to 200 bytes in hexadecimal (keepalived `payload`). Defaults to random bytes. */
    payload?: string;
    /** Reply to wait for: `any`, or its first 1 to 200 bytes in hexadecimal, with `X` for any digit (keepalived `require_reply`). Defaults to none: a port that is not refused succeeds. */
    requireReply?: string;
    /** Fewest bytes of the reply, 0 to 65535 (keepalived `min_reply_length`). Defaults to 0. */
    minReplyLength?: number;
    /** Most bytes of the reply, 0 to 65535 (keepalived `max_reply_length`). Defaults to 255. */
    maxReplyLength?: number;
}

const anyReply = "any";

const replyPattern: Kind<string> = {
    ...matching(
        /^(?:any|(?:[0-9a-fA-FxX]{2}){1,200})$/,
        "a reply pattern",
        `${anyReply}, or 1 to 200 bytes in hexadecimal with X for any digit, such as 00FFX1`,
    ),
    format: (value) => (value === anyReply ? [] : [value]),
};

const length = integer(0, 65535, "bytes");

export const udpKeywords: Keywords<UdpCheck> = {
    payload: {
        keyword: "payload",
        type: matching(
            /^(?:[0-9a-f]{2}){1,200}$/i,
            "a payload",
            "1 to 200 bytes in hexadecimal, such as 00FF",
        ),
        since: "2.2.0",
    },
    requireReply: { keyword: "require_reply", type: replyPattern },
    minReplyLength: { keyword: "min_reply_length", type: length, since: "2.2.0" },
    maxReplyLength: { keyword: "max_reply_length", type: length, since: "2.2.0" },
    ...connectingKeywords,
};

const connectingUdp = connecting("UDP_CHECK", udpKeywords, {
    since: "2.1.0",
    transport: Protocol.UDP,
});

export const udpChecker: Checker<UdpCheck> = {
    ...connectingUdp,
    problems: (path, check, target, context) => [
        ...connectingUdp.problems(path, check, target, context),
        ...replyProblems(path, check, target),
    ],
};

function replyProblems(path: string, check: UdpCheck, target: Target): Problem[] {
    const { payload, requireReply, minReplyLength = 0, maxReplyLength = 255 } = check;
    return [
        ...endsInFf(`${path}.payload`, "payload", payload, target),
        ...endsInFf(`${path}.requireReply`, "require_reply", requireReply, target),
        // Earlier versions accept any reply.
        ...(requireReply === undefined || requireReply === anyReply
            ? []
            : tooNew(
                  `${path}.requireReply`,
                  { keyword: "require_reply with bytes", since: "2.2.0" },
                  target,
              )),
        ...(["minReplyLength", "maxReplyLength"] as const).flatMap((field) =>
            problemIf(
                check[field] !== undefined && requireReply === undefined,
                `${path}.${field}`,
                "The setting has no effect without requireReply. Give requireReply, or remove it.",
            ),
        ),
        ...problemIf(
            minReplyLength > maxReplyLength,
            `${path}.minReplyLength`,
            `${quote(minReplyLength)} is above maxReplyLength, ${quote(maxReplyLength)}, so no reply would succeed. Lower it, or raise maxReplyLength.`,
        ),
    ];
}

/** keepalived up to 2.3.2 takes a last byte of FF for its own error value. */
function endsInFf(path: string, keyword: string, bytes: string | undefined, target: Target) {
    if (!bytes?.toUpperCase().endsWith("FF")) return [];
    return tooNew(path, { keyword: `${keyword} with FF at its end`, since: "2.3.3" }, target);
}
