import * as fc from "fast-check";
import { printable, printableLines } from "../../lvs/printable";
import { anyCharacter, cases } from "../support/property";

describe("text for a terminal", () => {
    it.each([
        ["an escape sequence", "\u001b]0;title\u0007", "\\u001b]0;title\\u0007"],
        ["a control sequence in one character", "\u009b31m", "\\u009b31m"],
        ["a carriage return", "a\rb", "a\\u000db"],
        ["a line separator", "a\u2028b", "a\\u2028b"],
        ["a mark of direction", "a\u202eb", "a\\u202eb"],
        ["an isolate of direction", "a\u2066b", "a\\u2066b"],
        ["a blank without width", "a\u200bb", "a\\u200bb"],
        ["a mark of byte order", "\ufeffa", "\\ufeffa"],
        ["a filler that is shown as a blank", "\u3164", "\\u3164"],
        ["an invisible tag", "\u{e0041}", "\\u{e0041}"],
        ["half of a character", "\ud800", "\\ud800"],
    ])("has %s escaped", (_, text, expected) => {
        expect([printable(text), printableLines(text)]).toEqual([expected, expected]);
    });

    it("keeps letters of every script, and in lines also tabs and line ends", () => {
        const text = "ü 漢字 עברית 🙂";
        expect(printable(text)).toBe(text);
        expect(printableLines(`${text}\n\t`)).toBe(`${text}\n\t`);
        expect(printable("\n\t")).toBe("\\u000a\\u0009");
    });

    it("has nothing left that steers a terminal", () => {
        fc.assert(
            fc.property(fc.string({ unit: anyCharacter }), (text) => {
                expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
            }),
            cases(300),
        );
    });
});
