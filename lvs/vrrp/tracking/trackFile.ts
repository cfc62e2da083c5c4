import { type ExtraConfig, extraConfigProblems, extraLines } from "../../keepalived/extraConfig";
import {
    keywordProblems,
    type Keywords,
    type Kind,
    linesOf,
    type Target,
    tooNew,
} from "../../keepalived/keywords";
import { absolutePath, trackWeight } from "../../keepalived/kinds";
import { type Problem, problemIf, quote } from "../../problems";

/** Number that keepalived writes to a tracked file when it starts. */
export interface InitFile {
    /** The number, -2147483647 to 2147483647. Defaults to 0. */
    value?: number;
    /** Replace the number if the file exists. Defaults to false. */
    overwrite?: boolean;
}

/** Settings of a tracked file that are one line each in its block. */
export interface TrackFileKeywords {
    /** Path of the file, which holds a whole number. Its folder must exist (keepalived `file`). */
    file: string;
    /** Factor, -254 to 254: priorities change by this times the number in the file. With 0, the director cannot be active while the number is not 0 (keepalived `weight`). Defaults to 1. */
    weight?: number;
    /** Number to write to the file when keepalived starts (keepalived `init_file`). Defaults to none: you create the file. */
    initFile?: InitFile;
}

/** A file whose number changes priorities of directors or weights of servers (keepalived `track_file`). */
export interface TrackFileSettings extends TrackFileKeywords {
    /** Name for `trackFile` and file checks to refer to. */
    name: string;
}

export type TrackFile = TrackFileSettings & ExtraConfig;

const initFile: Kind<InitFile> = {
    check: ({ value = 0 }) =>
        Number.isInteger(value) && Math.abs(value) <= 2147483647
            ? undefined
            : `${quote(value)} is not a whole number in range. Use -2147483647 to 2147483647.`,
    format: ({ value = 0, overwrite = false }) => [
        String(value),
        ...(overwrite ? ["overwrite"] : []),
    ],
};

export const trackFileKeywords: Keywords<TrackFileKeywords> = {
    file: { keyword: "file", type: absolutePath },
    weight: { keyword: "weight", type: trackWeight(254) },
    initFile: { keyword: "init_file", type: initFile },
};

/** Values for the template `track_file.mustache`. */
export function trackFileView(trackFile: TrackFile, version: string) {
    return {
        name: trackFile.name,
        keywords: linesOf(trackFileKeywords, trackFile, version),
        extraConfig: extraLines(trackFile.extraConfig),
    };
}

/** Check a tracked file without its name. */
export function trackFileProblems(path: string, trackFile: TrackFile, target: Target): Problem[] {
    return [
        ...tooNew(path, { keyword: "track_file", since: "2.1.0" }, target),
        ...problemIf(
            trackFile.file === undefined,
            `${path}.file`,
            "The value is missing. Give the path of the file.",
        ),
        ...keywordProblems(path, trackFileKeywords, trackFile, target),
        ...extraConfigProblems(`${path}.extraConfig`, trackFile.extraConfig, "track_file", target),
    ];
}
