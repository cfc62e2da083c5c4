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
import { problemsOfEach, type Problem, problem, problemIf, duplicates, quote } from "../../problems";
import type { Tracking } from "./tracking";

/** What the state of something tracked does to a priority. */
export interface TrackWeight {
    /** Added to the priority while all is well if above 0, and while it is not if below; 0 gives the virtual IPs up instead (keepalived `weight`). Defaults to that of what is tracked, and to 0 for an interface. */
    weight?: number;
    /** The other way round: bad news is good; with a weight (keepalived `reverse`). Defaults to false. */
    reverse?: boolean;
}

/** A network interface whose state counts. */
export interface TrackInterface extends TrackWeight {
    /** Its name, and not the instance's own interface, which counts anyway. */
    interface: string;
}

/** Something whose state counts, by the name that it is set up with. */
export interface TrackByName extends TrackWeight {
    /** Its name. */
    name: string;
}

/** What decides, beside adverts, who owns the virtual IPs. */
export interface Tracks {
    /** Network interfaces, weight -253 to 253 (keepalived `track_interface`). Defaults to none. */
    trackInterface?: TrackInterface[];
    /** Scripts of `trackScripts`, weight -253 to 253 (keepalived `track_script`). Defaults to none. */
    trackScript?: TrackByName[];
    /** Processes of `trackProcesses`, weight -254 to 254 (keepalived `track_process`). Defaults to none. */
    trackProcess?: TrackByName[];
    /** Files of `trackFiles`, weight -254 to 254, times the number in the file (keepalived `track_file`). Defaults to none. */
    trackFile?: TrackByName[];
    /** Sessions of `bfdInstances`, weight -253 to 253 (keepalived `track_bfd`). Defaults to none. */
    trackBfd?: TrackByName[];
}

/** Something tracked, whatever it is. */
export interface Tracked {
    readonly field: keyof Tracks;
    readonly index: number;
    readonly name: string;
    readonly reverse: boolean;
    /** With its default. */
    readonly weight: number;
}

/** How each list is written, and where the things in it are set up. */
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
    { keyword: string; most: number; from?: keyof Tracking; since?: string }
>;

const fields = Object.keys(lists) as (keyof Tracks)[];

export function weightKeywords(most: number): Keywords<TrackWeight> {
    return {
        weight: { keyword: "weight", type: trackWeight(most) },
        reverse: { keyword: "reverse", type: flag, since: "2.0.18" },
    };
}

function nameOf(entry: TrackInterface | TrackByName): string {
    return "interface" in entry ? entry.interface : entry.name;
}

/** The blocks that list what is tracked. */
export function trackBlocks(tracks: Tracks, version: string) {
    return fields.flatMap((field) => {
        const { keyword, most } = lists[field];
        const lines = (tracks[field] ?? []).map((entry) =>
            [nameOf(entry), ...linesOf(weightKeywords(most), entry, version)].join(" "),
        );
        return lines.length === 0 ? [] : [{ keyword, lines }];
    });
}

/** All that is tracked, with the weights that count. */
export function trackedOf(tracks: Tracks, tracking: Tracking): Tracked[] {
    return fields.flatMap((field) =>
        (tracks[field] ?? []).map((entry, index) => {
            const name = nameOf(entry);
            const own = weightOf(field, name, tracking);
            const { weight = own, reverse = false } = entry;
            return { field, index, name, reverse, weight };
        }),
    );
}

function weightOf(field: keyof Tracks, name: string, tracking: Tracking): number {
    if (field === "trackInterface") return 0;
    const all: readonly { name: string; weight?: number }[] = tracking[lists[field].from] ?? [];
    // The number in a file counts as it is.
    return all.find((one) => one.name === name)?.weight ?? (field === "trackFile" ? 1 : 0);
}

/**
 * The most that tracking can add to a priority. What is in a file nobody knows.
 */
export function highestGain(tracked: readonly Tracked[]): number {
    return tracked
        .filter(({ field }) => field !== "trackFile")
        .map(({ weight, reverse }) => Math.max(0, reverse ? -weight : weight))
        .reduce((sum, gain) => sum + gain, 0);
}

/** What is wrong with the lists of what is tracked. */
export function trackProblems(
    path: string,
    tracks: Tracks,
    tracking: Tracking,
    target: Target,
): Problem[] {
    return fields.flatMap((field) => {
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
                    "goes with a weight: give one, 0 perhaps",
                ),
            ]),
            ...duplicates(
                entries.map((entry, index) => ({ name: nameOf(entry), index })),
                ({ name }) => name,
            ).flatMap(([later, first]) =>
                problem(
                    `${at}[${later.index}].${key}`,
                    `${quote(later.name)} is also ${at}[${first.index}]: track it once`,
                ),
            ),
        ];
    });
}

function namesOf(from: keyof Tracking, tracking: Tracking): string[] {
    return (tracking[from] ?? []).map(({ name }) => name);
}
