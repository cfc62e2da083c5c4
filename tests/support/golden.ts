import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { applyPatch, createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** Folder of the expected texts. */
export const goldenFolder = path.join(__dirname, "..", "golden");

/**
 * Compare a text with a file under tests/golden. With UPDATE_GOLDEN set, the text replaces the file:
 * review the diff.
 */
export function expectGolden(name: string, text: string): void {
    expect(text).toBe(golden(name, text));
}

/** Compare the differences between two texts with a golden file. */
export function expectGoldenDiff(name: string, base: string, text: string): void {
    const options = { context: 1, headerOptions: FILE_HEADERS_ONLY };
    const diff = createTwoFilesPatch("a", "b", base, text, undefined, undefined, options);
    expect(text).toBe(applyPatch(base, golden(name, diff)));
}

/** Content of a golden file. With UPDATE_GOLDEN set, it is the text of this run. */
function golden(name: string, text: string): string {
    const file = path.join(goldenFolder, name);
    if (process.env.UPDATE_GOLDEN) {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
    }
    if (!existsSync(file))
        throw new Error(`there is no tests/golden/${name}: UPDATE_GOLDEN=1 writes it`);
    return readFileSync(file, "utf8");
}
