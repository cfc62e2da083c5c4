import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { scripts } from "../../package.json";

const root = path.join(__dirname, "../..");
// The list of claims names tests, whose titles read like commands.
const guides = readdirSync(path.join(root, "docs")).filter(
    (name) => name.endsWith(".md") && name !== "claims.md",
);
const pages = ["README.md", "CONTRIBUTING.md", ...guides.map((name) => `docs/${name}`)];
const text = pages.map((page) => readFileSync(path.join(root, page), "utf8")).join("\n");

const named = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, one]) => one!))];

describe("the commands in README and guides", () => {
    it("are scripts of package.json where they begin with npm run", () => {
        expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named(/npm run ([\w:]+)/g)));
    });

    it("are commands of lvs where they begin with npx lvs", () => {
        const main = readFileSync(path.join(root, "cli/main.ts"), "utf8");
        const commands = [...main.matchAll(/\.command\((\w+)\(/g)].map(([, one]) => one);
        expect(commands).toEqual(expect.arrayContaining(named(/npx lvs ([a-z]+)/g)));
    });
});
