import { canonical } from "../addresses";
import type { Cluster } from "../model";
import { type Problem, problem, problemIf, repeated, show } from "../problems";
import { virtualIpsIn } from "../service/destination";
import { instanceName, ownVirtualIps } from "../vrrp/instance";

/** Whether every virtual IP has one owner at a time, and no two VRRP routers disturb each other. */
export function virtualIpProblems(cluster: Cluster): Problem[] {
    const { vrrpInstances: instances, virtualServers } = cluster;
    const owned = instances.flatMap((instance, index) =>
        ownVirtualIps(instance).map(({ ip }) => ({
            path: `vrrpInstances[${index}]`,
            ip: canonical(ip),
        })),
    );
    const isOwned = new Set(owned.map(({ ip }) => ip));
    const single = instances.length === 1 && instances[0]!.virtualIpaddress === undefined;
    return [
        ...problemIf(
            instances.length === 0,
            "vrrpInstances",
            "is empty: give the interface and virtualRouterId that directors share virtual IPs by",
        ),
        ...instances.flatMap(({ virtualIpaddress }, index) =>
            problemIf(
                instances.length > 1 && virtualIpaddress === undefined,
                `vrrpInstances[${index}].virtualIpaddress`,
                "is missing: where there are several instances, each names its virtual IPs",
            ),
        ),
        ...virtualServers.flatMap((virtualServer, index) =>
            [...new Set(virtualIpsIn(virtualServer))].flatMap((virtualIp) =>
                problemIf(
                    instances.length > 0 && !single && !isOwned.has(canonical(virtualIp)),
                    virtualServer.virtualIp === undefined
                        ? `virtualServers[${index}]`
                        : `virtualServers[${index}].virtualIp`,
                    `${show(virtualIp)} is in no instance: add it to a virtualIpaddress`,
                ),
            ),
        ),
        ...repeated(owned, ({ ip }) => ip).flatMap(([later, first]) =>
            problem(
                `${later.path}.virtualIpaddress`,
                later.path === first.path
                    ? `names ${later.ip} twice: name it once`
                    : `${later.ip} is also in ${first.path}: two directors could own it at once`,
            ),
        ),
        ...routerIdProblems(cluster),
    ];
}

/** Adverts of two VRRP routers with one id in one network would be taken for one another. */
function routerIdProblems({ vrrpInstances }: Cluster): Problem[] {
    const named = vrrpInstances.map((instance, index) => ({
        path: `vrrpInstances[${index}]`,
        name: instanceName(instance, index),
        network: `${instance.interface} ${instance.virtualRouterId}`,
        id: instance.virtualRouterId,
    }));
    return [
        ...repeated(named, ({ network }) => network).flatMap(([later, first]) =>
            problem(
                `${later.path}.virtualRouterId`,
                `${show(later.id)} is also that of ${first.path} on the same interface: give each its own`,
            ),
        ),
        ...repeated(named, ({ name }) => name).flatMap(([later, first]) =>
            problem(
                `${later.path}.name`,
                `${show(later.name)} is also ${first.path}: give each instance its own`,
            ),
        ),
    ];
}
