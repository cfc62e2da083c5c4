import { printableLines } from "../lvs/printable";
import { type Problem, problemLine } from "../lvs/problems";
import { type Change, isLeaving, isNew } from "./comparison";
import { driftLines } from "./diffView";
import { namesOf } from "./names";
import type { Paint } from "./text";

/** Parts of a comparison, as they are shown. */
export interface Shown {
    readonly changes: readonly Change[];
    /** Actions of an `up`. */
    readonly order: readonly string[];
    readonly warnings: readonly Problem[];
    /** Why whole files are shown. */
    readonly note?: string;
}

/** Print a comparison for a terminal. */
export function comparisonLines({ changes, order, note }: Shown, paint: Paint): string[] {
    return [
        ...(note === undefined ? [] : [note, ""]),
        ...changes.flatMap((change) =>
            driftLines(
                [{ name: headingOf(change), drift: [...change.drift] }],
                outcomeOf(change),
                paint,
            ),
        ),
        ...(order.length === 0 ? [] : ["", paint("bold", "pulumi up:"), ...numbered(order)]),
    ].map(printableLines);
}

/** Print a comparison in Markdown, for a pull request. */
export function comparisonMarkdown({ changes, order, warnings, note }: Shown): string[] {
    return [
        ...(note === undefined ? [] : [note, ""]),
        ...changes.flatMap((change) => [`### ${headingOf(change)}`, "", ...markdownOf(change)]),
        ...(order.length === 0 ? [] : ["### `pulumi up`", "", ...numbered(order).map(escaped), ""]),
        ...problemsMarkdown("Warnings", warnings),
    ].map(printableLines);
}

/** List problems in Markdown. */
export function problemsMarkdown(title: string, problems: readonly Problem[]): string[] {
    if (problems.length === 0) return [];
    return [`### ${title}`, "", ...problems.map((one) => `- ${escaped(problemLine(one))}`), ""];
}

function headingOf({ hosts }: Change): string {
    const [first] = hosts;
    const kind = isNew(first!) ? " (new)" : isLeaving(first!) ? " (leaves)" : "";
    return `${namesOf(hosts.map(({ name }) => name))}${kind}`;
}

function outcomeOf({ hosts }: Change): string {
    return isLeaving(hosts[0]!) ? "undone" : "no changes";
}

function markdownOf(change: Change): string[] {
    if (change.drift.length === 0) return [`${outcomeOf(change)}.`, ""];
    const all = change.drift.flatMap(({ what, diff }) => [
        ...(diff === "" ? [what] : diff.trimEnd().split("\n")),
    ]);
    return [fenceFor(all) + "diff", ...all, fenceFor(all), ""];
}

/** A fence that no line of the content ends. */
function fenceFor(lines: readonly string[]): string {
    const longest = lines.reduce(
        (most, line) => Math.max(most, /~*/.exec(line.trim())![0].length),
        3,
    );
    return "~".repeat(longest + 1);
}

function numbered(lines: readonly string[]): string[] {
    return lines.map((line, index) => `${index + 1}. ${line}`);
}

/** Escape characters with a meaning in Markdown. */
function escaped(text: string): string {
    return text.replace(/[\\`*_{}[\]<>|#@]/g, "\\$&");
}
