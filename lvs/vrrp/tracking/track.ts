import {
    flag,
    keywordProblems,
    type Keywords,
    linesOf,
    networkInterface,
    type Target,
    tooNew,
} from "../../keepalived/keywords";
import { nameIn, checkRequired, trackWeight } from "../../keepalived/kinds";
import {
    problemsOfEach,
    type Problem,
    problem,
    problemIf,
    duplicates,
    quote,
} from "../../problems";
import type { Tracking } from "./tracking";

/** Effect of a tracked object on priorities. */
export interface TrackWeight {
    /** Change of the priority. keepalived adds a positive value while the object succeeds, and a negative value while it fails. With 0, the director gives up the virtual IPs while the object fails (keepalived `weight`). Defaults to the weight of the tracked object, or 0 for an interface. */
    weight?: number;
    /** Swap success and failure. Needs a weight (keepalived `reverse`). Defaults to false. */
    reverse?: boolean;
}

/** A tracked network interface. */
export interface TrackInterface extends TrackWeight {
    /** Name of the interface. keepalived tracks the instance's own interface anyway. */
    interface: string;
}

/** A tracked script, process, file or BFD session. */
export interface TrackByName extends TrackWeight {
    /** Name of the script, process, file or session. */
    name: string;
}

/** Things that change priorities. */
export interface Tracks {
    /** Network interfaces, weight -253 to 253 (keepalived `track_interface`). Defaults to none. */
    trackInterface?: TrackInterface[];
    /** Scripts from `trackScripts`, weight -253 to 253 (keepalived `track_script`). Defaults to none. */
    trackScript?: TrackByName[];
    /** Processes from `trackProcesses`, weight -254 to 254 (keepalived `track_process`). Defaults to none. */
    trackProcess?: TrackByName[];
    /** Files from `trackFiles`, weight -254 to 254, multiplied by the number in the file (keepalived `track_file`). Defaults to none. */
    trackFile?: TrackByName[];
    /** Sessions from `bfdInstances`, weight -253 to 253 (keepalived `track_bfd`). Defaults to none. */
    trackBfd?: TrackByName[];
}

/** A tracked object of any kind. */
export interface Tracked {
    readonly field: keyof Tracks;
    readonly index: number;
    readonly name: string;
    readonly reverse: boolean;
    /** Weight with its default resolved. */
    readonly weight: number;
}

/** Keyword of each list, and the argument that defines its entries. */
const lists = {
    trackInterface: { keyword: "track_interface", most: 253 },
    trackScript: { keyword: "track_script", most: 253, from: "trackScripts" },
    trackProcess: {
        keyword: "track_process",
        most: 254,
        from: "trackProcesses",
        since: "2.0.11",
    },
    trackFile: { keyword: "track_file", most: 254, from: "trackFiles", since: "2.1.0" },
    trackBfd: { keyword: "track_bfd", most: 253, from: "bfdInstances", since: "2.0.0" },
} satisfies Record<
    keyof Tracks,
    { keyword: string; most: number; from?: NamedTracking; since?: string }
>;

export const trackFields = Object.keys(lists) as (keyof Tracks)[];

export function weightKeywords(most: number): Keywords<TrackWeight> {
    return {
        weight: { keyword: "weight", type: trackWeight(most) },
        reverse: { keyword: "reverse", type: flag, since: "2.0.18" },
    };
}

function nameOf(entry: TrackInterface | TrackByName): string {
    return "interface" in entry ? entry.interface : entry.name;
}

/** Format the blocks that list tracked objects. */
export function trackBlocks(tracks: Tracks, version: string) {
    return trackFields.flatMap((field) => {
        const { keyword, most } = lists[field];
        const lines = (tracks[field] ?? []).map((entry) =>
            [nameOf(entry), ...linesOf(weightKeywords(most), entry, version)].join(" "),
        );
        return lines.length === 0 ? [] : [{ keyword, lines }];
    });
}

/** List all tracked objects with the weights in force. */
export function trackedOf(tracks: Tracks, tracking: Tracking): Tracked[] {
    return trackFields.flatMap((field) =>
        (tracks[field] ?? []).map((entry, index) => {
            const name = nameOf(entry);
            const own = trackedWeight(field, name, tracking);
            const { weight = own, reverse = false } = entry;
            return { field, index, name, reverse, weight };
        }),
    );
}

/** Weight of a tracked object itself. */
export function trackedWeight(field: keyof Tracks, name: string, tracking: Tracking): number {
    if (field === "trackInterface") return 0;
    const all: readonly { name: string; weight?: number }[] = tracking[lists[field].from] ?? [];
    // The default factor of a file is 1.
    return all.find((one) => one.name === name)?.weight ?? (field === "trackFile" ? 1 : 0);
}

/** Most that tracking can add to a priority. Files are left out: the number in a file can be anything. */
export function highestGain(tracked: readonly Tracked[]): number {
    return tracked
        .filter(({ field }) => field !== "trackFile")
        .map(({ weight, reverse }) => Math.max(0, reverse ? -weight : weight))
        .reduce((sum, gain) => sum + gain, 0);
}

/** Check the lists of tracked objects. */
export function trackProblems(
    path: string,
    tracks: Tracks,
    tracking: Tracking,
    target: Target,
): Problem[] {
    return trackFields.flatMap((field) => {
        const list = lists[field];
        const entries: (TrackInterface | TrackByName)[] = tracks[field] ?? [];
        const at = `${path}.${field}`;
        const key = field === "trackInterface" ? "interface" : "name";
        return [
            ...(entries.length === 0 ? [] : tooNew(at, list, target)),
            ...problemsOfEach(at, entries, (entry, entryPath) => [
                ...("from" in list
                    ? checkRequired(
                          `${entryPath}.name`,
                          nameIn(namesOf(list.from, tracking), list.from),
                          nameOf(entry),
                          target,
                      )
                    : checkRequired(
                          `${entryPath}.interface`,
                          networkInterface,
                          nameOf(entry),
                          target,
                      )),
                ...keywordProblems(entryPath, weightKeywords(list.most), entry, target),
                ...problemIf(
                    entry.reverse === true && entry.weight === undefined,
                    `${entryPath}.reverse`,
                    "The setting needs a weight. Give one, such as 0.",
                ),
            ]),
            ...duplicates(
                entries.map((entry, index) => ({ name: nameOf(entry), index })),
                ({ name }) => name,
            ).flatMap(([later, first]) =>
                problem(
                    `${at}[${later.index}].${key}`,
                    `${quote(later.name)} is already ${at}[${first.index}]. Track it once.`,
                ),
            ),
        ];
    });
}

/** Lists of tracked objects that have names. */
type NamedTracking = Exclude<keyof Tracking, "interfaceUpDownDelays">;

function namesOf(from: NamedTracking, tracking: Tracking): string[] {
    return (tracking[from] ?? []).map(({ name }) => name);
}
