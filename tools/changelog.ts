import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { version } from "../package.json";
import { root } from "./analyze";

const file = path.join(root, "CHANGELOG.md");
const unreleased = "## [Unreleased]\n";

/** The text below a version's heading. Throws if there is none. */
export function notesOf(changelog: string, name: string): string {
    const [, after] = changelog.split(`## [${name}]`);
    const text = after?.replace(/^.*\n/, "").split(/^## /m)[0]!.trim();
    if (!text) throw new Error(`CHANGELOG.md has no text for ${name}. Write some.`);
    return `${text}\n`;
}

/** Give the unreleased changes a version and a date. Throws if there are none. */
export function release(changelog: string, name: string, date: string): string {
    notesOf(changelog, "Unreleased");
    return changelog.replace(unreleased, `${unreleased}\n## [${name}] - ${date}\n`);
}

if (require.main === module) {
    const changelog = readFileSync(file, "utf8");
    if (process.argv[2] === "notes") process.stdout.write(notesOf(changelog, version));
    else writeFileSync(file, release(changelog, version, new Date().toISOString().slice(0, 10)));
}
