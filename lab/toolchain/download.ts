import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../cache";
import { step } from "../progress";
import { tryRun } from "../run";
import { onPath } from "./search";

const site = "https://get.pulumi.com";

/**
 * Options of every request. The project knows no digest of the archives that comes from another source
 * than this site, and a digest from the same site proves nothing. So the proof is the site's
 * certificate, and no redirect leads away from https. What the lab builds from Go modules has go.sum.
 */
const secure = ["--proto", "=https", "--proto-redir", "=https", "--tlsv1.2"];

/** An archive on the official download site. */
export interface Archive {
    /** Path below the site. */
    url: string;
    /** Number of leading folders to remove from the names in the archive. */
    strip: number;
    /** File that the archive must contain. */
    binary: string;
}

/**
 * Find an archive in the cache, or download and unpack it. Return its folder. Throws if the
 * download fails. Only this process remembers a failure: the next run tries the site again.
 */
export async function download(archive: Archive): Promise<string> {
    const name = path.basename(archive.url, ".tar.gz");
    return cached(name, archive, async (dir) => {
        await reachable();
        await step(`Downloading ${name}`, async () => {
            const file = path.join(dir, "archive.tar.gz");
            const limits = ["--connect-timeout", "3", "--max-time", "900"];
            await attempt(["curl", "-fsSL", ...secure, ...limits, "-o", file, site + archive.url]);
            await attempt(["tar", "-xzf", file, "-C", dir, `--strip-components=${archive.strip}`]);
            await fs.rm(file);
            await fs.access(path.join(dir, archive.binary));
        });
    });
}

let answer: Promise<void> | undefined;

/**
 * Check once whether the site answers, so that an offline machine loses seconds instead of minutes.
 */
function reachable(): Promise<void> {
    const limits = ["--connect-timeout", "2", "--max-time", "4"];
    return (answer ??= attempt([
        "curl",
        "-sS",
        "--head",
        ...secure,
        ...limits,
        "-o",
        "/dev/null",
        site,
    ]));
}

/** Run a command like `run`. The error is the last line of its output. */
async function attempt(command: string[]): Promise<void> {
    if (!(await onPath(command[0]!))) throw new Error(`no ${command[0]} on PATH`);
    const { status, stderr } = await tryRun(command, { timeout: 1_000_000 });
    if (status !== 0) {
        throw new Error(stderr.trim().split("\n").pop() || `${command[0]}: exit status ${status}`);
    }
}
