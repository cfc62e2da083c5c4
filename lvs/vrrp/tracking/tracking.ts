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
import {
    type InterfaceDelay,
    interfaceDelayBlocks,
    interfaceDelayProblems,
} from "./interfaceDelays";
import { type TrackFile, trackFileProblems, trackFileView } from "./trackFile";
import {
    type TrackProcess,
    trackProcessKeywords,
    trackProcessProblems,
    trackProcessView,
} from "./trackProcess";
import { type TrackScript, trackScriptProblems, trackScriptView } from "./trackScript";

/** Things that directors track. VRRP instances and sync groups refer to them by name. */
export interface Tracking<
    Script = TrackScript,
    Process = TrackProcess,
    File = TrackFile,
    Bfd = BfdInstance,
> {
    /** Scripts that run at intervals (keepalived `vrrp_script`). Defaults to none. */
    trackScripts?: Script[];
    /** Processes that must run (keepalived `vrrp_track_process`). Defaults to none. */
    trackProcesses?: Process[];
    /** Files that hold a number (keepalived `track_file`). Defaults to none. */
    trackFiles?: File[];
    /** BFD sessions with neighbours (keepalived `bfd_instance`). Defaults to none. */
    bfdInstances?: Bfd[];
    /** Delays before keepalived believes that an interface went down or came up (keepalived `interface_up_down_delays`). The delay of a link that goes down must be below the time of a failover. Defaults to none. */
    interfaceUpDownDelays?: InterfaceDelay[];
}

/** Tracked objects of one director with every default resolved. */
export type TrackingPlan = Required<Tracking>;

/** Resolve the tracked objects of one director. */
export function planTracking(tracking: Tracking, director: string, version: string): TrackingPlan {
    const { trackScripts = [], trackProcesses = [], trackFiles = [], bfdInstances = [] } = tracking;
    const { interfaceUpDownDelays = [] } = tracking;
    return {
        interfaceUpDownDelays,
        trackScripts,
        trackProcesses: trackProcesses.map((process) => ({
            ...process,
            ...withDefaults(trackProcessKeywords, process, version),
        })),
        trackFiles,
        bfdInstances: bfdInstances.map((bfd) => ({ ...bfd, ...addressesOn(bfd, director) })),
    };
}

/** Values for the templates of tracked objects on one director. */
export function trackingViews(tracking: TrackingPlan, version: string) {
    const { trackScripts, trackProcesses, trackFiles, bfdInstances } = tracking;
    return {
        rootLists: interfaceDelayBlocks(tracking.interfaceUpDownDelays),
        trackScripts: trackScripts.map((script) => trackScriptView(script, version)),
        trackProcesses: trackProcesses.map((process) => trackProcessView(process, version)),
        trackFiles: trackFiles.map((file) => trackFileView(file, version)),
        bfdInstances: bfdInstances.map((bfd) => bfdInstanceView(bfd, version)),
    };
}

/** Check the tracked objects of a cluster; `directors` are the names of all directors. */
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
        ...interfaceDelayProblems("interfaceUpDownDelays", tracking.interfaceUpDownDelays, target),
        ...Object.entries({ trackScripts, trackProcesses, trackFiles, bfdInstances }).flatMap(
            ([list, blocks]) => blockNameProblems(list, blocks, target),
        ),
    ];
}

/** Check that each block of a kind has a name of its own. */
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
            (name, first) => `${name} is already the name of ${first}. Use a different name.`,
        ),
    ];
}
