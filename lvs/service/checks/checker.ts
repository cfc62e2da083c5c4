import type { Family } from "../../addresses";
import { type Keyword, type Keywords, type Target, withDefaults } from "../../keepalived/keywords";
import type { Problem } from "../../problems";
import type { Served } from "./served";
import type { CheckTiming } from "./timing";

/** One kind of check. Each kind has a module with one of these. */
export interface Checker<Settings> {
    /** Name of its block in keepalived.conf. */
    readonly keyword: string;
    /** First version of keepalived that has it. Defaults to every supported version. */
    readonly since?: string;
    problems(path: string, check: Settings, target: Target, context: CheckContext): Problem[];
    /** Resolve the settings that the check inherits from its pool member and its virtual server. */
    plan(check: Settings, around: Surroundings): Settings;
    lines(check: Settings, version: string): CheckLines;
    /** Timing of the check. A check that keepalived does not repeat has none. */
    timing?(check: Settings, around: CheckTiming): CheckTiming;
}

/** Packets that the servers get, and names that checks can refer to. */
export interface CheckContext {
    readonly family: Family;
    readonly served: Served;
    /** Do servers count as down until their first check succeeds? */
    readonly alpha: boolean;
    readonly bfdInstances: readonly string[];
    readonly trackFiles: readonly string[];
}

/** Content of a check's block, as its template takes it. */
export interface CheckLines {
    readonly keywords: string[];
    readonly urls: { readonly keywords: string[]; readonly extraConfig: string[] }[];
}

/** Timing that a check inherits, packets that its server gets, and version of keepalived. */
export interface Surroundings {
    readonly timing: CheckTiming;
    readonly served: Served;
    /** Host name of the pool member for HTTP. */
    readonly virtualhost?: string;
    readonly version: string;
}

/** Add inherited timing to a check, because keepalived 1.3.5 reads timing in checks only. */
export function withTiming<Settings extends object>(
    keywords: Keywords<Settings>,
    settings: NoInfer<Settings>,
    { timing, version }: Surroundings,
): Settings {
    const rows = (Object.entries(keywords) as [string, Keyword<never>][]).map(([field, row]) => [
        field,
        field in timing ? { ...row, default: timing[field as keyof CheckTiming] } : row,
    ]);
    const inheriting = Object.fromEntries(rows) as Keywords<Settings>;
    return withDefaults(inheriting, settings, version);
}
