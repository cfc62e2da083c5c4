import { createHash } from "node:crypto";
import type { HostFile } from "../lvs/hostFile";
import { type Preview, stackResources, type StackOptions } from "./pulumi";
import { renderedHosts } from "./rendered";

/**
 * Find the files that the state says its hosts have, for `report.sh check`: a digest and a path each. A
 * name that several hosts have is left out.
 */
export async function appliedFiles(options: StackOptions): Promise<Map<string, string[]>> {
    const resources = await stackResources(options);
    const steps = resources.map((newState) => ({ op: "same", newState }));
    return appliedIn({ steps });
}

export function appliedIn(state: Preview): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const { name, files } of renderedHosts(state)) {
        found.set(name, found.has(name) ? [] : digests(files));
    }
    return found;
}

/** The content of a secret file is not in the state. */
export function digests(files: readonly HostFile[]): string[] {
    return files.flatMap(({ path, content, secret }) =>
        secret ? [] : `${createHash("sha256").update(content).digest("hex")} ${path}`,
    );
}
