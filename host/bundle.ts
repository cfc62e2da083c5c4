import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { HostFile } from "../lvs/render";
import type { StepContent } from "../lvs/steps";

/** The parts under `scripts/` that apply a step as a whole or not at all. */
const transaction = ["basics", "transaction", "files", "sysctl", "units"];
const director = [...transaction, "vrrp", "ipvs", "monitoring", "drain", "director"];
const realServer = [...transaction, "monitoring", "realServer"];

/** The parts under `scripts/` that a step runs, in order. */
const scripts = {
    preflight: ["basics", "vrrp", "vrrpChecks", "preflight"],
    prepare: [...transaction, "prepare"],
    secret: [...transaction, "vrrp", "secret"],
    realServer,
    director,
    directorDeferred: [...director, "deferred"],
    realServerDeferred: [...realServer, "deferred"],
    report: ["basics", "vrrp", "ipvs", "report"],
};

/** A step on a host, or `report`, which changes nothing. */
export type StepScript = keyof typeof scripts;

/** The parts of a program that stays on a host. */
const programs = { "lvs-metrics": ["basics", "vrrp", "ipvs", "metrics"] };

/**
 * Make the shell script that a step runs on a host: first packages, settings and files, then the
 * parts that apply them. A preview shows the same lines.
 *
 * Content is indented inside a quoted here-document that ends at an unindented word. So no content
 * can end it.
 *
 * Throws if a package, path or mode is not one plain word, if a setting has several lines, and if a
 * file is not text.
 */
export function bundle(
    script: StepScript,
    files: readonly HostFile[],
    { packages, settings = {} }: Partial<Pick<StepContent, "packages" | "settings">> = {},
): string {
    return [
        "bundle() { cat <<'END-OF-BUNDLE'",
        ...packageLines(packages),
        ...settingLines(settings),
        ...files.flatMap(({ path, mode, content }) => [
            `file ${word("mode", mode)} ${word("path", path)}`,
            ...indented(textOf(path, content)),
        ]),
        "END-OF-BUNDLE",
        "}",
        `${scriptsText(scripts[script])}main "$@"`,
        "",
    ].join("\n");
}

/** Encode the name of a resource as a setting. The host keeps the name of the resource that set it up. */
export function resourceWord(name: string): string {
    return encodeURIComponent(name);
}

/** Compute the SHA-256, in hexadecimal, of a bundle without its script, as a host does. */
export function digestOf(text: string): string {
    const lines = text.split("\n");
    const said = lines.slice(1, lines.indexOf("END-OF-BUNDLE")).map((line) => `${line}\n`);
    return createHash("sha256").update(said.join("")).digest("hex");
}

/** Make a program that stays on a host, from the same parts. */
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

/** A last line without a newline gets one, because these are text files. */
function indented(content: string): string[] {
    if (content === "") return [];
    return [`    ${content.replace(/\n$/, "").replaceAll("\n", "\n    ")}`];
}

/** Shells cut text at NUL, and a lone surrogate would change on its way to the host. */
function textOf(path: string, content: string): string {
    // The first test is quick, and enough for most files.
    if (/^[\x01-\x7f]*$/.test(content) || !/\0|\p{Surrogate}/u.test(content)) return content;
    throw new Error(`${path} holds a NUL character or half a character. Use a text file.`);
}

/** Scripts use these as unquoted lists of words, so a shell must find nothing special in them. */
const words = {
    package: /^[A-Za-z0-9][\w.+~:^=-]*$/,
    setting: /^\w+$/,
    mode: /^[0-7]{3,4}$/,
    path: /^(\/(?!\.{1,2}(\/|$))[\w.@%+,:=-]+)+$/,
};

function word(kind: keyof typeof words, text: string): string {
    if (words[kind].test(text)) return text;
    throw new Error(
        `${JSON.stringify(text)} is not a ${kind}: it is not one plain word. Use letters, digits and -.`,
    );
}

function line(text: string): string {
    if (/^[\x20-\x7e]+$/.test(text)) return text;
    throw new Error(`${JSON.stringify(text)} is not one line of printable ASCII. Use such a line.`);
}

/** Scripts that are already joined: a thousand hosts get the same one. */
const texts = new Map<readonly string[], string>();

function scriptsText(names: readonly string[]): string {
    const text = texts.get(names) ?? names.map(scriptText).join("");
    texts.set(names, text);
    return text;
}

/** Drop comments, so that a new wording does not run a step again on every host. */
function scriptText(name: string): string {
    const text = readFileSync(path.join(__dirname, "scripts", `${name}.sh`), "utf8");
    return text
        .split("\n")
        .filter((line) => !/^\s*(#|$)/.test(line))
        .map((line) => `${line}\n`)
        .join("");
}
