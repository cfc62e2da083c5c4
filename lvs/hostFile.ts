import { readFileSync } from "node:fs";
import * as path from "node:path";
import Mustache from "mustache";

/** A file on a host. */
export interface HostFile {
    path: string;
    /** Mode in octal, as for chmod. */
    mode: string;
    content: string;
    /** Set if the content is secret. It then has seals in place of secrets, and the bundle leaves it out. */
    secret?: {
        /** SHA-256 of the content with its seals, under which the step `secret` sends the real one. */
        readonly digest: string;
        /** User whose group can read the file, if that is not root: a name, or `httpd` for the web server's. */
        readonly reader?: string;
    };
}

/** Make a file from a template and values. */
export function textFile(path: string, template: string, view: object, mode = "0644"): HostFile {
    return { path, mode, content: render(template, view) };
}

/** Make a file from one under `templates/` without replacing anything in it. */
export function plainFile(path: string, file: string, mode = "0644"): HostFile {
    return { path, mode, content: source(file) };
}

/** Make a program from scripts in a folder under `templates/`. Lines for shellcheck stay out. */
export function programFile(path: string, folder: string, scripts: readonly string[]): HostFile {
    const texts = scripts.map((script) => source(`${folder}/${script}.sh`));
    const content = texts.map((text) => text.replace(/^(# shellcheck .*\n)+/, "")).join("\n");
    return { path, mode: "0755", content };
}

/**
 * Format a template under `templates/` with values. A template can include others:
 * `{{> virtual_server}}` alone on a line inserts that template with the indentation of the line.
 */
export function render(template: string, view: object): string {
    // Mustache escapes text for HTML by default, and configuration is not HTML.
    return Mustache.render(source(template), view, partial, { escape: String });
}

/** Text of a template that another one includes. */
function partial(name: string): string {
    return source(`${name}.mustache`);
}

/** Templates that were read: thousands of files come from the same few. */
const sources = new Map<string, string>();

/** Text of a file under `templates/`. */
function source(file: string): string {
    const known = sources.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(path.join(__dirname, "templates", file), "utf8");
    sources.set(file, text);
    return text;
}
