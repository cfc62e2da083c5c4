/** `npm version` in a clone of this repository. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { version } from "../../package.json";

const root = path.join(__dirname, "..", "..");
let clone: string;

beforeAll(() => {
    clone = path.join(fs.mkdtempSync(path.join(tmpdir(), "release-")), "clone");
    run(root, "git", "clone", "--quiet", "--no-tags", root, clone);
    fs.symlinkSync(path.join(root, "node_modules"), path.join(clone, "node_modules"));
    for (const [key, value] of [
        ["user.name", "Test"],
        ["user.email", "test@example.org"],
        // npm sees the link to the packages as a change of its own.
        ["core.excludesFile", path.join(clone, ".git", "excluded")],
    ] as const) {
        run(clone, "git", "config", key, value);
    }
    fs.writeFileSync(path.join(clone, ".git", "excluded"), "node_modules\n");
}, 60_000);

afterAll(() => fs.rmSync(path.dirname(clone), { recursive: true }));

function tryRun(cwd: string, command: string, ...args: string[]) {
    return spawnSync(command, args, { cwd, encoding: "utf8" });
}

function run(cwd: string, command: string, ...args: string[]): string {
    const { status, stdout, stderr } = tryRun(cwd, command, ...args);
    if (status !== 0) throw new Error(stdout + stderr);
    return stdout.trim();
}

/** Commit a change of a file, with a line of the changelog that tells users. */
function commit(file: string, change: (text: string) => string): void {
    const edit = (name: string, edited: (text: string) => string) => {
        const at = path.join(clone, name);
        fs.writeFileSync(at, edited(fs.readFileSync(at, "utf8")));
    };
    edit(file, change);
    edit("CHANGELOG.md", (text) =>
        text.replace("## [Unreleased]\n", "## [Unreleased]\n\n### Changed\n\n- A change.\n"),
    );
    run(clone, "git", "commit", "--quiet", "--all", "--message", "A change");
}

const [major, minor, patch] = version.split(".").map(Number) as [number, number, number];
const next = `${major}.${minor}.${patch + 1}`;

describe("npm version", () => {
    it("writes the new version to the plugin, the policies, the guides and the changelog", () => {
        commit("README.md", (text) => text);
        expect(run(clone, "npm", "version", "--silent", "patch")).toContain(`v${next}`);
        expect(run(clone, "git", "status", "--porcelain")).toBe("");
        expect(run(clone, "git", "tag")).toBe(`v${next}`);
        expect(run(clone, "git", "diff", "--name-only", "HEAD~1").split("\n")).toEqual([
            "CHANGELOG.md",
            "docs/installation-configuration.md",
            "docs/languages.md",
            "package-lock.json",
            "package.json",
            "plugin/released.txt",
            "plugin/schema.json",
            "policies/package.json",
        ]);
    }, 180_000);

    it("makes no patch release of a schema that breaks programs", () => {
        const field = "lvs:index:LvsCluster takes.former: string";
        commit("plugin/released.txt", (text) => `${text}${field}\n`);
        const { status, stderr } = tryRun(clone, "npm", "version", "patch");
        expect(status).not.toBe(0);
        expect(stderr).toContain(`gone: ${field}`);
        expect(run(clone, "git", "tag")).toBe(`v${next}`);
    }, 180_000);
});
