import type { Options } from "yargs";
import { coloured, type Paint, plain } from "../text";

/** What every command is told. */
export interface CommonOptions {
    stack?: string;
    cwd?: string;
    ssh: string;
    timeout: number;
    color: boolean;
}

export type Done = (status: number) => void;

/** For commands that run a preview. */
export const configFile: Options = {
    type: "string",
    requiresArg: true,
    describe: "The stack's file, where it is not where Pulumi looks for it",
};

export function paintOf({ color }: { color: boolean }): Paint {
    return color ? coloured : plain;
}

export function print(lines: string[]): void {
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** A heading for each cluster, where there is more than one. */
export function headed(count: number, name: string, lines: string[], paint: Paint): string[] {
    return count > 1 ? [paint("bold", `=== ${name}`), "", ...lines, ""] : lines;
}
