import { baseImage, Image } from "./image/image";
import { kernel, Kernel } from "./image/kernel";
import { packageRepository } from "./image/packages";
import { Refusal } from "./progress";

/** What a lab is made of, found in the cache or built. */
export interface Parts {
    kernel: Kernel;
    image: Image;
    /** Folder of the package repository. */
    packages: string;
}

/** The parts of a lab; builds what is not in the cache yet, saying so step by step. */
export async function labParts(): Promise<Parts> {
    // Ctrl-C ends the command that is at work; this process goes on, to clean up behind it.
    const interruption = new AbortController();
    const interrupt = () => interruption.abort(new Refusal("Interrupted."));
    process.on("SIGINT", interrupt);
    try {
        const itsKernel = await kernel(interruption.signal);
        const image = await baseImage(itsKernel);
        return { kernel: itsKernel, image, packages: await packageRepository(image) };
    } catch (error) {
        interruption.signal.throwIfAborted();
        throw error;
    } finally {
        process.off("SIGINT", interrupt);
    }
}
