/** Between two words of a line. */
export const wordEnd = "\u241f";

/**
 * keepalived.conf as keepalived takes it apart: each line's words without comments, and each brace
 * by itself. Words that were in quotes keep the first of them. Throws where it takes knowledge of a
 * version to tell what it makes of a line.
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

/** In regular expressions alone, a backslash stands for the character after it. */
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
