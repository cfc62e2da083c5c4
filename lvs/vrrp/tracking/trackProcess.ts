import { type ExtraConfig, extraConfigProblems, extraLines } from "../../keepalived/extraConfig";
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

/** How the arguments of a process are compared. */
export const ParamMatch = {
    /** Those given come first, and others may follow. */
    initial: "initial",
    /** As initial, and the last one given may be the beginning of an argument. */
    partial: "partial",
} as const;
export type ParamMatch = (typeof ParamMatch)[keyof typeof ParamMatch];

/** Settings of a tracked process that are one line each in its block. */
export interface TrackProcessKeywords {
    /** Program, followed by its arguments if they matter, each without blanks and quotes (keepalived `process`). */
    process: string;
    /** How its arguments are compared (keepalived `param_match`). Defaults to exactly the same arguments. */
    paramMatch?: ParamMatch;
    /** Change of priorities, -254 to 254. A value above 0 is added while the process runs, and a value below 0 while the process does not run. With 0, the director cannot be active without the process (keepalived `weight`). Defaults to 0. */
    weight?: number;
    /** Number of processes that must run, 1 to 65535 (keepalived `quorum`). Defaults to 1. */
    quorum?: number;
    /** Number of processes that may run, quorum to 65535 (keepalived `quorum_max`). Defaults to any number. */
    quorumMax?: number;
    /** Seconds until a start or an end counts, 0.000001 to 3600 (keepalived `delay`). Defaults to 0. @decimal */
    delay?: number;
    /** Seconds until an end counts (keepalived `terminate_delay`). Defaults to delay. @decimal */
    terminateDelay?: number;
    /** Seconds until a start counts (keepalived `fork_delay`). Defaults to delay. @decimal */
    forkDelay?: number;
    /** Compare the program with the whole command line instead of the first 15 characters of the process name (keepalived `full_command`). Defaults to false. */
    fullCommand?: boolean;
}

/** A process that changes priorities by whether it runs (keepalived `vrrp_track_process`). */
export interface TrackProcessSettings extends TrackProcessKeywords {
    /** Name for `trackProcess` to refer to. */
    name: string;
}

export type TrackProcess = TrackProcessSettings & ExtraConfig;

const seconds = decimal(0.000001, 3600, { unit: "seconds", places: 6 });

export const trackProcessKeywords: Keywords<TrackProcessKeywords> = {
    process: {
        keyword: "process",
        type: matching(
            /^[A-Za-z0-9_.+/:@%,=-]+(?: [A-Za-z0-9_.+/:@%,=-]+)*$/,
            "a program with arguments that keepalived can read",
            "words without quotes and one blank between two",
        ),
    },
    paramMatch: { keyword: "param_match", type: oneOf(ParamMatch), since: "2.0.16" },
    // The default of keepalived differs between versions.
    weight: { keyword: "weight", type: trackWeight(254), default: 0 },
    quorum: { keyword: "quorum", type: integer(1, 65535, "processes") },
    quorumMax: {
        keyword: "quorum_max",
        type: integer(0, 65535, "processes"),
        since: "2.0.16",
    },
    delay: { keyword: "delay", type: seconds },
    terminateDelay: { keyword: "terminate_delay", type: seconds, since: "2.0.16" },
    forkDelay: { keyword: "fork_delay", type: seconds, since: "2.0.16" },
    fullCommand: { keyword: "full_command", type: flag },
};

/** Values for the template `vrrp_track_process.mustache`. */
export function trackProcessView(trackProcess: TrackProcess, version: string) {
    return {
        name: trackProcess.name,
        keywords: linesOf(trackProcessKeywords, trackProcess, version),
        extraConfig: extraLines(trackProcess.extraConfig),
    };
}

/** Check a tracked process without its name. */
export function trackProcessProblems(
    path: string,
    trackProcess: TrackProcess,
    target: Target,
): Problem[] {
    const { process, quorum = 1, quorumMax } = trackProcess;
    return [
        ...tooNew(path, { keyword: "vrrp_track_process", since: "2.0.11" }, target),
        ...problemIf(
            process === undefined,
            `${path}.process`,
            "The value is missing. Give the name of a program.",
        ),
        ...keywordProblems(path, trackProcessKeywords, trackProcess, target),
        ...extraConfigProblems(
            `${path}.extraConfig`,
            trackProcess.extraConfig,
            "vrrp_track_process",
            target,
        ),
        ...problemIf(
            quorumMax !== undefined && quorumMax < quorum,
            `${path}.quorumMax`,
            `${quote(quorumMax)} is below quorum, ${quote(quorum)}, and no number would satisfy both. Raise it, or lower quorum.`,
        ),
    ];
}
