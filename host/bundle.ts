import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { HostFile } from "../lvs/hostFile";
import type { StepContent, StepName } from "../lvs/steps";
import { type HostRole, programs, scripts, stepKinds, type StepScript } from "./stepKinds";

/** Whose a host is, as the host records it. */
export interface Ownership {
    /** URN of the component. */
    readonly urn: string;
    /** Former URNs under which Pulumi knew the component, before it moved. */
    readonly aliases?: readonly string[];
    /** Folder of the component on the host: `director`, or `real-servers/` and its `id`. */
    readonly claim: string;
    /** Name of a director in its cluster. */
    readonly member?: string;
    /** Take the host over from any other component? */
    readonly adopt?: boolean;
}

/** First line of a bundle. A bundle that does not arrive whole fails, wherever it ends. */
const opening = "trap 'echo incomplete >&2; exit 1' EXIT; bundle() { cat <<'END-OF-BUNDLE'";

/** Lines of the content in a bundle. */
export function contentLines(bundle: string): string[] | undefined {
    const [first, ...lines] = bundle.split("\n");
    const end = lines.indexOf("END-OF-BUNDLE");
    return first === opening && end >= 0 ? lines.slice(0, end) : undefined;
}

/**
 * Format everything that a step sends to a host as one shell script: packages, settings and files
 * first, then the script of the step. A preview shows it line by line. Only the last line runs anything:
 * a bundle that does not arrive whole fails and does nothing, wherever it ends.
 *
 * Content is indented inside a quoted here-document that ends at an unindented word. So no content can
 * end the here-document, and the shell interprets none of it.
 *
 * Throws on values that a script could misread: a package, path or mode that is not one word of plain
 * characters, a setting of several lines, and a file that is not text.
 */
export function bundle(
    script: StepScript,
    files: readonly HostFile[],
    { packages, settings = {} }: Partial<Pick<StepContent, "packages" | "settings">> = {},
): string {
    return [
        opening,
        ...packageLines(packages),
        ...settingLines(settings),
        ...files.flatMap(fileLines),
        "END-OF-BUNDLE",
        "}",
        "script() { cat <<'END-OF-SCRIPT'",
        `${scriptsText(scripts[script])}END-OF-SCRIPT`,
        "}",
        // One line: a shell runs it as a whole or not at all.
        `{ trap - EXIT; eval "$(script)"; main "$@"; }`,
        "",
    ].join("\n");
}

/** Text that a step feeds to the shell of its host. */
export function stepText(
    { role, urn, aliases, claim, member, adopt }: Ownership & { readonly role: HostRole },
    step: StepName,
    { packages, settings, files, programs = [] }: StepContent,
): string {
    const { script } = stepKinds[role][step]!;
    return bundle(script, [...files, ...programs.map(program)], {
        packages,
        settings: {
            ...settings,
            urn: encodeURI(urn),
            alias: aliases?.map((alias) => encodeURI(alias)),
            claim,
            adopt,
            member,
        },
    });
}

/** SHA-256, in hexadecimal, of a bundle without its script, as a host computes it. */
export function digestOf(text: string): string {
    return sha256(
        contentLines(text)!
            .map((line) => `${line}\n`)
            .join(""),
    );
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}

/** A program that runs on a host without a bundle, made of the same scripts. */
export function program(name: keyof typeof programs): HostFile {
    return {
        path: `/usr/local/sbin/${name}`,
        mode: "0755",
        content: `#!/bin/sh\n${scriptsText(programs[name])}main "$@"\n`,
    };
}

function packageLines(packages: StepContent["packages"]): string[] {
    if (packages === undefined) return [];
    return packages.names.map(
        (name) => `package ${word("package", name)} ${packages.purge ? "purge" : "keep"}`,
    );
}

function settingLines(settings: StepContent["settings"]): string[] {
    return Object.entries(settings).flatMap(([name, value]) => {
        if (value === undefined || value === false) return [];
        const values = typeof value === "object" ? value : [value === true ? "yes" : String(value)];
        return values.map((one) => `set ${word("setting", name)} ${line(one)}`);
    });
}

/** The host has the content of a secret file from the step `secret`, under its digest. */
function fileLines({ path, mode, content, secret }: HostFile): string[] {
    const head = `${word("mode", mode)} ${word("path", path)}`;
    if (secret === undefined) return [`file ${head}`, ...indented(textOf(path, content))];
    const { digest, reader } = secret;
    const readers = reader === undefined ? [] : [word("user", reader)];
    return [["secret", head, word("digest", digest), ...readers].join(" ")];
}

/** A last line without a newline gets one, because these are text files. */
function indented(content: string): string[] {
    if (content === "") return [];
    return [`    ${content.replace(/\n$/, "").replaceAll("\n", "\n    ")}`];
}

/** Shells end text at NUL, and half of a character would reach the host as another one. */
function textOf(path: string, content: string): string {
    // The first test is fast and enough for most files.
    if (/^[\x01-\x7f]*$/.test(content) || !/\0|\p{Surrogate}/u.test(content)) return content;
    throw new Error(`${path} has a NUL character or half of another character. Remove it.`);
}

/** Words that scripts expand without quotes, so they hold no character with a meaning. */
const words = {
    package: /^[A-Za-z0-9][\w.+~:^=-]*$/,
    setting: /^\w+$/,
    mode: /^[0-7]{3,4}$/,
    digest: /^[0-9a-f]{64}$/,
    user: /^[A-Za-z_][\w-]*$/,
    path: /^(\/(?!\.{1,2}(\/|$))[\w.@%+,:=-]+)+$/,
};

function word(kind: keyof typeof words, text: string): string {
    if (words[kind].test(text)) return text;
    throw new Error(
        `${JSON.stringify(text)} cannot be a ${kind}. Use one word of plain characters.`,
    );
}

function line(text: string): string {
    if (/^[\x20-\x7e]+$/.test(text)) return text;
    throw new Error(`${JSON.stringify(text)} cannot be a setting. Use one line of plain text.`);
}

/** Texts that were assembled: a thousand hosts get the same. */
const texts = new Map<readonly string[], string>();

function scriptsText(names: readonly string[]): string {
    const text = texts.get(names) ?? names.map(scriptText).join("");
    texts.set(names, text);
    return text;
}

/** Text of a script without comments, so that a new comment does not run the script on every host. */
function scriptText(name: string): string {
    const text = readFileSync(path.join(__dirname, "scripts", `${name}.sh`), "utf8");
    return text
        .split("\n")
        .filter((line) => !/^\s*(#|$)/.test(line))
        .map((line) => `${line}\n`)
        .join("");
}
