import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

const file = path.join(__dirname, "..", "..", "..", "docs", "cli.md");

/**
 * Compare the output of a command with docs/cli.md. Numbers, kernel names and column widths may
 * differ. With UPDATE_GOLDEN set, write the output to the page instead.
 */
export function expectTranscript(command: string, printed: string): void {
    const docs = readFileSync(file, "utf8");
    const [before, rest] = docs.split(`\n$ ${command}\n`) as [string, string | undefined];
    if (rest === undefined) throw new Error(`docs/cli.md does not show "${command}"`);
    const end = rest.indexOf("```");
    if (process.env.UPDATE_GOLDEN) {
        const shown = `${printed.trimEnd()}\n${rest.slice(end)}`;
        writeFileSync(file, `${before}\n$ ${command}\n${shown}`);
        return;
    }
    expect(shape(printed)).toBe(shape(rest.slice(0, end)));
}

function shape(text: string): string {
    return text
        .replace(/\b\d+\.\d+\.\d+-[\w.-]+/g, "1.1.1")
        .replace(/\b\d+(\.\d+)?( ?(s|min|h|d|k|M|MB)\b)?/g, "N")
        .replace(/ +/g, " ")
        .trim();
}
