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

/** What keepalived writes to a file when it starts. */
export interface InitFile {
    /** The number, -2147483647 to 2147483647. Defaults to 0. */
    value?: number;
    /** Whether it takes the place of what is in the file. Defaults to false. */
    overwrite?: boolean;
}

/** The lines of a tracked file. */
export interface TrackFileKeywords {
    /** Path of the file, which holds a whole number, in a folder that exists (keepalived `file`). */
    file: string;
    /** The number in the file, times this, is added to priorities, -254 to 254; 0 gives the virtual IPs up when the number is not 0 (keepalived `weight`). Defaults to 1. */
    weight?: number;
    /** What the file begins with (keepalived `init_file`). Defaults to nothing: somebody else makes it. */
    initFile?: InitFile;
}

/** A file whose number decides who owns virtual IPs, or how a server is weighted (keepalived `track_file`). */
export interface TrackFile extends TrackFileKeywords {
    /** Name that `trackFile` and file checks list it by. */
    name: string;
}

const initFile: Kind<InitFile> = {
    check: ({ value = 0 }) =>
        Number.isInteger(value) && Math.abs(value) <= 2147483647
            ? undefined
            : `${quote(value)} is not a whole number (-2147483647–2147483647)`,
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

/** What template `track_file.mustache` shows. */
export function trackFileView(trackFile: TrackFile, version: string) {
    return {
        name: trackFile.name,
        keywords: linesOf(trackFileKeywords, trackFile, version),
    };
}

/** What is wrong with a tracked file, beside its name. */
export function trackFileProblems(path: string, trackFile: TrackFile, target: Target): Problem[] {
    return [
        ...tooNew(path, { keyword: "track_file", since: "2.1.0" }, target),
        ...problemIf(trackFile.file === undefined, `${path}.file`, "is missing: give its path"),
        ...keywordProblems(path, trackFileKeywords, trackFile, target),
    ];
}
