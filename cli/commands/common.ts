import type { Options } from "yargs";
import { coloured, type Paint, plain } from "../text";

/** The options of every command. */
export interface CommonOptions {
    stack?: string;
    cwd?: string;
    ssh: string;
    timeout: number;
    color: boolean;
}

export type Done = (status: number) => void;

/** An option of commands that run a preview. */
export const configFile: Options = {
    type: "string",
    requiresArg: true,
    describe: "Stack file. Defaults to the one that Pulumi finds",
};

export function paintOf({ color }: { color: boolean }): Paint {
    return color ? coloured : plain;
}

export function print(lines: string[]): void {
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** Put a heading above the lines of a cluster if there are several clusters. */
export function withHeading(count: number, name: string, lines: string[], paint: Paint): string[] {
    return count > 1 ? [paint("bold", `=== ${name}`), "", ...lines, ""] : lines;
}
