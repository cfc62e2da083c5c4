import { median } from "../measuring";

/** Values by contender. */
export type Measurements = Record<string, number[]>;

/**
 * One line for each contender and one column for each measure: median, ratio to the median of
 * `own`, minimum and maximum. The last column is the number of logins.
 */
export function table(
    seconds: Record<string, Measurements>,
    logins: Record<string, Measurements>,
    own: string,
): string {
    const measures = Object.keys(seconds);
    const contenders = Object.keys(seconds[measures[0]!]!);
    const rows = contenders.map((name) => [
        name,
        ...measures.map((measure) => cell(seconds[measure]![name]!, seconds[measure]![own]!)),
        measures.map((measure) => median(sorted(logins[measure]![name]!))).join(" / "),
    ]);
    return alignColumns([["", ...measures, "logins"], ...rows]);
}

function cell(samples: number[], own: number[]): string {
    const all = sorted(samples);
    const ratio = median(all) / median(sorted(own));
    const range = [all[0]!, all.at(-1)!].map((one) => one.toFixed(1)).join("–");
    return `${median(all).toFixed(2)} s, ${ratio.toFixed(2)} × (${range})`;
}

function sorted(samples: number[]): number[] {
    return [...samples].sort((a, b) => a - b);
}

function alignColumns(rows: string[][]): string {
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    return rows
        .map((row) =>
            row
                .map((text, column) => text.padEnd(widths[column]!))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
