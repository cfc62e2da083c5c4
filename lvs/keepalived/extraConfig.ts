import { type Problem, problem, problemIf } from "../problems";
import { tooLong } from "./keywords";

/** The lines of keepalived configuration that a user adds to a block, as they are. */
export function extraLines(extraConfig: string | undefined): string[] {
    return (extraConfig ?? "").split("\n").filter((line) => line.trim() !== "");
}

/** keepalived itself judges the lines on the host; here they only may not end the block early. */
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
            "holds control characters: remove them",
        ),
        ...lines.flatMap((line) => {
            const reason = tooLong(line);
            return reason === undefined ? [] : problem(path, reason);
        }),
        ...problemIf(
            lines.some((line) => /\\\s*$/.test(line)),
            path,
            "has a backslash at the end of a line, which can take in the next one: remove it",
        ),
        ...problemIf(
            lines.some(isRiddle),
            path,
            "has a brace in one line with another, @, ~, $ or an escaped sign, where it need not do what it looks like: give it a line of its own",
        ),
        ...problemIf(
            escapes || depth > 0,
            path,
            "has an opening brace without its closing one, or the other way round",
        ),
    ];
}

/** What is in quotes and comments opens and closes nothing. */
function withoutText(line: string): string {
    return line.replace(/"[^"]*"|[#!].*/g, "");
}

/** Whether a line has a brace of which its text alone does not tell what it does. */
function isRiddle(line: string): boolean {
    if (!/[{}]/.test(line)) return false;
    // Lines that begin with @ or ~ are read never, or several times; variables hold anything.
    if (/^\s*[@~]|\$|\\["#!]/.test(line)) return true;
    return !/^[^{}]*(\{[^{}]*)?\}?\s*$/.test(withoutText(line));
}
