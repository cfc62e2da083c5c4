import * as fs from "node:fs/promises";
import * as path from "node:path";
import { tree } from "../machine/machine";
import type { SuiteParts } from "../parts";
import { run } from "../run";

const script = path.join(__dirname, "install.sh");

/** Cache key of the way in which packages are installed. */
export async function installRecipe(): Promise<string> {
    return fs.readFile(script, "utf8");
}

/**
 * Create a folder with the files of a base image and with packages installed. Services of the first
 * packages start when a host boots; services of the others do not.
 */
export async function installedFiles(
    root: string,
    { image, packages }: SuiteParts,
    started: string[],
    others: string[] = [],
): Promise<void> {
    await run(["cp", "--archive", path.join(image.disk, tree), root]);
    // The script's mounts and processes end with these namespaces.
    const apart = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"];
    await run([...apart, "sh", script, root, packages, started.join(" "), others.join(" ")]);
}
