import { type Target, tooNew } from "../../keepalived/keywords";
import { type Problem, problemIf } from "../../problems";
import { type BfdCheck, bfdChecker } from "./bfd";
import type { CheckContext, Checker, CheckLines, CheckPorts } from "./checker";
import { connecting, type ConnectingCheck, connectingKeywords, portsOfService } from "./connection";
import { type DnsCheck, dnsChecker } from "./dns";
import { type FileCheck, fileChecker } from "./file";
import { type HttpCheck, httpChecker, type SslCheck, sslChecker } from "./http";
import { type MiscCheck, miscChecker } from "./misc";
import { type SmtpCheck, smtpChecker } from "./smtp";
import {
    type CheckTiming,
    defaultTiming,
    durationProblems,
    nearestTiming,
    type RepeatedCheck,
} from "./timing";
import { type UdpCheck, udpChecker } from "./udp";

export type { CheckContext, CheckPorts } from "./checker";
export { DnsType } from "./dns";
export { type CheckTiming, delayLoop, delayLoopOf, nearestTiming, timingKeywords } from "./timing";

/** Health checks of a real server. With several checks, the server is up while all succeed. */
export interface Check {
    /** Opens and closes a TCP connection (keepalived `TCP_CHECK`). Defaults to none. */
    tcp?: ConnectingCheck;
    /** Asks for web pages (keepalived `HTTP_GET`). Defaults to none. */
    http?: HttpCheck;
    /** Asks for web pages over TLS (keepalived `SSL_GET`). Defaults to none. */
    ssl?: SslCheck;
    /** Greets a mail server (keepalived `SMTP_CHECK`). Defaults to none. */
    smtp?: SmtpCheck;
    /** Queries a name server (keepalived `DNS_CHECK`). Defaults to none. */
    dns?: DnsCheck;
    /** Runs a script (keepalived `MISC_CHECK`). Defaults to none. */
    misc?: MiscCheck;
    /** Follows a BFD session (keepalived `BFD_CHECK`). Defaults to none. */
    bfd?: BfdCheck;
    /** Sends a UDP packet (keepalived `UDP_CHECK`). Defaults to none. */
    udp?: UdpCheck;
    /** Sends an echo request (keepalived `PING_CHECK`). Defaults to none. */
    ping?: ConnectingCheck;
    /** Reads a number from a file on the director (keepalived `FILE_CHECK`). Defaults to none. */
    file?: FileCheck;
}

const checkers: { readonly [Name in keyof Check]-?: Checker<NonNullable<Check[Name]>> } = {
    tcp: connecting("TCP_CHECK", connectingKeywords),
    http: httpChecker,
    ssl: sslChecker,
    smtp: smtpChecker,
    dns: dnsChecker,
    misc: miscChecker,
    bfd: bfdChecker,
    udp: udpChecker,
    ping: connecting("PING_CHECK", connectingKeywords, { since: "2.1.0", transport: "ICMP" }),
    file: fileChecker,
};

const connectionCheck: Check = { tcp: {} };

/** List the checks that are given, each with its checker. */
function given(check: Check): { name: string; settings: never; checker: Checker<never> }[] {
    return Object.entries(checkers as object as Record<string, Checker<never>>).flatMap(
        ([name, checker]) => {
            const settings = check[name as keyof Check];
            return settings === undefined ? [] : [{ name, settings: settings as never, checker }];
        },
    );
}

export function checkProblems(
    path: string,
    check: Check,
    target: Target,
    context: CheckContext,
): Problem[] {
    const checks = given(check);
    return [
        ...problemIf(
            checks.length === 0,
            path,
            "The value has no check. Give one, or remove it for a TCP connection.",
        ),
        ...checks.flatMap(({ name, settings, checker }) => [
            ...tooNew(`${path}.${name}`, checker, target),
            ...checker.problems(`${path}.${name}`, settings, target, context),
        ]),
    ];
}

/** Report a service without a check whose servers the default one cannot connect to. */
export function defaultCheckProblems(path: string, { ports }: CheckContext): Problem[] {
    return problemIf(
        ports.TCP.length !== 1,
        path,
        `The value is missing, and ${portsOfService(ports.TCP)}. Give a check such as ${example(ports.TCP)}.`,
    );
}

function example([port]: readonly number[]): string {
    return port === undefined ? '{"ping": {}}' : `{"tcp": {"connectPort": ${port}}}`;
}

/** Report checks that last longer than their delay loop; `inherited` comes from pool member and virtual server. */
export function timingProblems(
    path: string,
    check: Check | undefined,
    inherited: CheckTiming,
    delayLoop: number,
): Problem[] {
    const around = nearestTiming(inherited, defaultTiming);
    if (check === undefined) return durationProblems(path, around, delayLoop);
    return given(check).flatMap(({ name, settings, checker }) => {
        const timing = checker.timing?.(settings, around);
        const repeated: RepeatedCheck = settings;
        return timing === undefined
            ? []
            : durationProblems(`${path}.${name}`, timing, repeated.delayLoop ?? delayLoop);
    });
}

/** Does a check set the weight of its server? */
export function setsWeights({ misc, file, bfd }: Check = {}): boolean {
    return misc?.miscDynamic === true || file !== undefined || bfd !== undefined;
}

/** A check with every default resolved: its settings and their checker. */
export interface CheckPlan {
    readonly checker: Checker<never>;
    readonly settings: never;
}

/** Resolve the checks of a pool member. The default is a TCP connection. */
export function planChecks(
    check: Check = connectionCheck,
    inherited: CheckTiming,
    markedPorts: CheckPorts,
    version: string,
): CheckPlan[] {
    const around = { timing: nearestTiming(inherited, defaultTiming), markedPorts, version };
    return given(check).map(({ settings, checker }) => ({
        checker,
        settings: checker.plan(settings, around),
    }));
}

/** A check's block, as its template takes it. */
export interface CheckView extends CheckLines {
    readonly checker: string;
}

/** Format the blocks of the checks. */
export function checkViews(checks: readonly CheckPlan[], version: string): CheckView[] {
    return checks.map(({ checker, settings }) => ({
        checker: checker.keyword,
        ...checker.lines(settings, version),
    }));
}
