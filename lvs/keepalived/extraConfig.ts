import { type Problem, problemIf } from "../problems";

/** The lines of keepalived configuration that a user adds to a block, as they are. */
export function extraLines(extraConfig: string | undefined): string[] {
    return (extraConfig ?? "").split("\n").filter((line) => line.trim() !== "");
}

/** keepalived itself judges the lines on the host; here they only may not end the block early. */
export function extraConfigProblems(path: string, extraConfig: string | undefined): Problem[] {
    if (extraConfig === undefined) return [];
    let depth = 0;
    let escapes = false;
    // Text in quotes and comments opens and closes nothing.
    for (const brace of extraConfig.replace(/"[^"\n]*"|[#!].*/g, "").match(/[{}]/g) ?? []) {
        depth += brace === "{" ? 1 : -1;
        escapes ||= depth < 0;
    }
    return [
        ...problemIf(
            /[\x00-\x08\x0b-\x1f\x7f]/.test(extraConfig),
            path,
            "holds control characters: remove them",
        ),
        ...problemIf(
            escapes || depth > 0,
            path,
            "has an opening brace without its closing one, or the other way round",
        ),
    ];
}
