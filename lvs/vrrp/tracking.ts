import type { Target } from "../keepalived/keywords";
import { blockName, required } from "../keepalived/kinds";
import { eachOf, type Problem, repeatedNames } from "../problems";
import {
    type BfdInstance,
    bfdInstanceProblems,
    bfdInstanceView,
    sameNeighborProblems,
} from "./bfdInstance";
import { type TrackFile, trackFileProblems, trackFileView } from "./trackFile";
import { type TrackProcess, trackProcessProblems, trackProcessView } from "./trackProcess";
import { type TrackScript, trackScriptProblems, trackScriptView } from "./trackScript";

/** What directors watch, for VRRP instances and sync groups to list by name. */
export interface Tracking {
    /** Programs that are run again and again (keepalived `vrrp_script`). Defaults to none. */
    trackScripts?: TrackScript[];
    /** Processes that have to run (keepalived `vrrp_track_process`). Defaults to none. */
    trackProcesses?: TrackProcess[];
    /** Files with a number in them (keepalived `track_file`). Defaults to none. */
    trackFiles?: TrackFile[];
    /** Sessions with neighbours (keepalived `bfd_instance`). Defaults to none. */
    bfdInstances?: BfdInstance[];
}

/** What the templates of tracked things show on one director. */
export function trackingViews(tracking: Tracking, director: string, version: string) {
    const { trackScripts = [], trackProcesses = [], trackFiles = [], bfdInstances = [] } = tracking;
    return {
        trackScripts: trackScripts.map((script) => trackScriptView(script, version)),
        trackProcesses: trackProcesses.map((process) => trackProcessView(process, version)),
        trackFiles: trackFiles.map((file) => trackFileView(file, version)),
        bfdInstances: bfdInstances.map((bfd) => bfdInstanceView(bfd, director, version)),
    };
}

/** What is wrong with the things that are tracked; `directors` are the names of all. */
export function trackingProblems(
    tracking: Tracking,
    directors: readonly string[],
    target: Target,
): Problem[] {
    const { trackScripts, trackProcesses, trackFiles, bfdInstances } = tracking;
    return [
        ...eachOf("trackScripts", trackScripts, (script, path) =>
            trackScriptProblems(path, script, target),
        ),
        ...eachOf("trackProcesses", trackProcesses, (process, path) =>
            trackProcessProblems(path, process, target),
        ),
        ...eachOf("trackFiles", trackFiles, (file, path) => trackFileProblems(path, file, target)),
        ...eachOf("bfdInstances", bfdInstances, (bfd, path) =>
            bfdInstanceProblems(path, bfd, directors, target),
        ),
        ...sameNeighborProblems(bfdInstances, directors),
        ...Object.entries({ trackScripts, trackProcesses, trackFiles, bfdInstances }).flatMap(
            ([list, blocks]) => blockNameProblems(list, blocks, target),
        ),
    ];
}

/** Each block of a kind has a name, and its own. */
export function blockNameProblems(
    list: string,
    blocks: readonly { readonly name: string }[] | undefined,
    target: Target,
): Problem[] {
    return [
        ...eachOf(list, blocks, ({ name }, path) =>
            required(`${path}.name`, blockName, name, target),
        ),
        ...repeatedNames(
            list,
            blocks,
            (name, first) => `${name} is also ${first}: give each its own`,
        ),
    ];
}
