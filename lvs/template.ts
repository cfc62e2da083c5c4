import { readFileSync } from "node:fs";
import * as path from "node:path";
import Mustache from "mustache";

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
export function source(file: string): string {
    const known = sources.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(path.join(__dirname, "templates", file), "utf8");
    sources.set(file, text);
    return text;
}
