import type { Change } from "../../../lab/article";

/** A new weight, and the change that sets it. */
export interface NewWeight {
    weight: number;
    change: Change;
}

/** New weight of the first real server. It changes the directors. */
export function newWeight(): NewWeight {
    const weight = ++lastWeight;
    return { weight, change: ({ realServers }) => (realServers[0]!.weight = weight) };
}

/** New weight of the first real server, and new pages. It changes every host. */
export function newWeightAndPages(): NewWeight {
    const { weight, change } = newWeight();
    return {
        weight,
        change: (plan) => {
            change(plan);
            for (const realServer of plan.realServers)
                realServer.demoPage = pageOf(realServer.name, weight);
        },
    };
}

/** New pages and one new weight of all real servers. Every file then contains a single weight. */
export function newWeightEverywhere(): NewWeight {
    const { weight, change } = newWeightAndPages();
    return {
        weight,
        change: (plan) => {
            change(plan);
            for (const server of plan.realServers) server.weight = weight;
        },
    };
}

export const pageOf = (server: string, weight: number) => `${server.toUpperCase()} of ${weight}`;

/** A new value of `repair`. */
export const newRepair = () => `repair-${++repairs}`;

let lastWeight = 10;
let repairs = 0;
