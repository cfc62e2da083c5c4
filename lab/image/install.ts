import * as fs from "node:fs/promises";
import * as path from "node:path";
import { tree } from "../machine/machine";
import type { SuiteParts } from "../parts";
import { run } from "../run";
import type { Suite } from "../topology";

const script = path.join(__dirname, "install.sh");
const rhelScript = path.join(__dirname, "installRhel.sh");

/** Cache key of the way in which packages are installed. */
export async function installRecipe(suite: Suite): Promise<string> {
    return fs.readFile(suite === "rhel9" ? rhelScript : script, "utf8");
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
    await run([...apart, "sh", script, root, packages, started.join(" "), others.join(" ")]);
}

/** The same with rpm packages. Their services start if somebody enables them. */
export async function installedRpms(
    root: string,
    { image, packages }: SuiteParts,
    names: string[],
): Promise<void> {
    await run(["cp", "--archive", path.join(image.disk, tree), root]);
    await run([...apart, "sh", rhelScript, root, packages, ...names]);
}

/** The mounts and processes of a script end with these namespaces. */
const apart = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"];
