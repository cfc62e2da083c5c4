import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "../..");
const guides = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
const pages = [
    "README.md",
    "README.zh-CN.md",
    "CONTRIBUTING.md",
    "examples/mysql/README.md",
    ...guides.map((name) => `docs/${name}`),
];

/** A page without its code, in which `](` is no link and `#` no heading. */
const textOf = (page: string) =>
    readFileSync(path.join(root, page), "utf8").replace(/^ *```.*?^ *```$/gms, "");

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
    return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!
            .toLowerCase()
            .replace(/[^\p{L}\p{N}\s_-]/gu, "")
            .replaceAll(" ", "-"),
    );
}

it.each(pages)("every link of %s leads to a file and a heading that exist", (page) => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)/g)];
    const dead = links.filter(([, file, anchor]) => {
        const target = file ? path.join(path.dirname(page), file) : page;
        if (!existsSync(path.join(root, target))) return true;
        return anchor && !anchorsOf(target).includes(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
});
