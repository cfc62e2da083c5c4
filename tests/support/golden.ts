import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

const folder = path.join(__dirname, "..", "golden");

/**
 * Compares a text with the one under tests/golden. With UPDATE_GOLDEN set, what there is becomes
 * what is expected: review it as a diff.
 */
export function expectGolden(name: string, text: string): void {
    const file = path.join(folder, name);
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
    expect(text).toBe(existsSync(file) ? readFileSync(file, "utf8") : "no such golden file");
}
