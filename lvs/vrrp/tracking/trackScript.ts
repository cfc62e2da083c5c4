import { type ExtraConfig, extraConfigProblems, extraLines } from "../../keepalived/extraConfig";
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

/** Settings of a tracked script that are one line each in its block. */
export interface TrackScriptKeywords<Call = ScriptCall> {
    /** Script to run. Exit status 0 means success (keepalived `script` and `user`). */
    script: Call;
    /** Seconds between runs, 1 to 4294, with decimals from 0.001 since keepalived 2.3.2 (keepalived `interval`). Defaults to 1. @decimal */
    interval?: number;
    /** Seconds after which a run has failed, 1 to 4294, with decimals from 0.001 since keepalived 2.3.2 (keepalived `timeout`). Defaults to interval. @decimal */
    timeout?: number;
    /** Change of priorities, -253 to 253. A value above 0 is added after success, and a value below 0 after failure. With 0, the director cannot be active after failure (keepalived `weight`). Defaults to 0. */
    weight?: number;
    /** Number of successes in a row that end a failure (keepalived `rise`). Defaults to 1. */
    rise?: number;
    /** Number of failed runs in a row that count as a failure (keepalived `fall`). Defaults to 1. */
    fall?: number;
    /** Count as failed until the first success (keepalived `init_fail`). Defaults to false. */
    initFail?: boolean;
}

/** A script that runs at intervals and changes priorities by its result (keepalived `vrrp_script`). */
export interface TrackScriptSettings<Call = ScriptCall> extends TrackScriptKeywords<Call> {
    /** Name for `trackScript` to refer to. */
    name: string;
}

export type TrackScript = TrackScriptSettings & ExtraConfig;

const seconds = decimal(0.001, 4294, { unit: "seconds", decimalsSince: "2.3.2" });
const times = integer(1, 2147483647, "runs");

export const trackScriptKeywords: Keywords<TrackScriptKeywords> = {
    script: { keyword: "script", type: scriptPath },
    interval: { keyword: "interval", type: seconds },
    timeout: { keyword: "timeout", type: seconds },
    weight: { keyword: "weight", type: trackWeight(253) },
    rise: { keyword: "rise", type: times },
    fall: { keyword: "fall", type: times },
    initFail: { keyword: "init_fail", type: flag },
};

/** Values for the template `vrrp_script.mustache`. */
export function trackScriptView(trackScript: TrackScript, version: string) {
    const { name, script } = trackScript;
    return {
        name,
        keywords: [...linesOf(trackScriptKeywords, trackScript, version), ...userLines(script)],
        extraConfig: extraLines(trackScript.extraConfig),
    };
}

/** Check a tracked script without its name. */
export function trackScriptProblems(path: string, script: TrackScript, target: Target): Problem[] {
    return [
        ...keywordProblems(path, trackScriptKeywords, script, target),
        ...problemIf(
            script.script === undefined,
            `${path}.script`,
            "The value is missing. Name one of the cluster's scripts.",
        ),
        ...extraConfigProblems(`${path}.extraConfig`, script.extraConfig, "vrrp_script", target),
    ];
}
