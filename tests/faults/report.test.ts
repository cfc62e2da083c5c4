import { readFileSync } from "node:fs";
import * as path from "node:path";
import { updatedPage } from "./report";
import { Chance, type Scenario } from "./scenario";
import { scenarios } from "./scenarios";
import type { Observation, ClientResult } from "../../lab/traffic/traffic";

const page = readFileSync(path.join(__dirname, "../../docs/faults.md"), "utf8");

/** Trimmed cells of all table rows. */
const rows = (text: string) =>
    text
        .split("\n")
        .filter((line) => line.startsWith("| "))
        .map((line) =>
            line
                .split("|")
                .slice(1, -1)
                .map((cell) => cell.trim()),
        );

describe("docs/faults.md", () => {
    it("lists every scenario with its fault and its required observations", () => {
        const listed = scenarios.map(({ number, name, does, observes }) =>
            [number, name, does, observes].map(String),
        );
        expect(
            rows(page)
                .filter((cells) => cells.length === 4)
                .slice(2),
        ).toEqual(listed);
    });

    it("is changed only between its marks, and keeps the rows of scenarios that did not run", () => {
        const scenario = scenarios.find(({ name }) => name === "drain")!;
        const noClient: ClientResult = { requests: [], failed: [], lost: [], longestGap: 0 };
        const seen: Observation = {
            fresh: { ...noClient, longestGap: 123.4 },
            long: noClient,
            session: noClient,
            datagram: noClient,
            activeDirectors: [{ at: 0, ms: 0 }],
        };
        const result = {
            scenario,
            seed: 7,
            seen,
            error: "it fails; seen: 1\nand more",
            seconds: 1,
        };
        const text = updatedPage(page, scenarios, [result], ["the state"]);
        const outside = (of: string) => of.replace(/<!-- (\w+) -->.*?<!-- end of \1 -->/gs, "");
        expect(outside(text)).toBe(outside(page));

        const runs = (of: string) => rows(of).filter((cells) => cells.length === 9);
        const others = (of: string) =>
            runs(of)
                .filter(([, name]) => name !== "drain")
                .slice(2);
        expect(others(text)).toEqual(others(page));
        const figures = ["14", "drain", "1", "0", "0", "0", "0.12 s", "0", "0 of 1"];
        expect(runs(text)).toContainEqual(figures);
        expect(text).toContain("\n- drain, seed 7: it fails; seen: 1\n");
        expect(text).toContain("Found elsewhere in the last run: the state.");
    });

    it("must contain its marks", () => {
        const unmarked = page.replace("<!-- end of runs -->", "");
        expect(() => updatedPage(unmarked, scenarios, [], [])).toThrow("no <!-- runs --> and");
    });
});

describe("Chance", () => {
    it("chooses every one of similar hosts with consecutive seeds", () => {
        const hit = (scenario: Scenario, ...hosts: string[]) =>
            hosts.map((_, index) => new Chance(index + 1, scenario.number).pick(...hosts));
        for (const scenario of scenarios) {
            expect(hit(scenario, "ds1", "ds2").sort()).toEqual(["ds1", "ds2"]);
            expect(hit(scenario, "rs1", "rs2", "rs3").sort()).toEqual(["rs1", "rs2", "rs3"]);
        }
    });

    it("gives the same numbers for the same seed, and different numbers for another seed", () => {
        const numbers = (seed: number) => {
            const chance = new Chance(seed, 1);
            return [1, 2, 3].map(() => chance.upTo(1000));
        };
        expect(numbers(1)).toEqual(numbers(1));
        expect(numbers(1)).not.toEqual(numbers(2));
    });
});
