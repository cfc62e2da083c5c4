import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { benchPreviews } from "./size/previews";
import { benchPrograms } from "./size/programs";

/** What the size of a cluster costs the program and a preview, without a host. */
async function main(): Promise<void> {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "bench-size-"));
    try {
        await benchPrograms(dir);
        await benchPreviews(dir);
    } finally {
        await fs.rm(dir, { recursive: true });
    }
}

void main();
