import { type Problem, problem, problemIf } from "../problems";
import { type Target, tooLong, tooNew } from "./keywords";
import { type ExtraBlock, otherKeywords } from "./otherKeywords";

/** A block to which users can add lines. */
export interface ExtraConfig {
    readonly extraConfig?: string;
}

/** Split a user's lines of keepalived configuration, which are copied unchanged. */
export function extraLines(extraConfig: string | undefined): string[] {
    return (extraConfig ?? "").split("\n").filter((line) => line.trim() !== "");
}

/**
 * Check that the lines do not end their block early, and that a director's keepalived has their keywords.
 * keepalived checks the rest on the host.
 */
export function extraConfigProblems(
    path: string,
    extraConfig: string | undefined,
    block: ExtraBlock,
    target: Target,
): Problem[] {
    if (extraConfig === undefined) return [];
    const lines = extraLines(extraConfig);
    let depth = 0;
    let escapes = false;
    for (const brace of lines.flatMap((line) => withoutText(line).match(/[{}]/g) ?? [])) {
        depth += brace === "{" ? 1 : -1;
        escapes ||= depth < 0;
    }
    return [
        ...problemIf(
            /(?![\t\n])[\p{Cc}\p{Surrogate}]/u.test(extraConfig),
            path,
            "The text has control characters. Remove them.",
        ),
        ...lines.flatMap((line) => {
            const reason = tooLong(line);
            return reason === undefined ? [] : problem(path, reason);
        }),
        ...problemIf(
            lines.some((line) => /\\\s*$/.test(line)),
            path,
            "A line ends in a backslash, which can join it to the next line. Remove the backslash.",
        ),
        ...problemIf(
            lines.some(isRiddle),
            path,
            "A brace shares its line with another brace, @, ~, $ or an escaped character, which can change its meaning. Put the brace on a line of its own.",
        ),
        ...problemIf(
            escapes || depth > 0,
            path,
            "An opening or a closing brace lacks its counterpart. Close every block that you open, and no other.",
        ),
        ...tooNewLines(path, lines, block, target),
    ];
}

/** Report lines with a keyword that is too new for a director's keepalived. */
function tooNewLines(path: string, lines: string[], block: ExtraBlock, target: Target): Problem[] {
    const known = otherKeywords[block];
    const words = new Set(lines.map((line) => line.trim().split(/\s+/)[0]!));
    return [...words].flatMap((keyword) =>
        Object.hasOwn(known, keyword)
            ? tooNew(path, { keyword, since: known[keyword] }, target)
            : [],
    );
}

/** Remove quoted text and comments, whose braces do not count. */
function withoutText(line: string): string {
    return line.replace(/"[^"]*"|[#!].*/g, "");
}

/** Does a line have a brace whose effect its text alone does not show? */
function isRiddle(line: string): boolean {
    if (!/[{}]/.test(line)) return false;
    // keepalived may skip or repeat lines that begin with @ or ~, and variables can hold anything.
    if (/^\s*[@~]|\$|\\["#!]/.test(line)) return true;
    return !/^[^{}]*(\{[^{}]*)?\}?\s*$/.test(withoutText(line));
}
