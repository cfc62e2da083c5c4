/**
 * Build `dist/`, the content of the npm package. Does nothing if the sources are those of the last build:
 * `npm pack` builds before it reads `dist/`, and several may run at the same time.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { lock } from "proper-lockfile";

const root = path.join(__dirname, "..");
const dist = path.join(root, "dist");
const cache = path.join(root, "node_modules", ".cache");
/** Digest of the sources of `dist/`. */
const stamp = path.join(cache, "dist.sha256");

const sources = [
    ...["components", "cli", "host", "lvs", "plugin", "stacks", "library.ts", "tools/build.ts"],
    ...["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"],
];

async function main(): Promise<void> {
    fs.mkdirSync(cache, { recursive: true });
    const release = await lock(cache, { retries: { retries: 240, factor: 1, minTimeout: 500 } });
    try {
        if (!isCurrent()) build();
    } finally {
        await release();
    }
}

function isCurrent(): boolean {
    return (
        fs.existsSync(dist) && fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === digest()
    );
}

function build(): void {
    // A build that fails leaves no stamp.
    for (const old of [stamp, dist]) fs.rmSync(old, { recursive: true, force: true });
    const compiler = require.resolve("typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
        cwd: root,
        stdio: "inherit",
    });
    for (const folder of ["host/scripts", "lvs/templates"]) {
        fs.cpSync(path.join(root, folder), path.join(dist, folder), { recursive: true });
    }
    fs.chmodSync(path.join(dist, "cli", "index.js"), 0o755);
    fs.writeFileSync(stamp, digest());
}

function digest(): string {
    const hash = createHash("sha256");
    for (const file of sources.flatMap(filesIn)) {
        hash.update(`${file}\n`).update(fs.readFileSync(path.join(root, file)));
    }
    return hash.digest("hex");
}

/** List the files of a source, in order. */
function filesIn(source: string): string[] {
    if (!fs.statSync(path.join(root, source)).isDirectory()) return [source];
    return fs
        .readdirSync(path.join(root, source))
        .sort()
        .flatMap((name) => filesIn(path.join(source, name)));
}

main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
});
