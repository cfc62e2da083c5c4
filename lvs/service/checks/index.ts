import { type Family, familyOf } from "../../addresses";
import { type Target, tooNew } from "../../keepalived/keywords";
import { type Problem, problemIf, show } from "../../problems";
import { type BfdCheck, bfdProblems, bfdView } from "./bfd";
import { type CheckView, type Surroundings, viewOf } from "./checkView";
import { type ConnectingCheck, connectingKeywords, connectingProblems } from "./connection";
import { type DnsCheck, dnsKeywords, dnsProblems } from "./dns";
import { type FileCheck, fileProblems, fileView } from "./file";
import {
    type HttpCheck,
    httpProblems,
    httpView,
    type SslCheck,
    sslProblems,
    sslView,
} from "./http";
import { type MiscCheck, miscProblems, miscTiming, miscView } from "./misc";
import { type SmtpCheck, smtpKeywords } from "./smtp";
import { type CheckTiming, defaultTiming, durationProblems, nearestTiming } from "./timing";
import { type UdpCheck, udpKeywords, udpProblems } from "./udp";

export { DnsType } from "./dns";
export {
    type CheckTiming,
    defaultDelayLoop,
    delayLoop,
    nearestTiming,
    timingKeywords,
} from "./timing";

/** How the health of a real server is checked. Where several checks are given, it is up when all succeed. */
export interface Check {
    /** A connection that is opened and closed (keepalived `TCP_CHECK`). Defaults to none. */
    tcp?: ConnectingCheck;
    /** Web pages (keepalived `HTTP_GET`). Defaults to none. */
    http?: HttpCheck;
    /** Web pages over TLS (keepalived `SSL_GET`). Defaults to none. */
    ssl?: SslCheck;
    /** A mail server's greeting (keepalived `SMTP_CHECK`). Defaults to none. */
    smtp?: SmtpCheck;
    /** A name server's answer (keepalived `DNS_CHECK`). Defaults to none. */
    dns?: DnsCheck;
    /** A script (keepalived `MISC_CHECK`). Defaults to none. */
    misc?: MiscCheck;
    /** A BFD session (keepalived `BFD_CHECK`). Defaults to none. */
    bfd?: BfdCheck;
    /** A UDP port (keepalived `UDP_CHECK`). Defaults to none. */
    udp?: UdpCheck;
    /** An echo request (keepalived `PING_CHECK`). Defaults to none. */
    ping?: ConnectingCheck;
    /** A number in a file on the director (keepalived `FILE_CHECK`). Defaults to none. */
    file?: FileCheck;
}

/** What is around checks: the family of the servers, and what may be referred to by name. */
export interface CheckContext {
    readonly family: Family;
    readonly bfdInstances: readonly string[];
    readonly trackFiles: readonly string[];
}

const connectionCheck: Check = { tcp: {} };

/** The checkers that came after 1.3.5. */
const newCheckers = {
    bfd: { keyword: "BFD_CHECK", since: "2.0.0" },
    udp: { keyword: "UDP_CHECK", since: "2.1.0" },
    ping: { keyword: "PING_CHECK", since: "2.1.0" },
    file: { keyword: "FILE_CHECK", since: "2.1.0" },
};

export function checkProblems(
    path: string,
    check: Check,
    target: Target,
    context: CheckContext,
): Problem[] {
    const { tcp, http, ssl, smtp, dns, misc, bfd, udp, ping, file } = check;
    const { bfdInstances, trackFiles } = context;
    const newOnes = (["bfd", "udp", "ping", "file"] as const).filter((name) => check[name]);
    return [
        ...problemIf(
            Object.values(check).every((one) => one === undefined),
            path,
            "is empty: name a check, or leave it out for a TCP connection",
        ),
        ...newOnes.flatMap((name) => tooNew(`${path}.${name}`, newCheckers[name], target)),
        ...(tcp ? connectingProblems(`${path}.tcp`, connectingKeywords, tcp, target) : []),
        ...(http ? httpProblems(`${path}.http`, http, target) : []),
        ...(ssl ? sslProblems(`${path}.ssl`, ssl, target) : []),
        ...(smtp ? connectingProblems(`${path}.smtp`, smtpKeywords, smtp, target) : []),
        ...(dns ? dnsProblems(`${path}.dns`, dns, target) : []),
        ...(misc ? miscProblems(`${path}.misc`, misc, target) : []),
        ...(bfd ? bfdProblems(`${path}.bfd`, bfd, target, bfdInstances) : []),
        ...(udp ? udpProblems(`${path}.udp`, udp, target) : []),
        ...(ping ? connectingProblems(`${path}.ping`, connectingKeywords, ping, target) : []),
        ...(file ? fileProblems(`${path}.file`, file, target, trackFiles) : []),
        ...familyProblems(path, { tcp, http, ssl, smtp, dns, udp, ping }, context),
    ];
}

/** A check connects to the real server, unless it says otherwise, and from an address like that. */
function familyProblems(
    path: string,
    checks: Record<string, ConnectingCheck | undefined>,
    { family }: CheckContext,
): Problem[] {
    return Object.entries(checks).flatMap(([name, { bindto, connectIp } = {}]) => {
        const own = familyOf(bindto ?? "");
        return problemIf(
            own !== undefined && connectIp === undefined && own !== family,
            `${path}.${name}.bindto`,
            `${show(bindto)} is not of the family of the real servers' addresses`,
        );
    });
}

/** Checks that last longer than their delay loop; `inherited` is what pool member and virtual server say. */
export function timingProblems(
    path: string,
    check: Check | undefined,
    inherited: CheckTiming,
    delayLoop: number,
): Problem[] {
    const around = nearestTiming(inherited, defaultTiming);
    if (check === undefined) return durationProblems(path, around, delayLoop);
    const { tcp, http, ssl, smtp, dns, misc, udp, ping } = check;
    const repeatedOnes = Object.entries({ tcp, http, ssl, smtp, dns, misc, udp, ping });
    return repeatedOnes.flatMap(([name, one]) => {
        if (one === undefined) return [];
        const timing = one === misc ? miscTiming(misc, around) : nearestTiming(one, around);
        return durationProblems(`${path}.${name}`, timing, one.delayLoop ?? delayLoop);
    });
}

/** The blocks of the checks; without any it is a TCP connection. */
export function checkViews(
    check: Check | undefined,
    inherited: CheckTiming,
    version: string,
): CheckView[] {
    const { tcp, http, ssl, smtp, dns, misc, bfd, udp, ping, file } = check ?? connectionCheck;
    const around: Surroundings = { timing: nearestTiming(inherited, defaultTiming), version };
    return [
        ...(tcp ? [viewOf("TCP_CHECK", connectingKeywords, tcp, around)] : []),
        ...(http ? [httpView(http, around)] : []),
        ...(ssl ? [sslView(ssl, around)] : []),
        ...(smtp ? [viewOf("SMTP_CHECK", smtpKeywords, smtp, around)] : []),
        ...(dns ? [viewOf("DNS_CHECK", dnsKeywords, dns, around)] : []),
        ...(misc ? [miscView(misc, around)] : []),
        ...(bfd ? [bfdView(bfd, around)] : []),
        ...(udp ? [viewOf("UDP_CHECK", udpKeywords, udp, around)] : []),
        ...(ping ? [viewOf("PING_CHECK", connectingKeywords, ping, around)] : []),
        ...(file ? [fileView(file, around)] : []),
    ];
}
