import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../cache";
import { step } from "../progress";
import { tryRun } from "../run";
import { onPath } from "./found";

const site = "https://get.pulumi.com";

/** An archive of the official download site. */
export interface Archive {
    /** Below the site. */
    url: string;
    /** How many leading folders of the names in the archive to leave out. */
    strip: number;
    /** What must be in it. */
    binary: string;
}

/**
 * Fetches an archive and unpacks it, or finds it in the cache; returns its folder. Throws with the
 * reason where it cannot be had. A failure is remembered for this process only: the next run asks
 * again, and takes the official release if the site can be reached by then.
 */
export async function download(archive: Archive): Promise<string> {
    const name = path.basename(archive.url, ".tar.gz");
    return cached(name, archive, async (dir) => {
        await reachable();
        await step(`Downloading ${name}`, async () => {
            const file = path.join(dir, "archive.tar.gz");
            const limits = ["--connect-timeout", "3", "--max-time", "900"];
            await attempt(["curl", "-fsSL", ...limits, "-o", file, site + archive.url]);
            await attempt(["tar", "-xzf", file, "-C", dir, `--strip-components=${archive.strip}`]);
            await fs.rm(file);
            await fs.access(path.join(dir, archive.binary));
        });
    });
}

let answer: Promise<void> | undefined;

/** Asks once whether the site answers at all, so that being offline costs seconds, not minutes. */
function reachable(): Promise<void> {
    const limits = ["--connect-timeout", "2", "--max-time", "4"];
    return (answer ??= attempt(["curl", "-sS", "--head", ...limits, "-o", "/dev/null", site]));
}

/** Like `run`, but the error is the last line of what was printed. */
async function attempt(command: string[]): Promise<void> {
    if (!(await onPath(command[0]!))) throw new Error(`no ${command[0]} on PATH`);
    const { status, stderr } = await tryRun(command, { timeout: 1_000_000 });
    if (status !== 0) {
        throw new Error(stderr.trim().split("\n").pop() || `${command[0]}: exit status ${status}`);
    }
}
