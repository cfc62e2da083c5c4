import { type Problem, problem, problemIf } from "../problems";
import { tooLong } from "./keywords";

/** A block to which users can add lines. */
export interface ExtraConfig {
    readonly extraConfig?: string;
}

/** Split a user's lines of keepalived configuration, which are copied unchanged. */
export function extraLines(extraConfig: string | undefined): string[] {
    return (extraConfig ?? "").split("\n").filter((line) => line.trim() !== "");
}

/** Check that the lines do not end their block early. keepalived checks the rest on the host. */
export function extraConfigProblems(path: string, extraConfig: string | undefined): Problem[] {
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
    ];
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
