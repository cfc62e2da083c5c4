import type { Family } from "../../addresses";
import { type Keyword, type Keywords, type Target, withDefaults } from "../../keepalived/keywords";
import type { Problem } from "../../problems";
import type { CheckTiming } from "./timing";

/** All that there is to know of one kind of check; each has a module with one of these. */
export interface Checker<Settings> {
    /** How keepalived names its block. */
    readonly keyword: string;
    /** First version of keepalived that has it. Defaults to every version known here. */
    readonly since?: string;
    problems(path: string, check: Settings, target: Target, context: CheckContext): Problem[];
    /** Resolve what the check takes from its pool member and its virtual server. */
    plan(check: Settings, around: Surroundings): Settings;
    lines(check: Settings, version: string): CheckLines;
    /** The timing that it has; none where keepalived waits to be told instead of asking. */
    timing?(check: Settings, around: CheckTiming): CheckTiming;
}

/** What is around checks: the family of the servers, and what may be referred to by name. */
export interface CheckContext {
    readonly family: Family;
    readonly bfdInstances: readonly string[];
    readonly trackFiles: readonly string[];
}

/** What is in a checker's block, as its template takes it. */
export interface CheckLines {
    readonly keywords: string[];
    readonly urls: { readonly keywords: string[] }[];
}

/** What is around a check: the timing that it has where it gives none, and the version it is for. */
export interface Surroundings {
    readonly timing: CheckTiming;
    readonly version: string;
}

/**
 * A check with the timing around it, as far as this version of keepalived has the keywords: 1.3.5
 * reads timing in checks only.
 */
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
