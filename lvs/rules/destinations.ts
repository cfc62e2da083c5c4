import { canonical } from "../addresses";
import type { Cluster } from "../model";
import { type Problem, problem, problemIf, duplicates, quote } from "../problems";
import { destinationKeys, virtualIpsIn } from "../service/destination";
import type { VirtualServer } from "../service/virtualServer";
import { hostAddresses } from "./hosts";

/** Names of the hosts by their own addresses. Without VRRP, a director may serve its own address. */
export function hostsByAddress(cluster: Cluster): Map<string, string> {
    const directors = cluster.vrrpInstances.length === 0 ? [] : cluster.directors;
    const hosts = [...directors, ...cluster.realServers].flatMap((host) =>
        hostAddresses(host).map(({ value }): [string, string] => [canonical(value), host.name]),
    );
    // Of several hosts with one address, messages name the first.
    return new Map(hosts.reverse());
}

/** A virtual IP is not the own address of a host. */
export function addressInUseProblems(
    hosts: Map<string, string>,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    return virtualIpsIn(virtualServer).flatMap((virtualIp) => {
        const host = hosts.get(canonical(virtualIp));
        return problemIf(
            host !== undefined,
            virtualServer.virtualIp === undefined ? path : `${path}.virtualIp`,
            `${quote(virtualIp)} is the address of ${host}. Use an address that no host has.`,
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
                ? `${later.key} is listed twice. List it once.`
                : `${later.key} is already ${first.path}, and keepalived would merge the two services. Use a different address, port or mark.`,
        ),
    );
}
