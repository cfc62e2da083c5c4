import { type ExtraConfig, extraConfigProblems, extraLines } from "../../keepalived/extraConfig";
import { type Target, tooNew } from "../../keepalived/keywords";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problem, problemIf } from "../../problems";
import { Protocol } from "../destination";
import { type BfdCheck, bfdChecker } from "./bfd";
import type { CheckContext, Checker, CheckLines, Surroundings } from "./checker";
import { connecting, type ConnectingCheck, connectingKeywords } from "./connection";
import { type DnsCheck, dnsChecker } from "./dns";
import { type FileCheck, fileChecker } from "./file";
import { type HttpCheck, httpChecker, type SslCheck, sslChecker } from "./http";
import { type MiscCheck, miscChecker } from "./misc";
import { portChoices, portServed, type Served, serves } from "./served";
import { type SmtpCheck, smtpChecker } from "./smtp";
import {
    type CheckTiming,
    defaultTiming,
    durationProblems,
    nearestTiming,
    type RepeatedCheck,
} from "./timing";
import { type UdpCheck, udpChecker } from "./udp";

export type { CheckContext } from "./checker";
export { DnsType } from "./dns";
export { sniNameProblems } from "./http";
export { servedBy } from "./served";
export { type CheckTiming, delayLoop, delayLoopOf, nearestTiming, timingKeywords } from "./timing";

/** Health checks of a real server. With several checks, the server is up while all succeed. */
export interface Check {
    readonly tcp?: Block<ConnectingCheck>;
    readonly http?: Block<HttpCheck>;
    readonly ssl?: Block<SslCheck>;
    readonly smtp?: Block<SmtpCheck>;
    readonly dns?: Block<DnsCheck>;
    readonly misc?: Block<MiscCheck>;
    readonly bfd?: Block<BfdCheck>;
    readonly udp?: Block<UdpCheck>;
    readonly ping?: Block<ConnectingCheck>;
    readonly file?: Block<FileCheck>;
    readonly none?: boolean;
}

/** A check with the lines that a user adds to its block. */
type Block<Settings> = Settings & ExtraConfig;

type CheckName = Exclude<keyof Check, "none">;

const checkers: { readonly [Name in CheckName]: Checker<NonNullable<Check[Name]>> } = {
    tcp: connecting("TCP_CHECK", Protocol.TCP, connectingKeywords),
    http: httpChecker,
    ssl: sslChecker,
    smtp: smtpChecker,
    dns: dnsChecker,
    misc: miscChecker,
    bfd: bfdChecker,
    udp: udpChecker,
    ping: connecting("PING_CHECK", undefined, connectingKeywords, "2.1.0"),
    file: fileChecker,
};

/**
 * The check of a server without one, by the protocols that it serves. Undefined if there is no single
 * port to connect to. UDP has two, because a dead host refuses no packet.
 */
function defaultCheck(served: Served): Check | undefined {
    if (serves(served, Protocol.TCP)) {
        const isSingle = portServed(served, Protocol.TCP) !== undefined;
        return isSingle ? { tcp: {} } : undefined;
    }
    if (served.packets.length === 0) return undefined;
    const udp = portServed(served, Protocol.UDP);
    return udp === undefined ? { ping: {} } : { udp: {}, ping: {} };
}

/** Check that servers without a check have a default that this keepalived knows. */
export function defaultCheckProblems(path: string, served: Served, target: Target): Problem[] {
    const use = "Give a check, or none";
    const check = defaultCheck(served);
    if (check === undefined) {
        return problem(
            path,
            `The value is missing, and the service has ${portChoices(served, Protocol.TCP)} for a default check. ${use}.`,
        );
    }
    const newest = given(check).find(
        ({ checker }) => !isAtLeast(target.version, checker.since ?? "0.0.0"),
    );
    return problemIf(
        newest !== undefined,
        path,
        `The value is missing, and the default, ${newest?.checker.keyword}, needs keepalived ${newest?.checker.since}, and ${target.host} has ${target.version}. ${use}.`,
    );
}

/** List the checks that are given, each with its checker. */
function given(check: Check): { name: string; settings: never; checker: Checker<never> }[] {
    return Object.entries(checkers as object as Record<string, Checker<never>>).flatMap(
        ([name, checker]) => {
            const settings = check[name as keyof Check];
            return settings === undefined ? [] : [{ name, settings: settings as never, checker }];
        },
    );
}

function extraConfigOf({ extraConfig }: ExtraConfig): string | undefined {
    return extraConfig;
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
            checks.length === 0 && check.none !== true,
            path,
            "The value has no check. Give one, set none, or remove it for the default.",
        ),
        ...noneProblems(`${path}.none`, check, context),
        ...checks.flatMap(({ name, settings, checker }) => [
            ...tooNew(`${path}.${name}`, checker, target),
            ...checker.problems(`${path}.${name}`, settings, target, context),
            ...extraConfigProblems(
                `${path}.${name}.extraConfig`,
                extraConfigOf(settings),
                "check",
                target,
            ),
        ]),
    ];
}

function noneProblems(path: string, check: Check, { alpha }: CheckContext): Problem[] {
    if (check.none !== true) return [];
    return [
        ...problemIf(
            given(check).length > 0,
            path,
            "The setting excludes all other checks. Remove it, or remove them.",
        ),
        // Some versions never add such a server.
        ...problemIf(
            alpha,
            path,
            "With alpha, servers are down until their first check, and this one has none. Remove alpha, or give a check.",
        ),
    ];
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

/** Resolve the checks of a pool member. */
export function planChecks(check: Check | undefined, around: Surroundings): CheckPlan[] {
    const surroundings = { ...around, timing: nearestTiming(around.timing, defaultTiming) };
    return given(check ?? defaultCheck(around.served) ?? {}).map(({ settings, checker }) => ({
        checker,
        settings: checker.plan(settings, surroundings),
    }));
}

/** A check's block, as its template takes it. */
export interface CheckView extends CheckLines {
    readonly checker: string;
    readonly extraConfig: string[];
}

/** Format the blocks of the checks. */
export function checkViews(checks: readonly CheckPlan[], version: string): CheckView[] {
    return checks.map(({ checker, settings }) => ({
        checker: checker.keyword,
        ...checker.lines(settings, version),
        extraConfig: extraLines(extraConfigOf(settings)),
    }));
}
