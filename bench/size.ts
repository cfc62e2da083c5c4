import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { benchPreviews } from "./size/previews";
import { benchPrograms } from "./size/programs";

/** Measure how the cost of a program and of a preview grows with the cluster. No host is needed. */
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
