import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { scenarios } from "../faults/scenarios";
import { goldenClusters } from "../support/clusters";
import { refusals, warnings } from "../support/refusals";
import { type Titles, titlesOf } from "./titles";

const root = path.join(__dirname, "../..");

/** Pages without claims: the list of claims, the page for contributors, the page made of interfaces, the words. */
const noGuides = ["claims.md", "architecture.md", "reference.md", "glossary.md"];
const guides = readdirSync(path.join(root, "docs")).filter(
    (name) => name.endsWith(".md") && !noGuides.includes(name),
);
const pages = ["README.md", "SECURITY.md", ...guides.map((name) => `docs/${name}`)];

/** A row of the page: a claim and the tests that show it. */
interface Row {
    claim: string;
    tests: string;
    shownBy: { file: string; title: string }[];
}

const text = readFileSync(path.join(root, "docs/claims.md"), "utf8");

/** The rows of each section. The last section lists claims without tests. */
const sections = new Map(
    text
        .split(/^## /m)
        .slice(1)
        .map((section) => [section.split("\n")[0]!, rowsOf(section)]),
);
const claims = pages.flatMap((page) => sections.get(page) ?? []);

/** Of a section's table, without its heading. A row without its two cells has no tests. */
function rowsOf(section: string): Row[] {
    const lines = section.split("\n").filter((line) => line.startsWith("|"));
    return lines.slice(2).map((line) => {
        const [, claim = line, tests = ""] = /^\| (.*) \| (.*) \|$/.exec(line) ?? [];
        const named = [...tests.matchAll(/`([\w/]+)` "([^"]+)"/g)];
        return {
            claim,
            tests,
            shownBy: named.map(([, file, title]) => ({ file: file!, title: title! })),
        };
    });
}

/** Names that stand for the cases of one test each. */
const cases: Record<string, string[]> = {
    refusals: Object.values(refusals).flatMap((list) => list.map(({ what }) => what)),
    warnings: Object.values(warnings).flatMap((list) => list.map(({ what }) => what)),
    golden: Object.keys(goldenClusters),
    faults: scenarios.map(({ name }) => name),
};

const known = new Map<string, Titles>();

function isThere(file: string, title: string): boolean {
    if (cases[file]) return cases[file].includes(title);
    const source = path.join(root, "tests", `${file}.test.ts`);
    if (!existsSync(source)) return false;
    if (!known.has(file)) known.set(file, titlesOf(source));
    const { groups, tests } = known.get(file)!;
    const found = tests.filter((full) => full.includes(title));
    return found.length === 1 || groups.includes(title);
}

/** Does `npm test` run it? */
const isInFullOnly = ({ file }: { file: string }) => file.startsWith("full/") || file === "faults";

describe("docs/claims.md", () => {
    it("has a section for the README, for SECURITY.md and for each guide", () => {
        expect([...sections.keys()].sort()).toEqual([...pages, "Not shown by a test"].sort());
        expect(pages.filter((page) => sections.get(page)!.length === 0)).toEqual([]);
    });

    it("names a test for each claim, and nothing else beside it", () => {
        const written = ({ shownBy }: Row) =>
            shownBy.map(({ file, title }) => `\`${file}\` "${title}"`).join(", ");
        expect(claims.filter((row) => row.tests === "" || row.tests !== written(row))).toEqual([]);
    });

    it("names only tests that exist, each by a part of its title that no other has", () => {
        const named = claims.flatMap(({ shownBy }) => shownBy);
        expect(named.filter(({ file, title }) => !isThere(file, title))).toEqual([]);
    });

    it("marks the claims that only `npm run test:full` shows", () => {
        const marked = claims.filter(({ claim }) => claim.endsWith(" (full)"));
        expect(marked).toEqual(claims.filter(({ shownBy }) => shownBy.every(isInFullOnly)));
    });

    it("has no claim of the README that `npm test` does not show", () => {
        const rows = sections.get("README.md")!;
        expect(rows.filter(({ shownBy }) => shownBy.every(isInFullOnly))).toEqual([]);
    });
});
