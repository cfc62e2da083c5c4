import { chosenBy } from "./chosen";
import { scenarios } from "./scenarios";

describe("the scenarios of `npm test`", () => {
    it("are one of each theme, four in all", () => {
        expect(chosenBy(1)).toEqual([
            "keepalived-killed",
            "server-crash",
            "bad-configuration",
            "interrupted",
        ]);
    });

    it("are four others with the next seed, and in turn all that are fast", () => {
        const all = [1, 2, 3, 4, 5, 6].map(chosenBy);
        expect(all[1]!.filter((name) => all[0]!.includes(name))).toEqual([]);
        const played = new Set(all.flat());
        expect(played.size).toBe(11);
        expect([...played].filter((name) => !scenarios.some((one) => one.name === name))).toEqual(
            [],
        );
    });
});
