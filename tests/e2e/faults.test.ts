import { FaultBed } from "../faults/bed";
import { chosenBy } from "../faults/chosen";
import { scenarios } from "../faults/scenarios";
import { runScenarios } from "../faults/suite";

const seed = Number(process.env.SEED ?? 1);

describe(`Clients and operators observe what docs/faults.md says (SEED=${seed}; npm run test:faults runs all scenarios)`, () => {
    let bed: FaultBed;

    beforeAll(async () => {
        bed = await FaultBed.boot();
    });

    afterAll(() => bed?.down());

    it.each(chosenBy(seed))("after the fault %s", async (name) => {
        const scenario = scenarios.find((candidate) => candidate.name === name)!;
        const [result] = await runScenarios(bed, [scenario], [seed], () => undefined);
        if (result!.error !== undefined) throw new Error(result!.error);
    });
});
