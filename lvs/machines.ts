import { plainSpelling } from "./addresses";
import type { Cluster, Director, RealServer } from "./model";
import { membershipsOf, type SorryServerUse, sorryServerUses } from "./memberships";
import { LvsMethod } from "./service/lvsMethod";
import type { VirtualServer } from "./service/virtualServer";

/** A machine in both roles: a director and a real server have the same `host`. */
export interface SharedMachine {
    readonly director: Director;
    readonly realServer: RealServer;
}

/** Find the machines of a cluster that are in both roles, in the order of the real servers. */
export function sharedMachines(
    cluster: Pick<Cluster, "directors" | "realServers">,
): SharedMachine[] {
    const directors = new Map(cluster.directors.map((one) => [plainSpelling(one.host), one]));
    return cluster.realServers.flatMap((realServer) => {
        const director = directors.get(plainSpelling(realServer.host));
        return director === undefined ? [] : [{ director, realServer }];
    });
}

/** A service that a machine in both roles answers for, in its pool or as its sorry server. */
export interface SharedUse extends Pick<SorryServerUse, "method"> {
    readonly machine: SharedMachine;
    readonly virtualServer: VirtualServer;
}

/** Find what the machines in both roles answer for. */
export function sharedUses(cluster: Cluster): SharedUse[] {
    const machines = sharedMachines(cluster);
    if (machines.length === 0) return [];
    const memberships = membershipsOf(cluster);
    const sorry = [...sorryServerUses(cluster)];
    return machines.flatMap((machine) => [
        ...memberships
            .get(machine.realServer.name)!
            .map(({ virtualServer, method }) => ({ machine, virtualServer, method })),
        ...sorry
            .filter(([, { realServer }]) => realServer === machine.realServer)
            .map(([virtualServer, { method }]) => ({ machine, virtualServer, method })),
    ]);
}

/**
 * Directors that get packets to a virtual IP from the active director, because they are real servers too.
 * A backup among them must not forward these packets again.
 */
export function servingDirectors(cluster: Cluster): Director[] {
    const direct = sharedUses(cluster).filter(({ method }) => method === LvsMethod.DR);
    return [...new Set(direct.map(({ machine }) => machine.director))];
}
