import { scenarios } from "../faults/scenarios";
import { FaultBed } from "../faults/bed";
import { runScenarios } from "../faults/suite";

/** Fast scenarios by theme. The seed chooses one of each theme, and its phase. */
const spread = [
    ["director-stop", "keepalived-killed", "network-restart"],
    ["server-crash", "no-server"],
    ["bad-configuration", "wrong-network", "drain"],
    ["ssh-dropped", "interrupted", "changed-by-hand"],
];

const seed = Number(process.env.SEED ?? 1);

describe(`Clients and operators observe what docs/faults.md says (SEED=${seed}; npm run test:faults runs all scenarios)`, () => {
    let bed: FaultBed;

    beforeAll(async () => {
        bed = await FaultBed.boot();
    });

    afterAll(() => bed?.down());

    const chosen = spread.map((names, index) => names[(seed + index) % names.length]!);

    it.each(chosen)("after the fault %s", async (name) => {
        const scenario = scenarios.find((candidate) => candidate.name === name)!;
        const [result] = await runScenarios(bed, [scenario], [seed], () => undefined);
        if (result!.error !== undefined) throw new Error(result!.error);
    });
});
