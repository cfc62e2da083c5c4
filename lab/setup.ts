/** The part of `lab/setup.sh` that comes once Node's packages are there. */
import { labParts } from "./parts";
import { Refusal } from "./progress";
import { toolchain } from "./toolchain";

async function main(): Promise<void> {
    // Side by side: each of them waits now and then for a download, or for one processor.
    const [{ report }, { kernel }] = await Promise.all([toolchain(), labParts("bookworm")]);
    for (const line of report) process.stderr.write(`${line}\n`);
    process.stderr.write(`Lab: user-mode Linux ${kernel.version}, ${kernel.source}\n`);
}

main().catch((error: Error) => {
    process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
    process.exitCode = 1;
});
