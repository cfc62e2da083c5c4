import type { Problem } from "../../lvs/problems";
import type { HostFile } from "../../lvs/hostFile";
import { readConfiguration, wordEnd } from "./keepalivedReader";
import type { Leaf } from "./leaves";

/** Places that become invalid when another place changes, although both are valid on their own. */
const tied: [RegExp, RegExp][] = [
    [/\.(interface|dev)$/, /\.label$/],
    // A host name has no address that directors can send packets to.
    [/^realServers\[\d+\]\.host$/, /^virtualServers/],
];

/** Check the problems that a value causes in the place of a leaf. */
export function badRefusal(problems: Problem[], leaf: Leaf): string | undefined {
    // A script call and a list of words count as one value each.
    const value = leaf.path.replace(/(\.script|\.args|\.user)?(\[\d+\])?$/, "");
    const isNamed = problems.some(
        ({ path }) =>
            [leaf.path, value].includes(path) ||
            tied.some(([from, to]) => from.test(leaf.path) && to.test(path)),
    );
    if (!isNamed) return `refused as ${problems.map(({ path }) => path).join()}`;
    const unreadable = problems.find(
        ({ reason }) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(reason) || reason.length > 500,
    );
    return unreadable && `refused by an unreadable message: ${unreadable.path}`;
}

/** Differences of files besides the one value. */
export function distortion(
    before: HostFile[],
    after: HostFile[],
    leaf: Leaf,
    value: string,
): string | undefined {
    if (leaf.path.endsWith(".host") && !after.some(({ content }) => content.includes(value))) {
        return undefined;
    }
    const isRight = (was: string, is: string) => was === is || isCarried(was, is, leaf, value);
    if (before.length !== after.length) return "another number of files";
    let changes = 0;
    for (const [index, file] of after.entries()) {
        const old = before[index]!;
        if (!isRight(old.path, file.path) || old.mode !== file.mode) return "another file";
        if (old.content === file.content && old.path === file.path) continue;
        const [was, is] = [readFile(old, leaf), readFile(file, leaf)];
        if (was.length !== is.length) return `more or less than before in ${file.path}`;
        const wrong = is.find((piece, place) => !isRight(was[place]!, piece));
        if (wrong !== undefined) return `otherwise in ${file.path}: ${wrong.slice(0, 80)}`;
        changes += is.filter((piece, place) => piece !== was[place]).length;
        changes += file.path === old.path ? 0 : 1;
    }
    return changes > 0 || isInNoFile(leaf, value) ? undefined : "lost";
}

/** No file has the name of a real server. Blank extra lines are left out. */
function isInNoFile({ path, text }: Leaf, value: string): boolean {
    const isBlank = /(^|\.)extraConfig$/.test(path) && value.trim() === text;
    return isBlank || /^realServers\[\d+\]\.name$/.test(path);
}

/** Does a piece of a file have the value exactly where it had the leaf? */
function isCarried(was: string, is: string, { path, text }: Leaf, value: string): boolean {
    if (/(^|\.)extraConfig$/.test(path)) {
        return is === withLines(was, text, value) && staysInside(value);
    }
    const [from, to] = [text, value].map((words) => {
        if (/\.args\[\d+\]$/.test(path) && words.includes(" ")) return `'${words}'`;
        return path.endsWith(".process") ? words.replaceAll(" ", wordEnd) : words;
    }) as [string, string];
    for (let at = was.indexOf(from); at >= 0; at = was.indexOf(from, at + 1)) {
        if (was.slice(0, at) + to + was.slice(at + from.length) === is) return true;
    }
    return false;
}

/** Replace a line of a file by other lines with its indentation. Lines outside all blocks have an empty one before them. */
function withLines(file: string, line: string, others: string): string {
    const lines = others.split("\n").filter((other) => other.trim() !== "");
    if (lines.length === 0) return file.replace(new RegExp(`(^ +|\n)${line}\n`, "m"), "");
    return file.replace(new RegExp(`^( *)${line}\n`, "m"), (_, indent: string) =>
        lines.map((other) => `${indent}${other}\n`).join(""),
    );
}

/** Do extra lines end only blocks that they begin? */
function staysInside(lines: string): boolean {
    let depth = 0;
    for (const [brace] of lines.replace(/"[^"\n]*"|[#!].*/g, "").matchAll(/[{}]/g)) {
        depth += brace === "{" ? 1 : -1;
        if (depth < 0) return false;
    }
    return depth === 0;
}

/** Split a file in pieces. Each value stays in one piece. */
function readFile({ path, content }: HostFile, leaf: Leaf): string[] {
    if (/(^|\.)(content|demoPage|extraConfig)$/.test(leaf.path)) return [content];
    if (path.endsWith("/keepalived.conf")) return readConfiguration(content);
    return content.split("\n").map((line) =>
        line
            .trim()
            .split(/[ \t]+/)
            .join(wordEnd),
    );
}
