import * as fc from "fast-check";
import { failoverProblems } from "../../lvs/vrrp/tracking/failover";
import { highestGain, type Tracked } from "../../lvs/vrrp/tracking/track";
import { cases } from "../support/property";

const web = (weight: number, others: Partial<Tracked> = {}): Tracked => ({
    field: "trackScript",
    index: 0,
    name: "web",
    reverse: false,
    weight,
    ...others,
});
const directors = (...priorities: number[]) =>
    priorities.map((priority, index) => ({ name: `ds${index + 1}`, priority }));
const paths = (tracked: Tracked[], elected: ReturnType<typeof directors>, nopreempt = false) =>
    failoverProblems("one", tracked, elected, nopreempt).map(({ path }) => path);

describe("tracking", () => {
    it.each<[string, Tracked, number[]]>([
        ["by weight 0, whatever the priorities are", web(0), [254, 1]],
        ["by a weight beyond the difference of priorities", web(-51), [100, 50]],
        ["by a weight that success adds", web(2), [101, 100]],
        ["by a reversed weight", web(51, { reverse: true }), [100, 50]],
        ["by the number in a file", web(1, { field: "trackFile" }), [254, 1]],
        ["on a single director, which nothing replaces", web(-1), [254]],
    ])("fails over %s", (_, tracked, priorities) => {
        expect(paths([tracked], directors(...priorities))).toEqual([]);
    });

    it("fails over from each director to the next one", () => {
        expect(paths([web(-20)], directors(254, 253, 213))).toEqual(["one.trackScript[0]"]);
        expect(paths([web(-41)], directors(254, 253, 213))).toEqual([]);
    });

    it("fails over with nopreempt by weight 0 only", () => {
        expect(paths([web(0)], directors(254, 253), true)).toEqual([]);
        expect(paths([web(-20)], directors(254, 253), true)).toEqual(["one.trackScript[0]"]);
    });

    it("fails over exactly if keepalived's priorities say so, for every combination of what fails", () => {
        const weight = fc.integer({ min: -100, max: 38 });
        const thing = fc.record({ weight, reverse: fc.boolean() });
        const priority = fc.integer({ min: 1, max: 100 });
        fc.assert(
            fc.property(fc.array(thing, { maxLength: 4 }), priority, priority, (things, a, b) => {
                const tracked = things.map(({ weight: change, reverse }, index) =>
                    web(change, { reverse, index }),
                );
                const [active, next] = directors(Math.max(a, b), Math.min(a, b));
                fc.pre(active!.priority + highestGain(tracked) <= 254);
                const helpless = tracked.filter((one) => {
                    const well = bestOf(tracked);
                    const failing = well.map((isUp, index) => isUp !== (tracked[index] === one));
                    return (
                        one.weight !== 0 &&
                        elected(active!.priority, tracked, failing) >=
                            elected(next!.priority, tracked, well)
                    );
                });
                expect(paths(tracked, [active!, next!])).toEqual(
                    helpless.map(({ index }) => `one.trackScript[${index}]`),
                );
            }),
            cases(200),
        );
    });
});

/** For each thing, whether it is up where it serves the priority best. */
function bestOf(tracked: Tracked[]): boolean[] {
    return tracked.map(({ reverse }) => !reverse);
}

/** The priority as keepalived's vrrp_track.c computes it from what is up and down. */
function elected(priority: number, tracked: Tracked[], isUp: boolean[]): number {
    let sum = priority;
    tracked.forEach(({ weight, reverse }, index) => {
        const multiplier = reverse ? -1 : 1;
        if (isUp[index] && weight > 0) sum += weight * multiplier;
        if (!isUp[index] && weight < 0) sum += weight * multiplier;
    });
    return Math.min(254, Math.max(1, sum));
}
