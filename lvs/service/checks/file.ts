import {
    keywordProblems,
    type Keywords,
    linesOf,
    checkValue,
    integer,
} from "../../keepalived/keywords";
import { nameIn } from "../../keepalived/kinds";
import { problemIf } from "../../problems";
import type { Checker } from "./checker";

/** Settings that are one line each in `FILE_CHECK`. */
export interface FileCheckKeywords {
    /** Name of the tracked file (keepalived `track_file`). */
    trackFile: string;
}

/** A number in a file on the director, which removes the server or changes its weight (keepalived `FILE_CHECK`). */
export interface FileCheck extends FileCheckKeywords {
    /** Factor, -2147483647 to 2147483647: the server's weight changes by this times the number. With 0, any number but 0 removes the server (keepalived `weight`). Defaults to the tracked file's. */
    weight?: number;
    /** Subtract instead. With weight 0, the number 0 removes the server. Needs `weight` (keepalived `weight … reverse`). Defaults to false. */
    reverse?: boolean;
}

export function fileKeywords(trackFiles: readonly string[]): Keywords<FileCheckKeywords> {
    return { trackFile: { keyword: "track_file", type: nameIn(trackFiles, "trackFiles") } };
}

const weightKind = integer(-2147483647, 2147483647);

export const fileChecker: Checker<FileCheck> = {
    keyword: "FILE_CHECK",
    since: "2.1.0",
    problems: (path, check, target, { trackFiles }) => [
        ...keywordProblems(path, fileKeywords(trackFiles), check, target),
        ...checkValue(`${path}.weight`, weightKind, check.weight, target),
        ...problemIf(
            check.reverse === true && check.weight === undefined,
            `${path}.reverse`,
            "The setting has no effect without weight. Give a weight, or remove it.",
        ),
    ],
    plan: (check) => check,
    lines(check, version) {
        const { weight, reverse } = check;
        const weightLine = `weight ${weight}${reverse ? " reverse" : ""}`;
        const keywords = linesOf(fileKeywords([]), check, version);
        return { keywords: [...keywords, ...(weight === undefined ? [] : [weightLine])], urls: [] };
    },
};
