import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { engines, publishConfig, version } from "../package.json";
import { notesOf, release } from "../tools/changelog";

const root = path.join(__dirname, "..");
const folder = path.join(root, ".github", "workflows");
const textOf = (name: string) => readFileSync(path.join(folder, name), "utf8");
const files = readdirSync(folder);

interface Job {
    needs?: string;
    environment?: string;
    container?: { image: string; options: string };
    strategy?: { matrix: { node: string[] } };
    permissions?: Record<string, string>;
    steps?: { run?: string; uses?: string; with?: Record<string, unknown> }[];
    "timeout-minutes"?: number;
}

const jobsOf = (name: string) => (parse(textOf(name)) as { jobs: Record<string, Job> }).jobs;
const commandsOf = ({ steps = [] }: Job) => steps.map(({ run = "" }) => run);

describe("CHANGELOG.md", () => {
    const changelog =
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n## [0.1.0] - 2026-01-01\n\n- B.\n";

    it("gets the heading of a new version below the one of unreleased changes", () => {
        const released = release(changelog, "0.2.0", "2026-02-01");
        expect(released).toContain(
            "## [Unreleased]\n\n## [0.2.0] - 2026-02-01\n\n### Added\n\n- A.",
        );
        expect(notesOf(released, "0.2.0")).toBe("### Added\n\n- A.\n");
        expect(notesOf(released, "0.1.0")).toBe("- B.\n");
    });

    it("makes no release without changes", () => {
        const released = release(changelog, "0.2.0", "2026-02-01");
        expect(() => release(released, "0.3.0", "2026-03-01")).toThrow("no text for Unreleased");
        expect(() => notesOf(changelog, "9.0.0")).toThrow("no text for 9.0.0");
    });

    it("begins with changes in the right form in this repository, unreleased or of its version", () => {
        const text = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
        // Nothing is unreleased in the commit of a release.
        const written = text.includes(`## [${version}]`) ? version : "Unreleased";
        expect(notesOf(text, written)).toMatch(/^### /);
    });
});

describe("the workflows of this repository", () => {
    it.each(files)("%s names every action by the digest of a commit", (name) => {
        const uses = textOf(name)
            .split("\n")
            .filter((line) => /uses: (?!\.)/.test(line));
        for (const line of uses) {
            expect(line).toMatch(/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
        }
    });

    it.each(files)("%s leaves no token in a checkout, and bounds the time of its jobs", (name) => {
        for (const job of Object.values(jobsOf(name))) {
            if (job.steps) expect(job["timeout-minutes"]).toBeLessThanOrEqual(350);
            for (const { uses, with: given } of job.steps ?? []) {
                if (!uses?.startsWith("actions/checkout@")) continue;
                expect(given).toMatchObject({ "persist-credentials": false });
            }
        }
    });

    it("run unit tests and checks on the oldest Node that the package allows, and on newer ones", () => {
        const { unit } = jobsOf("test.yml");
        const [oldest, ...newer] = unit!.strategy!.matrix.node;
        expect(engines.node).toBe(`>=${oldest}`);
        expect(newer.length).toBeGreaterThan(0);
        expect(commandsOf(unit!)).toEqual(
            expect.arrayContaining(["npm ci", "npm run check", "npm run test:unit"]),
        );
    });

    it("run all tests as root on Debian 12, and everything every night", () => {
        for (const [job, command] of [
            [jobsOf("test.yml").all!, "npm test"],
            [jobsOf("nightly.yml").full!, "npm run test:full"],
        ] as const) {
            expect(job.container!.image).toBe("debian:bookworm");
            expect(job.container!.options).toContain("--privileged");
            expect(commandsOf(job)).toContain(command);
        }
    });

    it("publish after all tests, with provenance, and in an environment that asks a maintainer", () => {
        const { publish } = jobsOf("release.yml");
        expect(publish).toMatchObject({
            needs: "test",
            environment: "release",
            permissions: { contents: "write", "id-token": "write" },
        });
        expect(textOf("release.yml")).not.toContain("secrets.");
        expect(publishConfig.provenance).toBe(true);
        const commands = commandsOf(publish!).filter((command) => command !== "");
        expect(commands.map((command) => command.split(" ").slice(0, 3).join(" "))).toEqual([
            "npm ci",
            "sh tools/release.sh name",
            "sh tools/release.sh pack",
            "npm publish",
            "gh release create",
        ]);
    });
});

describe("tools/release.sh", () => {
    const release = (cwd: string, ...args: string[]) =>
        spawnSync("sh", [path.join(root, "tools/release.sh"), ...args], { cwd, encoding: "utf8" });

    it("refuses a tag that is not the version of the package", () => {
        const { status, stderr } = release(root, "pack", "v9.9.9", "/nonexistent");
        expect([status, stderr]).toEqual([
            1,
            expect.stringContaining(`The tag is v9.9.9, and package.json has version ${version}.`),
        ]);
    });

    it("names the repository, which the provenance of the package must name too", () => {
        const folder = mkdtempSync(path.join(tmpdir(), "release-"));
        writeFileSync(path.join(folder, "package.json"), "{}");
        expect(release(folder, "name", "https://example.org/a/b").status).toBe(0);
        const named = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as object;
        rmSync(folder, { recursive: true });
        expect(named).toEqual({
            repository: { type: "git", url: "git+https://example.org/a/b.git" },
            homepage: "https://example.org/a/b#readme",
            bugs: { url: "https://example.org/a/b/issues" },
        });
    }, 30_000);
});
