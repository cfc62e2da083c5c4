import { printableLines } from "../lvs/printable";
import { problemLine } from "../lvs/problems";
import type { RefusedStack, Stack } from "./stackFile";

/** Print the warnings about a stack file. */
export function warn({ warnings }: Stack): void {
    for (const one of warnings) say(`warning: ${problemLine(one)}`);
}

/** Print why a stack file is refused, one problem a line. Returns the exit status. */
export function refuse({ refusals }: RefusedStack): number {
    for (const one of refusals) say(problemLine(one));
    return 2;
}

function say(line: string): void {
    process.stderr.write(`${printableLines(line)}\n`);
}
