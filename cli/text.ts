import { styleText } from "node:util";

/** How a piece of text looks on a terminal. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Puts a text in a style, or leaves it plain. */
export type Paint = (style: Style, text: string) => string;

/** For files and pipes. */
export const plain: Paint = (_, text) => text;

/** For terminals; whether it is one has been asked. */
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** What stands in a table. */
export type Cell = string | { text: string; style: Style };

/** A column: its heading, and on which side its cells end. */
export interface Column {
    title: string;
    right?: boolean;
}

/** How wide a line may be. */
export const lineWidth = 100;

const gap = 2;
const least = 6;

/**
 * Rows under their headings, as wide as they have to be and never wider than a line: the widest
 * column gives way.
 */
export function table(columns: Column[], rows: Cell[][], paint: Paint, indent = ""): string[] {
    const texts = [columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))];
    const widths = fitted(
        columns.map((_, index) => Math.max(...texts.map((row) => row[index]?.length ?? 0))),
        lineWidth - indent.length,
    );
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

function textOf(cell: Cell): string {
    return typeof cell === "string" ? cell : cell.text;
}

function fitted(widths: number[], room: number): number[] {
    const fit = [...widths];
    const total = () => fit.reduce((sum, width) => sum + width, gap * (fit.length - 1));
    while (total() > room && Math.max(...fit) > least) {
        fit[fit.indexOf(Math.max(...fit))]! -= 1;
    }
    return fit;
}

/** Ends say more than the middle: the beginning of a name, the port of an address. */
export function shortened(text: string, width: number): string {
    if (text.length <= width) return text;
    const end = Math.floor((width - 1) / 2);
    return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

/** A sentence in lines that fit, all but the first indented. */
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

/** Seconds in the largest unit that makes sense of them: `40 s`, `5 min`, `3 h`, `12 d`. */
export function duration(seconds: number): string {
    if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86_400)} d`;
}

/** A number in four signs: `950`, `1.2k`, `34M`. */
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
