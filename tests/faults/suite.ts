import type { Outcome } from "./report";
import { Chance, type Scenario } from "./scenario";
import type { FaultBed } from "./bed";
import { Traffic } from "../../lab/traffic/traffic";

/** Runs scenarios one after the other, each with every seed; says how each went as it ends. */
export async function play(
    bed: FaultBed,
    scenarios: Scenario[],
    seeds: number[],
    say: (outcome: Outcome) => void,
): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const scenario of scenarios) {
        for (const seed of seeds) {
            const outcome = await playOne(bed, scenario, seed);
            outcomes.push(outcome);
            say(outcome);
        }
    }
    return outcomes;
}

async function playOne(bed: FaultBed, scenario: Scenario, seed: number): Promise<Outcome> {
    const start = performance.now();
    const chance = new Chance(seed, scenario.number);
    const errors: string[] = [];
    const noting = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
        try {
            return await work();
        } catch (error) {
            errors.push((error as Error).message);
            return undefined;
        }
    };
    let traffic: Traffic | undefined;
    await noting(async () => {
        if (scenario.on === "bare hosts") {
            await bed.strip();
        } else {
            await bed.heal();
            traffic = await Traffic.start(bed.lab);
        }
        await scenario.run({ bed, chance, traffic: traffic! });
    });
    const seen = await noting(async () => traffic?.stop());
    // What cannot be mended is for the scenarios that follow to show: the report is not lost by it.
    await noting(() => bed.mend());
    const seconds = (performance.now() - start) / 1000;
    return {
        scenario,
        seed,
        seen,
        error: errors.length > 0 ? errors.join("\n") : undefined,
        seconds,
    };
}
