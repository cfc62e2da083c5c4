import { readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "../..");
const textOf = (page: string) => readFileSync(path.join(root, page), "utf8");
const [english, chinese] = [textOf("README.md"), textOf("README.zh-CN.md")];

/** Levels of the headings in their order. Comments in code are no headings. */
function headingsOf(text: string): string[] {
    return [...text.replace(/^```.*?^```$/gms, "").matchAll(/^(#+) /gm)].map(([, level]) => level!);
}

/** The blocks of code, without what is written in a language: comments and the marks of examples. */
function codeOf(text: string): string[] {
    return [...text.matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms)].map(([, language, code]) =>
        [language, ...code!.split("\n").map((line) => line.replace(/(^| )# ?.*$/, "").trimEnd())]
            .filter((line) => line !== "")
            .join("\n"),
    );
}

describe("README.zh-CN.md", () => {
    it("has the headings of the README", () => {
        expect(headingsOf(chinese)).toEqual(headingsOf(english));
    });

    it("has the commands and examples of the README", () => {
        expect(codeOf(chinese)).toEqual(codeOf(english));
        expect(codeOf(english).length).toBeGreaterThan(5);
    });
});
