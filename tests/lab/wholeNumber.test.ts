import { wholeNumber } from "../../lab/wholeNumber";

describe("an argument of a benchmark", () => {
    it.each(["1", "7", "1000"])("is the whole number %s", (text) => {
        expect(wholeNumber("--rounds", text)).toBe(Number(text));
    });

    it.each(["", "abc", "0", "-1", "1.5", "NaN", "Infinity", "1e9", "1001", "0x10", " 7"])(
        "is not %j, which is no whole number or too large",
        (text) => {
            expect(() => wholeNumber("--rounds", text)).toThrow(
                `--rounds: ${JSON.stringify(text)} is not a whole number. Use 1 to 1000.`,
            );
        },
    );
});
