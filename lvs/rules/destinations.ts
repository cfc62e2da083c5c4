import { isSameAddress } from "../addresses";
import type { Cluster } from "../model";
import { type Problem, problem, problemIf, repeated, show } from "../problems";
import { destinationKeys, virtualIpsIn } from "../service/destination";
import type { VirtualServer } from "../service/virtualServer";
import { hostAddresses } from "./hosts";

/** What clients send to is not what a host has for itself. */
export function takenProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    const hosts = [...cluster.directors, ...cluster.realServers];
    return virtualIpsIn(virtualServer).flatMap((virtualIp) => {
        const taken = hosts.find((host) =>
            hostAddresses(host).some(({ value }) => isSameAddress(value, virtualIp)),
        );
        return problemIf(
            taken !== undefined,
            virtualServer.virtualIp === undefined ? path : `${path}.virtualIp`,
            `${show(virtualIp)} is the address of ${taken?.name}: take an address that no host has`,
        );
    });
}

/** It leads to one service. */
export function sameServiceProblems({ virtualServers }: Cluster): Problem[] {
    const services = virtualServers.flatMap((virtualServer, index) =>
        destinationKeys(virtualServer).map((key) => ({ path: `virtualServers[${index}]`, key })),
    );
    return repeated(services, ({ key }) => key).flatMap(([later, first]) =>
        problem(
            later.path,
            later.path === first.path
                ? `names ${later.key} twice: name it once`
                : `${later.key} is also ${first.path}: keepalived would merge the two`,
        ),
    );
}
