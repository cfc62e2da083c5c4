import { contentLines } from "./bundle";
import type { HostFile } from "../lvs/hostFile";

/** Content of a bundle, without its script. */
export interface Unbundled {
    /** Names of packages. */
    packages: string[];
    /** Values of each setting, in order. */
    settings: Record<string, string[]>;
    files: HostFile[];
}

/**
 * Read the content of a text that `bundle` made. Returns nothing for any other text. The last line of
 * a file has a newline, as on the host. A secret file has no content.
 */
export function unbundle(text: string): Unbundled | undefined {
    const lines = contentLines(text);
    if (lines === undefined) return undefined;
    const found: Unbundled = { packages: [], settings: {}, files: [] };
    for (const line of lines) {
        const [kind, name = "", ...rest] = line.split(" ");
        if (kind === "") {
            const file = found.files.at(-1);
            if (file) file.content += `${line.slice(4)}\n`;
        } else if (kind === "file") {
            found.files.push({ mode: name, path: rest.join(" "), content: "" });
        } else if (kind === "secret") {
            const [path = "", digest = "", reader] = rest;
            found.files.push({ mode: name, path, content: "", secret: { digest, reader } });
        } else if (kind === "package") {
            found.packages.push(name);
        } else if (kind === "set") {
            (found.settings[name] ??= []).push(rest.join(" "));
        }
    }
    return found;
}
