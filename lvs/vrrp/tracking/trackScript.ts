import {
    decimal,
    flag,
    keywordProblems,
    type Keywords,
    linesOf,
    type Target,
    integer,
} from "../../keepalived/keywords";
import { trackWeight } from "../../keepalived/kinds";
import { type ScriptCall, scriptPath, userLines } from "../../keepalived/scripts";
import { type Problem, problemIf } from "../../problems";

/** The lines of a tracked script. */
export interface TrackScriptKeywords {
    /** What is run; it reports success by exit status 0 (keepalived `script` and `user`). */
    script: ScriptCall;
    /** Seconds between two runs, 1 to 4294, with decimals from 0.001 since keepalived 2.3.2 (keepalived `interval`). Defaults to 1. */
    interval?: number;
    /** Seconds after which a run has failed, 1 to 4294, decimals likewise (keepalived `timeout`). Defaults to interval. */
    timeout?: number;
    /** What its success adds to priorities if above 0, what its failure adds if below, -253 to 253; 0 gives the virtual IPs up on failure (keepalived `weight`). Defaults to 0. */
    weight?: number;
    /** Successes in a row that end a failure (keepalived `rise`). Defaults to 1. */
    rise?: number;
    /** Failures in a row that make one (keepalived `fall`). Defaults to 1. */
    fall?: number;
    /** It counts as failed until it has succeeded (keepalived `init_fail`). Defaults to false. */
    initFail?: boolean;
}

/** A program that is run again and again, and whose success decides who owns virtual IPs (keepalived `vrrp_script`). */
export interface TrackScript extends TrackScriptKeywords {
    /** Name that `trackScript` lists it by. */
    name: string;
}

const seconds = decimal("a number of seconds", 0.001, 4294, { decimalsSince: "2.3.2" });
const times = integer("a number of runs", 1, 2147483647);

export const trackScriptKeywords: Keywords<TrackScriptKeywords> = {
    script: { keyword: "script", type: scriptPath },
    interval: { keyword: "interval", type: seconds },
    timeout: { keyword: "timeout", type: seconds },
    weight: { keyword: "weight", type: trackWeight(253) },
    rise: { keyword: "rise", type: times },
    fall: { keyword: "fall", type: times },
    initFail: { keyword: "init_fail", type: flag },
};

/** What template `vrrp_script.mustache` shows. */
export function trackScriptView(trackScript: TrackScript, version: string) {
    const { name, script } = trackScript;
    return {
        name,
        keywords: [...linesOf(trackScriptKeywords, trackScript, version), ...userLines(script)],
    };
}

/** What is wrong with a tracked script, beside its name. */
export function trackScriptProblems(path: string, script: TrackScript, target: Target): Problem[] {
    return [
        ...keywordProblems(path, trackScriptKeywords, script, target),
        ...problemIf(
            script.script === undefined,
            `${path}.script`,
            "is missing: name one of scripts",
        ),
    ];
}
