import * as fs from "node:fs/promises";
import * as path from "node:path";
import { tree } from "../machine/machine";
import type { SuiteParts } from "../parts";
import { run } from "../run";

const script = path.join(__dirname, "install.sh");

/** What changes when packages are installed in another way. */
export async function installRecipe(): Promise<string> {
    return fs.readFile(script, "utf8");
}

/**
 * Makes a folder with the files of a base image and packages installed in them. On a host made of
 * it, services of the first packages start, those of the others do not.
 */
export async function installedFiles(
    root: string,
    { image, packages }: SuiteParts,
    started: string[],
    others: string[] = [],
): Promise<void> {
    await run(["cp", "--archive", path.join(image.disk, tree), root]);
    // What it mounts and starts is in namespaces that end with it.
    const apart = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"];
    await run([...apart, "sh", script, root, packages, started.join(" "), others.join(" ")]);
}
