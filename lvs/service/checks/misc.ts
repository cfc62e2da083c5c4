import { flag, keywordProblems, type Keywords, linesOf, integer } from "../../keepalived/keywords";
import { type ScriptCall, scriptPath, userLines } from "../../keepalived/scripts";
import { type Checker, withTiming } from "./checker";
import { type CheckTiming, nearestTiming, type RepeatedCheck, repeatedKeywords } from "./timing";

/** A script that exits with status 0 while the server is healthy (keepalived `MISC_CHECK`). */
export interface MiscCheck<Call = ScriptCall> extends RepeatedCheck {
    /** Script to run (keepalived `misc_path` and `user`). */
    miscPath: Call;
    /** Whole seconds after which keepalived ends the script and counts a failure, 1 to 3600 (keepalived `misc_timeout`). Defaults to the connectTimeout of pool member or virtual server, rounded up. */
    miscTimeout?: number;
    /** Count exit statuses from 2 on as success, and set the server's weight to the status minus 2 (keepalived `misc_dynamic`). Defaults to false. */
    miscDynamic?: boolean;
}

export const miscKeywords: Keywords<MiscCheck> = {
    miscPath: { keyword: "misc_path", type: scriptPath },
    miscTimeout: { keyword: "misc_timeout", type: integer(1, 3600, "seconds") },
    miscDynamic: { keyword: "misc_dynamic", type: flag },
    ...repeatedKeywords,
    retry: { ...repeatedKeywords.retry, since: "1.3.7" },
    delayBeforeRetry: { ...repeatedKeywords.delayBeforeRetry, since: "1.3.7" },
};

export const miscChecker: Checker<MiscCheck> = {
    keyword: "MISC_CHECK",
    problems: (path, check, target) => keywordProblems(path, miscKeywords, check, target),
    plan(check, around) {
        const miscTimeout = timing(check, around.timing).connectTimeout;
        return withTiming(miscKeywords, { ...check, miscTimeout }, around);
    },
    lines: (check, version) => ({
        keywords: [...linesOf(miscKeywords, check, version), ...userLines(check.miscPath)],
        urls: [],
    }),
    timing,
};

/** Timing of a script as other checks express it. */
function timing(check: MiscCheck, around: CheckTiming): CheckTiming {
    const { miscTimeout = Math.ceil(around.connectTimeout ?? 0) } = check;
    return nearestTiming({ ...check, connectTimeout: miscTimeout }, around);
}
