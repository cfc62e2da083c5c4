import { LvsCluster, type LvsClusterArgs } from "../../components";
import { digestOf } from "../../host/bundle";
import type { Testimony } from "../../lvs/steps";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";
import { bundleOf, type Plan, type Step } from "./support/bundles";
import { everyKindOfFile, plain } from "./support/plans";

/** Collect the texts that the components send, by the names of the commands. Each host has a deferred change. */
async function sent(plan: Plan): Promise<Record<string, unknown>> {
    const { authPass, ...cluster } = plan;
    const { connection } = seedArgs();
    const stdout = Object.fromEntries(
        [...plan.directors, ...plan.realServers].map(({ name }) => [
            `lvs-${name}-configure`,
            `deferred ${digestOf(bundleOf(plan, name, "configure"))}\n`,
        ]),
    );
    const resources = await record(
        () => new LvsCluster("lvs", { ...cluster, connection, authPass } as LvsClusterArgs),
        { stdout },
    );
    const commands = resources.filter(({ type }) => type.endsWith("Command"));
    return Object.fromEntries(commands.map(({ name, inputs }) => [name, inputs.stdin]));
}

/** The preferred director has deferred its proof, so every other director says what it hears. */
function testimonyOf({ directors }: Plan, host: string): Testimony | undefined {
    const [, ...others] = directors;
    return others.some(({ name }) => name === host) ? { proveActive: true } : undefined;
}

it.each([
    ["a small cluster", { ...plain, authPass: "secret62" }],
    [
        "one with everything",
        { ...everyKindOfFile, authPass: "secret62", removePackages: true, repair: "word" },
    ],
])("the bundles of these tests are those that the components send to %s", async (_, plan: Plan) => {
    const names = await sent(plan);
    expect(Object.keys(names).length).toBeGreaterThan(10);
    for (const [name, text] of Object.entries(names)) {
        const [, host, step] = name.split("-") as [string, string, Step];
        const own = { ...plan, testimony: testimonyOf(plan, host) };
        expect([name, text]).toEqual([name, bundleOf(own, host, step)]);
    }
});
