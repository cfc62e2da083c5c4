import { readFileSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/**
 * Compare the output of commands with those on a page. Numbers, kernel names, keys and column widths may
 * differ. With UPDATE_GOLDEN set, write the output to the page instead.
 */
export function transcriptsOf(page: string): (command: string, printed: string) => void {
    const file = path.join(__dirname, "..", "..", "..", page);
    return (command, printed) => expectTranscript(file, command, printed);
}

function expectTranscript(file: string, command: string, printed: string): void {
    const docs = readFileSync(file, "utf8");
    const [before, rest] = docs.split(`\n$ ${command}\n`) as [string, string | undefined];
    if (rest === undefined) throw new Error(`${file} does not show "${command}"`);
    const end = rest.indexOf("```");
    if (process.env.UPDATE_GOLDEN) {
        const shown = `${readable(printed).trimEnd()}\n${rest.slice(end)}`;
        writeFileSync(file, `${before}\n$ ${command}\n${shown}`);
        return;
    }
    expect(shape(readable(printed))).toBe(shape(rest.slice(0, end)));
}

/** A page shows no kernel of the machine that made it, which is that of the containers. */
function readable(text: string): string {
    const release = os.release();
    return text.replaceAll(release, kernel.padEnd(release.length)).replace(/ +$/gm, "");
}

const kernel = "6.1.0-18-amd64";

function shape(text: string): string {
    return text
        .replace(/\bAAAA\S+|\bSHA256:\S+/g, "KEY")
        .replace(/\b\d+\.\d+\.\d+-[\w.-]+/g, "1.1.1")
        .replace(/\b\d+(\.\d+)?( ?(s|min|h|d|k|M|MB)\b)?/g, "N")
        .replace(/ +/g, " ")
        .trim();
}
