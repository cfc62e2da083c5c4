import {
    decimal,
    flag,
    keywordProblems,
    type Keywords,
    linesOf,
    matching,
    oneOf,
    type Target,
    tooNew,
    integer,
} from "../../keepalived/keywords";
import { trackWeight } from "../../keepalived/kinds";
import { type Problem, problemIf, quote } from "../../problems";

/** Which arguments a process has to have. */
export const ParamMatch = {
    /** Those given come first, and others may follow. */
    initial: "initial",
    /** As initial, and the last one given may be the beginning of an argument. */
    partial: "partial",
} as const;
export type ParamMatch = (typeof ParamMatch)[keyof typeof ParamMatch];

/** The lines of a tracked process. */
export interface TrackProcessKeywords {
    /** The program, then its arguments where they matter, each without blanks and quotes (keepalived `process`). */
    process: string;
    /** How its arguments are compared (keepalived `param_match`). Defaults to all of them, as they are. */
    paramMatch?: ParamMatch;
    /** What its running adds to priorities if above 0, what its absence adds if below, -254 to 254; 0 gives the virtual IPs up (keepalived `weight`). Defaults to 0. */
    weight?: number;
    /** How many of it have to run, 1 to 65535 (keepalived `quorum`). Defaults to 1. */
    quorum?: number;
    /** How many of it may run, quorum to 65535 (keepalived `quorum_max`). Defaults to any number. */
    quorumMax?: number;
    /** Seconds for which it has to be there or gone before that counts, 0.000001 to 3600 (keepalived `delay`). Defaults to 0. */
    delay?: number;
    /** Seconds for which it has to be gone, where that is another number (keepalived `terminate_delay`). Defaults to delay. */
    terminateDelay?: number;
    /** Seconds for which it has to be there, where that is another number (keepalived `fork_delay`). Defaults to delay. */
    forkDelay?: number;
    /** The program is compared with all of the command line and not with the first 15 letters of its name (keepalived `full_command`). Defaults to false. */
    fullCommand?: boolean;
}

/** A process whose running decides who owns virtual IPs (keepalived `vrrp_track_process`). */
export interface TrackProcess extends TrackProcessKeywords {
    /** Name that `trackProcess` lists it by. */
    name: string;
}

const seconds = decimal("a number of seconds", 0.000001, 3600, { places: 6 });

export const trackProcessKeywords: Keywords<TrackProcessKeywords> = {
    process: {
        keyword: "process",
        type: matching(
            /^[A-Za-z0-9_.+/:@%,=-]+(?: [A-Za-z0-9_.+/:@%,=-]+)*$/,
            "a program and arguments, one blank between two and no quotes in them",
        ),
    },
    paramMatch: { keyword: "param_match", type: oneOf(ParamMatch), since: "2.0.16" },
    // keepalived's default differs between versions.
    weight: { keyword: "weight", type: trackWeight(254), default: 0 },
    quorum: { keyword: "quorum", type: integer("a number of processes", 1, 65535) },
    quorumMax: {
        keyword: "quorum_max",
        type: integer("a number of processes", 0, 65535),
        since: "2.0.16",
    },
    delay: { keyword: "delay", type: seconds },
    terminateDelay: { keyword: "terminate_delay", type: seconds, since: "2.0.16" },
    forkDelay: { keyword: "fork_delay", type: seconds, since: "2.0.16" },
    fullCommand: { keyword: "full_command", type: flag },
};

/** What template `vrrp_track_process.mustache` shows. */
export function trackProcessView(trackProcess: TrackProcess, version: string) {
    return {
        name: trackProcess.name,
        keywords: linesOf(trackProcessKeywords, trackProcess, version),
    };
}

/** What is wrong with a tracked process, beside its name. */
export function trackProcessProblems(
    path: string,
    trackProcess: TrackProcess,
    target: Target,
): Problem[] {
    const { process, quorum = 1, quorumMax } = trackProcess;
    return [
        ...tooNew(path, { keyword: "vrrp_track_process", since: "2.0.11" }, target),
        ...problemIf(process === undefined, `${path}.process`, "is missing: name a program"),
        ...keywordProblems(path, trackProcessKeywords, trackProcess, target),
        ...problemIf(
            quorumMax !== undefined && quorumMax < quorum,
            `${path}.quorumMax`,
            `${quote(quorumMax)} is below the quorum, ${quote(quorum)}: it would never be met`,
        ),
    ];
}
