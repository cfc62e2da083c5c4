import { styleText } from "node:util";

/** Style of a text on a terminal. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Apply a style to a text, or leave it plain. */
export type Paint = (style: Style, text: string) => string;

/** For files and pipes. */
export const plain: Paint = (_, text) => text;

/** For terminals. The caller has checked that the output is one. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** A cell of a table. */
export type Cell = string | { text: string; style: Style };

/** A column: its heading and alignment. */
export interface Column {
    title: string;
    right?: boolean;
}

/** Columns of the longest line. */
export const lineWidth = 100;

/** Spaces between columns, and where the room is short. */
const gaps = [2, 1] as const;
const least = 6;

/**
 * Print rows below their headings. If a line is too long, the columns move together, and then the widest
 * becomes narrower.
 */
export function table(
    columns: Column[],
    rows: Cell[][],
    paint: Paint,
    { indent = "", width: room = lineWidth } = {},
): string[] {
    const texts = [columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))];
    const wanted = columns.map((_, index) => longest(texts.map((row) => row[index] ?? "")));
    const cells = room - indent.length;
    const gap = totalOf(wanted, gaps[0]) <= cells ? gaps[0] : gaps[1];
    const widths = fitted(wanted, gap, cells);
    const line = (cells: Cell[]) =>
        indent +
        columns
            .map(({ right }, index) => {
                const cell = cells[index] ?? "";
                const text = shortened(textOf(cell), widths[index]!);
                const space = " ".repeat(widths[index]! - text.length);
                const shown = typeof cell === "string" ? text : paint(cell.style, text);
                return right ? space + shown : shown + space;
            })
            .join(" ".repeat(gap))
            .trimEnd();
    const heading = columns.map(({ title }): Cell => ({ text: title, style: "dim" }));
    return [heading, ...rows].map(line);
}

/** Length of the longest text. A call of Math.max fails with a hundred thousand of them. */
function longest(texts: string[]): number {
    return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function textOf(cell: Cell): string {
    return typeof cell === "string" ? cell : cell.text;
}

function totalOf(widths: number[], gap: number): number {
    return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}

function fitted(widths: number[], gap: number, room: number): number[] {
    const fit = [...widths];
    while (totalOf(fit, gap) > room && Math.max(...fit) > least) {
        fit[fit.indexOf(Math.max(...fit))]! -= 1;
    }
    return fit;
}

/** Cut the middle of a text, because the ends say more: a name begins, a port ends. */
export function shortened(text: string, width: number): string {
    if (text.length <= width) return text;
    const end = Math.floor((width - 1) / 2);
    // A cut through a character leaves half of it.
    const begin = text.slice(0, width - 1 - end).replace(/\p{Surrogate}$/u, "");
    return `${begin}…${text.slice(text.length - end).replace(/^\p{Surrogate}/u, "")}`;
}

/** Wrap a sentence, and indent all lines but the first. */
export function wrapped(text: string, { width = lineWidth, indent = "" } = {}): string[] {
    const lines: string[] = [];
    let line = "";
    for (const word of text.split(" ")) {
        if (line !== "" && line.length + 1 + word.length > width) {
            lines.push(line);
            line = indent + word;
        } else {
            line = line === "" ? word : `${line} ${word}`;
        }
    }
    return [...lines, line];
}

/** Print seconds in a readable unit: `40 s`, `5 min`, `3 h`, `12 d`. */
export function duration(seconds: number): string {
    if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86_400)} d`;
}

/** Print a number in four characters: `950`, `1.2k`, `34M`. */
export function amount(count: number): string {
    let rest = count;
    for (const unit of ["", "k", "M", "G"]) {
        if (rest < 999.5) {
            return unit === "" || rest >= 9.95
                ? `${Math.round(rest)}${unit}`
                : rest.toFixed(1) + unit;
        }
        rest /= 1000;
    }
    return `${Math.round(rest)}T`;
}
