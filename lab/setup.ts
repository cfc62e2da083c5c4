/**
 * Second part of `lab/setup.sh`, which needs the npm packages. With the argument "tests" it also
 * makes all disks that the tests boot hosts with, and what their examples in other languages need.
 */
import { makeTestDisks } from "./installedDisk";
import { makeKeepalivedTrees } from "./keepalivedTrees";
import { labParts, type Parts } from "./parts";
import { UserError } from "./progress";
import { toolchain, type Toolchain } from "./toolchain";
import { otherLanguages } from "./toolchain/languages";

async function main(words: string[]): Promise<void> {
    const forTests = words.includes("tests");
    // In parallel: each waits sometimes for a download or for one processor.
    const [{ report }, { kernel }] = await Promise.all([engine(forTests), hosts(forTests)]);
    for (const line of report) process.stderr.write(`${line}\n`);
    process.stderr.write(`Lab: user-mode Linux ${kernel.version}, ${kernel.source}\n`);
}

async function engine(forTests: boolean): Promise<Toolchain> {
    const tools = await toolchain();
    if (forTests) await otherLanguages();
    return tools;
}

async function hosts(forTests: boolean): Promise<Parts> {
    const parts = await labParts("bookworm");
    if (forTests) {
        await labParts("rhel9");
        await makeTestDisks();
        await makeKeepalivedTrees();
    }
    return parts;
}

main(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
    process.exitCode = 1;
});
