import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "../..");
const page = path.join(root, "docs/_index.md");
const begin = "<!-- prettier-ignore-start -->";
const end = "<!-- prettier-ignore-end -->";

/** The example of each language that the registry shows. */
const examples = {
    typescript: "examples/typescript/index.ts",
    python: "examples/python/__main__.py",
    go: "examples/go/main.go",
    yaml: "examples/yaml/Pulumi.yaml",
};

function choices(): string {
    const blocks = Object.entries(examples).map(([language, file]) => {
        const program = readFileSync(path.join(root, file), "utf8").trim();
        const block = `\`\`\`${language}\n${program}\n\`\`\``;
        return `{{% choosable language ${language} %}}\n\n${block}\n\n{{% /choosable %}}`;
    });
    return blocks.join("\n");
}

it("docs/_index.md, the page of the registry, shows the examples of this repository", () => {
    const text = readFileSync(page, "utf8");
    const [before] = text.split(begin) as [string];
    const after = text.split(end)[1]!;
    const expected = `${before}${begin}\n${choices()}\n${end}${after}`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(page, expected);
    expect(readFileSync(page, "utf8")).toBe(expected);
});
