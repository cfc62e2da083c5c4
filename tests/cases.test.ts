/**
 * Stack files of people who run keepalived and LVS, in tests/cases: reports of faults, and kinds of sites.
 * The head of each file has the verdict. `path` and `words` are of its problem or warning, and each `line`
 * is in a file of some host.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { lvs } from "./cli/inProcess";

const folder = path.join(__dirname, "cases");
const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".yaml"))
    .sort();

/** Read the head of a file: values by their keys. */
function headOf(file: string): Record<string, string[]> {
    const head: Record<string, string[]> = {};
    const text = readFileSync(path.join(folder, file), "utf8");
    for (const line of text.split("\n")) {
        const [, key, value] = /^# (verdict|path|words|line): (.*)$/.exec(line) ?? [];
        if (key === undefined) break;
        (head[key] ??= []).push(value!);
    }
    return head;
}

/** Verdict of a run by its exit status and whether it says anything. */
function verdictOf({ status, stderr }: { status: number; stderr: string }): string {
    if (status !== 0) return "refused";
    return stderr === "" ? "accepted" : "warned";
}

it.each(files)("lvs render --file judges tests/cases/%s as its head says", async (file) => {
    const { verdict, path: place, words, line = [] } = headOf(file);
    const outcome = await lvs(["render", "--file", path.join(folder, file)]);
    expect([verdictOf(outcome), outcome.stderr]).toEqual([
        verdict![0],
        verdict![0] === "accepted" ? "" : expect.anything(),
    ]);
    const said = outcome.stderr.trimEnd().split("\n");
    if (verdict![0] !== "accepted") {
        expect(said).toEqual([expect.stringContaining(`${place![0]}: `)]);
        expect(said[0]).toContain(words![0]);
    }
    const printed = outcome.stdout.split("\n").map((text) => text.trim());
    for (const text of line) expect(printed).toContain(text);
});

it("thirty kinds of sites and more are accepted without a warning", () => {
    const sites = files.filter((file) => path.dirname(file) === "sites");
    expect(sites.length).toBeGreaterThanOrEqual(30);
    expect(sites.filter((file) => headOf(file).verdict![0] !== "accepted")).toEqual([]);
});

it("the stack files of tests/cases have all verdicts, and no extraConfig", () => {
    const verdicts = files.map((file) => headOf(file).verdict![0]);
    expect(new Set(verdicts)).toEqual(new Set(["accepted", "refused", "warned"]));
    const texts = files.map((file) => readFileSync(path.join(folder, file), "utf8"));
    expect(texts.filter((text) => text.includes("extraConfig"))).toEqual([]);
});
