import fc from "fast-check";
import { amount, duration, lineWidth, plain, shortened, table, wrapped } from "../../cli/text";
import { cases } from "../support/property";

it.each([
    [0, "0 s"],
    [59, "59 s"],
    [61, "1 min"],
    [3599, "59 min"],
    [7200, "2 h"],
    [172_799, "47 h"],
    [172_800, "2 d"],
    [-3, "0 s"],
])("%d seconds are printed as %s", (seconds, text) => expect(duration(seconds)).toBe(text));

it.each([
    [0, "0"],
    [950, "950"],
    [999, "999"],
    [1000, "1.0k"],
    [1250, "1.3k"],
    [9949, "9.9k"],
    [12_500, "13k"],
    [999_499, "999k"],
    [999_500, "1.0M"],
    [34e9, "34G"],
])("the amount %d is printed as %s", (count, text) => expect(amount(count)).toBe(text));

it("a long name is shortened in the middle", () => {
    expect(shortened("a-very-long-name:8080", 12)).toBe("a-very…:8080");
    expect(shortened("short", 12)).toBe("short");
});

it("a long sentence is wrapped at blanks and indented", () => {
    const lines = wrapped(`wrong: ${"word ".repeat(40).trim()}`, { indent: "  " });
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.length <= lineWidth)).toBe(true);
    expect(lines[1]).toMatch(/^ {2}word/);
});

describe("a table", () => {
    it("aligns cells under their headings", () => {
        const columns = [{ title: "name" }, { title: "count", right: true }];
        const rows = [
            ["a", "1"],
            [{ text: "longer", style: "red" as const }, "1000"],
        ];
        expect(
            table(columns, rows, (style, text) => `<${style}:${text}>`, { indent: "  " }),
        ).toEqual(["  <dim:name>    <dim:count>", "  a           1", "  <red:longer>   1000"]);
    });

    it("is never wider than a line", () => {
        const cell = fc.string({ minLength: 0, maxLength: 120, unit: "grapheme-ascii" });
        fc.assert(
            fc.property(fc.array(fc.array(cell, { minLength: 9, maxLength: 9 })), (rows) => {
                const columns = rows[0] ? rows[0].map((_, index) => ({ title: `c${index}` })) : [];
                const lines = table(columns, rows, plain, { indent: "    " });
                expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(
                    lineWidth,
                );
            }),
            cases(100),
        );
    });
});
