import type { Options } from "yargs";
import { quote } from "../../lvs/problems";
import { CliError } from "../cliError";
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

/** Longest time of an option, in seconds. */
const most = 3600;

/**
 * Describe an option whose value is a number of seconds, `least` to 3600. `alone` is its value if the
 * option has none.
 */
export function secondsOption<Own extends Options>(
    name: string,
    { least, alone, ...options }: Own & { least: number; alone?: number },
) {
    return {
        ...options,
        // Without a type yargs leaves a wrong word as it is. With the type number it makes NaN of it.
        coerce(value: unknown): number {
            if (value === true && alone !== undefined) return alone;
            if (typeof value === "number" && value >= least && value <= most) return value;
            if (Array.isArray(value)) throw twice(name);
            throw new CliError(
                `--${name}: ${quote(value)} is not a number of seconds. Use ${least} to ${most}.`,
            );
        },
    };
}

/** Refuse an option that is empty or given twice. Yargs makes a list of the values. */
export function refuseRepeated(options: Record<string, unknown>): true {
    for (const [name, value] of Object.entries(options)) {
        if (name === "_" || name === "hosts") continue;
        if (Array.isArray(value)) throw twice(name);
        if (value === "") throw new CliError(`--${name} is empty. Give a value, or leave it out.`);
    }
    return true;
}

function twice(name: string): CliError {
    return new CliError(`--${name} is given twice. Give it once.`);
}

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
