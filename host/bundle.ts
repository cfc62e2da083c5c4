import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The step's own script under `scripts/`; `common.sh` always comes along. */
export type StepScript = "prepare" | "secret" | "director" | "realServer";

/** Packages by the names that they have in the RHEL family; a host knows its own. */
export interface Packages {
    names: string[];
    /** Whether `remove` also removes those that were not there before. */
    purge: boolean;
}

export interface BundleFile {
    path: string;
    /** Octal, as for chmod. */
    mode: string;
    content: string;
}

/**
 * All that a step sends to a host, as the shell script that the host runs: first the packages and
 * files, then what is done with them. It is also what a preview shows, line by line.
 *
 * Content is indented inside a quoted here-document that ends at an unindented word, so no content
 * can end it or be taken for anything but text.
 *
 * Throws on a package or path with a blank or control character in it.
 */
export function bundle(script: StepScript, files: BundleFile[], packages?: Packages): string {
    return [
        "bundle() { cat <<'END-OF-BUNDLE'",
        ...packageLines(packages),
        ...files.flatMap(({ path, mode, content }) => [
            `file ${word(mode)} ${word(path)}`,
            ...linesOf(content).map((line) => `    ${line}`),
        ]),
        "END-OF-BUNDLE",
        "}",
        scriptText("common.sh") + scriptText(`${script}.sh`) + 'main "$@"',
        "",
    ].join("\n");
}

function packageLines(packages?: Packages): string[] {
    if (packages === undefined) return [];
    return packages.names.map(
        (name) => `package ${word(name)} ${packages.purge ? "purge" : "keep"}`,
    );
}

/** A last line without its newline gets one: these are text files. */
function linesOf(content: string): string[] {
    if (content === "") return [];
    return content.replace(/\n$/, "").split("\n");
}

function word(text: string): string {
    if (/^[\x21-\x7e]+$/.test(text)) return text;
    throw new Error(
        `${JSON.stringify(text)} cannot stand in a line of its own: it is not one word`,
    );
}

/** Without comments: to reword one must not make every host run its script again. */
function scriptText(name: string): string {
    const text = readFileSync(path.join(__dirname, "scripts", name), "utf8");
    return text
        .split("\n")
        .filter((line) => !/^\s*(#|$)/.test(line))
        .map((line) => `${line}\n`)
        .join("");
}
