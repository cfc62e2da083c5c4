import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { applyPatch, createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** Where texts are kept as they must come out. */
export const goldenFolder = path.join(__dirname, "..", "golden");

/**
 * Compares a text with the one under tests/golden. With UPDATE_GOLDEN set, the text takes its place:
 * review it as a diff.
 */
export function expectGolden(name: string, text: string): void {
    expect(text).toBe(golden(name, text));
}

/** The same for a text of which the differences from another one are kept. */
export function expectGoldenDiff(name: string, base: string, text: string): void {
    const options = { context: 1, headerOptions: FILE_HEADERS_ONLY };
    const diff = createTwoFilesPatch("a", "b", base, text, undefined, undefined, options);
    expect(text).toBe(applyPatch(base, golden(name, diff)));
}

/** The content of a golden file, which is the text of this run if it is to be updated. */
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
