import { type Target, withDefaults } from "../../keepalived/keywords";
import { blockName, checkRequired } from "../../keepalived/kinds";
import { problemsOfEach, type Problem, duplicateNameProblems } from "../../problems";
import {
    addressesOn,
    type BfdInstance,
    bfdInstanceProblems,
    bfdInstanceView,
    sameNeighborProblems,
} from "./bfdInstance";
import { type TrackFile, trackFileProblems, trackFileView } from "./trackFile";
import {
    type TrackProcess,
    trackProcessKeywords,
    trackProcessProblems,
    trackProcessView,
} from "./trackProcess";
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

/** What one director watches, with every default resolved. */
export type TrackingPlan = Required<Tracking>;

/** Resolve what one director watches. */
export function planTracking(tracking: Tracking, director: string, version: string): TrackingPlan {
    const { trackScripts = [], trackProcesses = [], trackFiles = [], bfdInstances = [] } = tracking;
    return {
        trackScripts,
        trackProcesses: trackProcesses.map((process) => ({
            ...process,
            ...withDefaults(trackProcessKeywords, process, version),
        })),
        trackFiles,
        bfdInstances: bfdInstances.map((bfd) => ({ ...bfd, ...addressesOn(bfd, director) })),
    };
}

/** What the templates of tracked things show on one director. */
export function trackingViews(tracking: TrackingPlan, version: string) {
    const { trackScripts, trackProcesses, trackFiles, bfdInstances } = tracking;
    return {
        trackScripts: trackScripts.map((script) => trackScriptView(script, version)),
        trackProcesses: trackProcesses.map((process) => trackProcessView(process, version)),
        trackFiles: trackFiles.map((file) => trackFileView(file, version)),
        bfdInstances: bfdInstances.map((bfd) => bfdInstanceView(bfd, version)),
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
        ...problemsOfEach("trackScripts", trackScripts, (script, path) =>
            trackScriptProblems(path, script, target),
        ),
        ...problemsOfEach("trackProcesses", trackProcesses, (process, path) =>
            trackProcessProblems(path, process, target),
        ),
        ...problemsOfEach("trackFiles", trackFiles, (file, path) =>
            trackFileProblems(path, file, target),
        ),
        ...problemsOfEach("bfdInstances", bfdInstances, (bfd, path) =>
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
        ...problemsOfEach(list, blocks, ({ name }, path) =>
            checkRequired(`${path}.name`, blockName, name, target),
        ),
        ...duplicateNameProblems(
            list,
            blocks,
            (name, first) => `${name} is also ${first}: give each its own`,
        ),
    ];
}
