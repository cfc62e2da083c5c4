import { baseImage, Image } from "./image/image";
import { kernel, Kernel } from "./image/kernel";
import { packageRepository } from "./image/packages";
import { rhelParts } from "./image/rhel";
import { UserError } from "./progress";
import type { Suite } from "./topology";

/** The kernel and the images of a lab. */
export interface Parts {
    kernel: Kernel;
    /** One entry for each suite of the lab's hosts. */
    suites: Partial<Record<Suite, SuiteParts>>;
}

/** Image and packages of one suite. */
export interface SuiteParts {
    image: Image;
    /** Folder of the package repository. */
    packages: string;
}

async function suiteParts(suite: Suite, kernel: Kernel): Promise<SuiteParts> {
    if (suite === "rhel9") return rhelParts(await baseImage("bookworm", kernel));
    const image = await baseImage(suite, kernel);
    return { image, packages: await packageRepository(image) };
}

/** Find the parts of a lab in the cache, or build them and print each step. */
export async function labParts(...suites: Suite[]): Promise<Parts> {
    // Ctrl-C ends the running command; this process continues so that it can clean up.
    const interruption = new AbortController();
    const interrupt = () => interruption.abort(new UserError("Interrupted."));
    process.on("SIGINT", interrupt);
    try {
        const parts: Parts = { kernel: await kernel(interruption.signal), suites: {} };
        for (const suite of suites) {
            parts.suites[suite] = await suiteParts(suite, parts.kernel);
        }
        return parts;
    } catch (error) {
        interruption.signal.throwIfAborted();
        throw error;
    } finally {
        process.off("SIGINT", interrupt);
    }
}
