import { folded } from "./folded";
import type { ClusterStatus } from "./status";
import { type Page, problemLines, stateLines } from "./statusView";

/** A terminal. */
export interface Screen extends Page {
    rows: number;
}

/** Lines of problems that a screen shows. */
const mostProblemLines = 8;

/**
 * Print the state of clusters for one screen, problems first. If the screen is too small, rows that are
 * alike become one.
 */
export function screenLines(clusters: ClusterStatus[], heading: string, screen: Screen): string[] {
    const problems = shortList(
        problemLines(
            clusters.flatMap((cluster) => cluster.problems),
            screen,
        ),
        mostProblemLines,
        "lines of problems",
    );
    const head = [screen.paint("dim", heading), ...problems, ""];
    const whole = clusters.flatMap((cluster) => [...stateLines(cluster, screen), ""]);
    const fits = head.length + whole.length <= screen.rows;
    const state = fits
        ? whole
        : clusters.flatMap((cluster) => [...stateLines(folded(cluster), screen), ""]);
    return shortList([...head, ...state], screen.rows - 1, "lines. Use a larger window");
}

function shortList(lines: string[], most: number, what: string): string[] {
    if (lines.length <= most) return lines;
    return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more ${what}`];
}

/** Codes that draw lines over the last screen: each line ends with a clear, so that nothing flickers. */
export function drawn(lines: string[]): string {
    return `\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\n")}\x1b[J`;
}
