import { type Keyword, type Keywords, linesOf } from "../../keepalived/keywords";
import type { CheckTiming } from "./timing";

/** A checker's block, as its template takes it. */
export interface CheckView {
    readonly checker: string;
    readonly keywords: string[];
    readonly urls: { readonly keywords: string[] }[];
}

/** What is around a check: the timing that it has where it gives none, and the version it is for. */
export interface Surroundings {
    readonly timing: CheckTiming;
    readonly version: string;
}

/**
 * The block of a checker. Timing is written into each, for keepalived 1.3.5 knows it nowhere else;
 * what came from further out is left out where the version has no keyword for it.
 */
export function viewOf<Settings extends object>(
    checker: string,
    keywords: Keywords<Settings>,
    settings: NoInfer<Settings>,
    { timing, version }: Surroundings,
): CheckView {
    const rows = (Object.entries(keywords) as [string, Keyword<never>][]).map(([field, row]) => [
        field,
        field in timing ? { ...row, otherwise: timing[field as keyof CheckTiming] } : row,
    ]);
    const inheriting = Object.fromEntries(rows) as Keywords<Settings>;
    return { checker, keywords: linesOf(inheriting, settings, version), urls: [] };
}
