import type { ScenarioResult } from "./report";
import { Chance, type Scenario } from "./scenario";
import type { FaultBed } from "./bed";
import { Traffic } from "../../lab/traffic/traffic";

/** Run scenarios one after the other with every seed. Report each result as it ends. */
export async function runScenarios(
    bed: FaultBed,
    scenarios: Scenario[],
    seeds: number[],
    say: (result: ScenarioResult) => void,
): Promise<ScenarioResult[]> {
    const results: ScenarioResult[] = [];
    for (const scenario of scenarios) {
        for (const seed of seeds) {
            const result = await runScenario(bed, scenario, seed);
            results.push(result);
            say(result);
        }
    }
    return results;
}

async function runScenario(
    bed: FaultBed,
    scenario: Scenario,
    seed: number,
): Promise<ScenarioResult> {
    const start = performance.now();
    const chance = new Chance(seed, scenario.number);
    const errors: string[] = [];
    const collecting = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
        try {
            return await work();
        } catch (error) {
            errors.push((error as Error).message);
            return undefined;
        }
    };
    let traffic: Traffic | undefined;
    await collecting(async () => {
        if (scenario.on === "bare hosts") {
            await bed.destroyCluster();
        } else {
            await bed.ensureHealthy();
            traffic = await Traffic.start(bed.lab);
        }
        await scenario.run({ bed, chance, traffic: traffic! });
    });
    const seen = await collecting(async () => traffic?.stop());
    // The scenarios that follow show a failed restoration. The report of this scenario must survive
    // it.
    await collecting(() => bed.restore());
    const seconds = (performance.now() - start) / 1000;
    return {
        scenario,
        seed,
        seen,
        error: errors.length > 0 ? errors.join("\n") : undefined,
        seconds,
    };
}
