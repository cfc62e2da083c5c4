import {
    problemsOfEach,
    type Problem,
    problemIf,
    duplicateNameProblems,
    quote,
    textProblems,
} from "../problems";
import type { Kind, Target } from "./keywords";
import { absolutePath, undefinedName } from "./kinds";
import { isAtLeast } from "./versions";

/** A program for health checks and notifications, copied to the directors. */
export interface ScriptSettings {
    /** File name: letters, digits, `.`, `_` and `-`. */
    name: string;
}

export interface Script extends ScriptSettings {
    readonly content: string;
}

/** A script on a director. */
export interface ScriptPlan extends Script {
    /** User other than root that runs it, if its content is secret. */
    readonly reader?: string;
}

/** A director on which a script has arguments of its own. */
export interface ScriptCallDirectorSettings {
    /** Name of the director. */
    name: string;
}

export interface ScriptCallDirector extends ScriptCallDirectorSettings {
    readonly args: string[];
}

/** A script that keepalived runs, without its arguments. */
export interface ScriptCallSettings {
    /** Name of one of the cluster's `scripts`, or the absolute path of a program that the directors have. keepalived requires that root owns it, and that nobody else can write to it or its folders. */
    script: string;
    /** User that the script runs as. Defaults to `scriptUser`. */
    user?: string;
}

/** A script with its arguments, run by keepalived. */
export interface ScriptCall extends ScriptCallSettings {
    readonly args?: string[];
    readonly directors?: ScriptCallDirector[];
}

/**
 * Folder of the scripts on directors. keepalived refuses scripts in folders that other users can write
 * to, or behind symbolic links. SELinux allows keepalived to start scripts in this folder.
 */
export const scriptsDirectory = "/usr/libexec/keepalived";

/** Format a script call: `"/usr/libexec/keepalived/NAME ARGUMENTS" USER`. */
export const scriptCall: Kind<ScriptCall> = {
    check({ script, args = [], user = "root" }, target: Target) {
        const bad = args.find((arg) => !/^(?: |[^\s"'\\${}\p{Cc}\p{Surrogate}])+$/u.test(arg));
        const unknown = isProgram(script)
            ? programProblem(script, target)
            : target.scripts.includes(script)
              ? undefined
              : undefinedName(script, target.scripts, "scripts");
        if (unknown !== undefined) return unknown;
        const shellWord = args.find((arg) => /^(?:\d?[<>].*|[|&;]+)$/.test(arg));
        if (shellWord !== undefined) {
            return `${quote(shellWord)} is a word of the shell, and keepalived starts the program without one. Put the command into a script.`;
        }
        if (bad !== undefined) {
            return `${quote(bad)} has characters that keepalived cannot pass on. Use an argument without quotes, backslashes, $ { } and control characters.`;
        }
        if (!isUser(user)) return `${quote(user)} is not the name of a user. ${userUse}`;
        return withBlank(args, target) ?? forShell(args, target);
    },
    format: ({ script, args = [], user }) => [
        `"${[isProgram(script) ? script : `${scriptsDirectory}/${script}`, ...args.map(quoted)].join(" ")}"`,
        ...(user === undefined ? [] : [user]),
    ],
};

/** Is a call that of a program on the host? */
function isProgram(script: string): boolean {
    return script.startsWith("/");
}

/** The test of a configuration looks for the scripts of this project under other names. */
function programProblem(path: string, target: Target): string | undefined {
    if (/\/\.{1,2}(?:\/|$)/.test(path)) {
        return `${quote(path)} has a part that is a dot or two dots. Use the path without them.`;
    }
    return path.startsWith(`${scriptsDirectory}/`)
        ? `${quote(path)} is in the folder of the cluster's scripts. Use the name of one of them.`
        : absolutePath.check(path, target);
}

/** User of scripts that need no more rights: keepalived's own default. The prepare step creates it. */
export const defaultScriptUser = "keepalived_script";

/** Format a script call for a block in which the user has a line of its own, `userLines`. */
export const scriptPath: Kind<ScriptCall> = {
    ...scriptCall,
    format: (call) => scriptCall.format({ ...call, user: undefined }),
};

export function userLines({ user }: ScriptCall): string[] {
    return user === undefined ? [] : [`user ${user}`];
}

/** An argument with blanks has single quotes inside the double ones of the line. */
function quoted(arg: string): string {
    return arg.includes(" ") ? `'${arg}'` : arg;
}

function withBlank(args: string[], { version, host }: Target): string | undefined {
    const arg = args.find((one) => one.includes(" "));
    if (arg === undefined || isAtLeast(version, "2.0.6")) return undefined;
    return `${quote(arg)} has a blank, which needs keepalived 2.0.6, and ${host} has ${version}. Use an argument without blanks.`;
}

/** Versions before 2.0.0 hand the line to a shell. Later versions start the program themselves. */
function forShell(args: string[], { version, host }: Target): string | undefined {
    const bad = args.find((arg) => !/^[\w@%+=:,./-]+$/.test(arg));
    if (bad === undefined || isAtLeast(version, "2.0.0")) return undefined;
    return `${quote(bad)} has characters that the shell would interpret, and keepalived ${version} on ${host} uses one. Use letters, digits and _@%+=:,./-, or keepalived 2.0.0.`;
}

/** Advice for the name of a user. */
export const userUse = 'Use up to 32 letters, digits, "_" and "-".';

/** Is a word a valid name of a user? */
export function isUser(word: string): boolean {
    return /^[a-z_][a-z0-9_-]{0,31}$/i.test(word);
}

/** Check the scripts of a cluster. */
export function scriptProblems(path: string, scripts?: readonly Script[]): Problem[] {
    return [
        ...problemsOfEach(path, scripts, ({ name, content }, at) => [
            ...problemIf(
                !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name),
                `${at}.name`,
                `${quote(name)} is not a valid file name. Use up to 64 letters, digits, ".", "_" and "-".`,
            ),
            ...problemIf(
                !content.startsWith("#!/"),
                `${at}.content`,
                "The text does not begin with #! and the path of an interpreter. Begin it with a line such as #!/bin/sh.",
            ),
            ...textProblems(`${at}.content`, content),
        ]),
        ...duplicateNameProblems(
            path,
            scripts,
            (name, first) => `${name} is already the name of ${first}. Use a different name.`,
        ),
    ];
}
