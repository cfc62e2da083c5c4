/** Separator of two words on a line. */
export const wordEnd = "\u241f";

/**
 * Split keepalived.conf as keepalived does: in the words of each line, without comments, and single
 * braces. Quoted words keep their first quote. Throws on lines that versions of keepalived read
 * differently.
 */
export function readConfiguration(text: string): string[] {
    const lines = text.split("\n").flatMap(readLine);
    let depth = 0;
    for (const line of lines) {
        depth += { "{": 1, "}": -1 }[line] ?? 0;
        if (depth < 0) throw new Error("a block ends that has not begun");
    }
    if (depth > 0) throw new Error("a block does not end");
    return lines;
}

function readLine(line: string): string[] {
    if (Buffer.byteLength(line) > 1023) throw new Error("a line is cut in two");
    if (/(?!\t)[\p{Cc}\p{Surrogate}]/u.test(line)) throw new Error("a control character");
    if (/^\s*[@~]/.test(line)) throw new Error("a line for some directors, or several lines");
    const read: string[] = [];
    let words: string[] = [];
    for (let rest = line.trimStart(); rest !== "" && !/^[#!]/.test(rest); rest = rest.trimStart()) {
        const [found, quoted, plain] =
            /^"([^"]*)"(?!\S)|^([^\s"{}#!]+)(?![^\s#!])|^[{}]/.exec(rest) ?? [];
        if (found === undefined) throw new Error(`not a word: ${rest}`);
        rest = rest.slice(found.length);
        if (quoted === undefined && plain === undefined) {
            read.push(words.join(wordEnd), found);
            words = [];
        } else {
            words.push(
                quoted === undefined ? checked(plain!, /\\/) : `"${checked(meant(words, quoted))}`,
            );
        }
    }
    return [...read, words.join(wordEnd)].filter((one) => one !== "");
}

/** Only in regular expressions a backslash escapes the next character. */
function meant(before: string[], quoted: string): string {
    if (before[0] !== "regex") return checked(quoted, /\\/);
    if (/(?<!\\)(\\\\)*\\(?!\\)/.test(quoted)) throw new Error("an escape of keepalived's");
    return quoted.replaceAll("\\\\", "\\");
}

function checked(word: string, never = /\0/): string {
    if (/\$[A-Za-z_{]/.test(word)) throw new Error("a variable");
    if (word === "{" || word === "}") throw new Error("a brace, in quotes or not");
    if (never.test(word)) throw new Error("a backslash");
    return word;
}
