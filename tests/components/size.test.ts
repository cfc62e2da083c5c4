import { RandomPassword } from "@pulumi/random";
import { LvsCluster, type LvsClusterArgs } from "../../components";
import { record, type Registration } from "../support/record";
import { seedArgs } from "../support/seed";
import { slope } from "../support/slope";

/** The article's cluster with this number of real servers. Each can get its page from a resource of its own. */
function clusterOf(size: number, { pages = false } = {}): LvsClusterArgs {
    const realServers = Array.from({ length: size }, (_, index) => ({
        name: `rs${index}`,
        host: `10.1.0.${index}`,
        ...(pages ? { demoPage: new RandomPassword(`page${index}`, { length: 8 }).id } : {}),
    }));
    return { ...seedArgs(), realServers };
}

/** Dependencies in the state file. */
function dependenciesOf({ request }: Registration): string[] {
    const ofProperties = [...request.getPropertydependenciesMap().entries()];
    return [
        ...request.getDependenciesList(),
        ...ofProperties.flatMap(([, property]) => property.getUrnsList()),
    ];
}

describe.each([
    ["plain arguments", {}],
    ["an output in the arguments of each real server", { pages: true }],
])("LvsCluster with %s", (_, options) => {
    const recorded = (size: number) =>
        record(() => new LvsCluster("web", clusterOf(size, options)));

    it("has dependencies in proportion to the number of real servers", async () => {
        const count = async (size: number) => (await recorded(size)).flatMap(dependenciesOf).length;
        const [few, more, many] = [await count(3), await count(6), await count(12)];
        expect(many - more).toBe(2 * (more - few));
    });

    it("lets nothing but directors depend on all real servers", async () => {
        const depending = (await recorded(12)).filter((one) => dependenciesOf(one).length >= 12);
        expect(depending.map(({ name }) => name)).toContain("web-ds1-configure");
        expect(depending.filter(({ name }) => !name.startsWith("web-ds"))).toEqual([]);
    });
});

describe("LvsCluster of four times the size", () => {
    it("takes a program at most five times the processor time", async () => {
        const run = (size: number) => record(() => new LvsCluster("web", clusterOf(size)));
        expect(await slope((size) => run(15 * size))).toBeLessThan(5);
    });
});
