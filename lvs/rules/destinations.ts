import { canonical } from "../addresses";
import type { Cluster } from "../model";
import { type Problem, problem, problemIf, duplicates, quote } from "../problems";
import { destinationKeys, virtualIpsIn } from "../service/destination";
import type { VirtualServer } from "../service/virtualServer";
import { hostAddresses } from "./hosts";

/** The names of the hosts by the addresses that they have for themselves. */
export function addressOwners(cluster: Cluster): Map<string, string> {
    const owners = [...cluster.directors, ...cluster.realServers].flatMap((host) =>
        hostAddresses(host).map(({ value }): [string, string] => [canonical(value), host.name]),
    );
    // Of several with one address the first is named.
    return new Map(owners.reverse());
}

/** What clients send to is not what a host has for itself. */
export function takenProblems(
    owners: Map<string, string>,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    return virtualIpsIn(virtualServer).flatMap((virtualIp) => {
        const owner = owners.get(canonical(virtualIp));
        return problemIf(
            owner !== undefined,
            virtualServer.virtualIp === undefined ? path : `${path}.virtualIp`,
            `${quote(virtualIp)} is the address of ${owner}: take an address that no host has`,
        );
    });
}

/** An address and port can belong to one service only. */
export function sameServiceProblems({ virtualServers }: Cluster): Problem[] {
    const services = virtualServers.flatMap((virtualServer, index) =>
        destinationKeys(virtualServer).map((key) => ({ path: `virtualServers[${index}]`, key })),
    );
    return duplicates(services, ({ key }) => key).flatMap(([later, first]) =>
        problem(
            later.path,
            later.path === first.path
                ? `names ${later.key} twice: name it once`
                : `${later.key} is also ${first.path}: keepalived would merge the two`,
        ),
    );
}
