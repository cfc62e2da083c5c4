import type { Change } from "../../../lab/article";

/** A weight that no earlier change had, and the change that brings it. */
export interface NewWeight {
    weight: number;
    change: Change;
}

/** That of the first real server: directors are changed by it. */
export function newWeight(): NewWeight {
    const weight = ++lastWeight;
    return { weight, change: ({ realServers }) => (realServers[0]!.weight = weight) };
}

/** The same with new pages: every host is changed by it. */
export function newWeightAndPages(): NewWeight {
    const { weight, change } = newWeight();
    return {
        weight,
        change: (plan) => {
            change(plan);
            for (const { httpd, name } of plan.realServers) httpd!.page = pageOf(name, weight);
        },
    };
}

/** The same of all real servers: a file that tells a weight tells no other. */
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

/** A word for `repair` that no earlier change had. */
export const newRepair = () => `repair-${++repairs}`;

let lastWeight = 10;
let repairs = 0;
