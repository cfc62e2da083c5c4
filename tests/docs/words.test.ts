import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "../..");

/** Words that other words replace: see the style of every text in CONTRIBUTING.md. */
const replaced = new RegExp(
    [
        "puts? off|lets? go of|speaks against|told of|whoever|waits? for (its|their) turn",
        "ownerLast|leavingLast|prepareAfter|takeTurn|takeTurns|withoutLogins|LoneRealServer",
        "beside_plan|put_right|let_go|back_out|sorryFor|tiedByNat|twoWays|takenProblems",
        "inFull|toldReleases|mustSay|eachOf|(look|common)\\.sh",
    ]
        .map((words) => `\\b(${words})\\b`)
        .join("|"),
    "i",
);

/** Names that stood for several things. Each has one definition now, or none. */
const toldApart = [
    "Refusal",
    "Site",
    "Topology",
    "Cluster",
    "VrrpDefaults",
    "membersOf",
    "linesOf",
];

/** Words most in a sentence of a page. */
const longest = 25;

/** Folders that no person writes. */
const generated = ["node_modules", "dist", ".git"];

const files = readdirSync(root)
    .filter((name) => !generated.includes(name))
    .flatMap((name) =>
        statSync(path.join(root, name)).isDirectory()
            ? readdirSync(path.join(root, name), { recursive: true }).map((below) =>
                  path.join(name, String(below)),
              )
            : [name],
    )
    .filter((file) => /\.(ts|sh|md|yaml)$/.test(file) && file !== "CHANGELOG.md")
    .filter((file) => !__filename.endsWith(file));
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");

/** Pages that people write. */
const pages = files.filter(
    (file) =>
        /^(README|CONTRIBUTING|docs\/[\w-]+|examples\/.*)\.md$/.test(file) &&
        !/docs\/(claims|reference|refusals)\.md$/.test(file),
);

/** Sentences of a page, without code, tables and headings. */
function sentencesOf(file: string): string[] {
    const prose = textOf(file)
        .replace(/^```[^]*?^```$/gm, "")
        .replace(/^( *\||#).*$/gm, "");
    const paragraphs = prose.split(/\n\s*\n|^ *(?:[-*]|\d+\.) /m);
    return paragraphs
        .map((paragraph) => paragraph.replace(/\s+/g, " "))
        .flatMap((paragraph) => paragraph.split(/(?<=[.!?:][*)\]]*) /));
}

it("no file of this repository has a word that another one replaces", () => {
    const found = files.flatMap((file) => {
        const lines = textOf(file).split("\n");
        return lines.flatMap((line, index) =>
            replaced.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
        );
    });
    expect(files.length).toBeGreaterThan(300);
    expect(found).toEqual([]);
});

it.each(toldApart)("no two things of the code are called %s", (name) => {
    const definition = new RegExp(
        `^(export )?(async )?(interface|type|class|function|const) ${name}\\b`,
        "m",
    );
    const found = files.filter((file) => file.endsWith(".ts") && definition.test(textOf(file)));
    expect(found.slice(1)).toEqual([]);
});

it.each(pages)(`%s has no sentence of more than ${longest} words`, (file) => {
    const sentences = sentencesOf(file);
    expect(sentences.length).toBeGreaterThan(3);
    expect(sentences.filter((sentence) => sentence.split(" ").length > longest)).toEqual([]);
});
