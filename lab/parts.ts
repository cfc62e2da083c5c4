import { baseImage, Image } from "./image/image";
import { kernel, Kernel } from "./image/kernel";
import { packageRepository } from "./image/packages";
import { Refusal } from "./progress";
import type { Suite } from "./topology";

/** What a lab is made of, found in the cache or built. */
export interface Parts {
    kernel: Kernel;
    /** For each suite that hosts of the lab run. */
    suites: Partial<Record<Suite, SuiteParts>>;
}

/** What hosts of one suite are made of. */
export interface SuiteParts {
    image: Image;
    /** Folder of the package repository. */
    packages: string;
}

/** The parts of a lab; builds what is not in the cache yet, saying so step by step. */
export async function labParts(...suites: Suite[]): Promise<Parts> {
    // Ctrl-C ends the command that is at work; this process goes on, to clean up behind it.
    const interruption = new AbortController();
    const interrupt = () => interruption.abort(new Refusal("Interrupted."));
    process.on("SIGINT", interrupt);
    try {
        const parts: Parts = { kernel: await kernel(interruption.signal), suites: {} };
        for (const suite of suites) {
            const image = await baseImage(suite, parts.kernel);
            parts.suites[suite] = { image, packages: await packageRepository(image) };
        }
        return parts;
    } catch (error) {
        interruption.signal.throwIfAborted();
        throw error;
    } finally {
        process.off("SIGINT", interrupt);
    }
}
