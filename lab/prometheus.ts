import * as path from "node:path";
import * as fs from "node:fs/promises";
import { OwnApt, sourcesFor } from "./apt";
import { cached } from "./cache";
import { step } from "./progress";

/** Programs of Debian 12's package `prometheus`. They run in the folder of the cache. */
export interface Prometheus {
    /** The server. */
    prometheus: string;
    /** Checks rules and metrics. */
    promtool: string;
}

/**
 * Find the programs in the cache, or fetch them. They only need a C library that is not older than
 * Debian 12's.
 */
export async function prometheusPrograms(): Promise<Prometheus> {
    const suite = "bookworm";
    const dir = await cached("prometheus", { recipe: 1, suite }, (unfinished) =>
        step(`Fetching prometheus (Debian ${suite})`, async () => {
            const scratch = path.join(unfinished, "apt");
            const apt = await OwnApt.open(scratch, await sourcesFor(suite, true));
            await apt.unpack(["prometheus"], unfinished);
            await fs.rm(scratch, { recursive: true });
        }),
    );
    const bin = path.join(dir, "usr/bin");
    return { prometheus: path.join(bin, "prometheus"), promtool: path.join(bin, "promtool") };
}
