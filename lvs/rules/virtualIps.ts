import { canonical, type Family } from "../addresses";
import type { Cluster } from "../model";
import { contextOf } from "../virtualIps";
import { type Problem, problem, problemIf, duplicates, quote } from "../problems";
import { virtualIpsIn } from "../service/destination";
import { instanceName, ownVirtualIps } from "../vrrp/instance/instance";
import { addressesOf } from "../vrrp/instance/adverts";
import { type Participant, participantsOf } from "../vrrp/instance/members";

/** Check that one director at a time is active for each virtual IP, and that virtual routers do not disturb each other. */
export function virtualIpProblems(cluster: Cluster): Problem[] {
    const { vrrpInstances: instances, virtualServers } = cluster;
    const listed = instances.flatMap((instance, index) =>
        ownVirtualIps(instance).map(({ ip }) => ({
            path: `vrrpInstances[${index}]`,
            ip: canonical(ip),
        })),
    );
    const isListed = new Set(listed.map(({ ip }) => ip));
    const single = instances.length === 1 && instances[0]!.virtualIpaddress === undefined;
    return [
        ...instances.flatMap(({ virtualIpaddress }, index) =>
            problemIf(
                instances.length > 1 && virtualIpaddress === undefined,
                `vrrpInstances[${index}].virtualIpaddress`,
                "The value is missing, and there are several instances. List the virtual IPs of this one.",
            ),
        ),
        ...virtualServers.flatMap((virtualServer, index) =>
            [...new Set(virtualIpsIn(virtualServer))].flatMap((virtualIp) =>
                problemIf(
                    instances.length > 0 && !single && !isListed.has(canonical(virtualIp)),
                    virtualServer.virtualIp === undefined
                        ? `virtualServers[${index}]`
                        : `virtualServers[${index}].virtualIp`,
                    `${quote(virtualIp)} belongs to no VRRP instance. Add it to vrrpInstances[].virtualIpaddress.`,
                ),
            ),
        ),
        ...duplicates(listed, ({ ip }) => ip).flatMap(([later, first]) =>
            problem(
                `${later.path}.virtualIpaddress`,
                later.path === first.path
                    ? `${later.ip} is listed twice. List it once.`
                    : `${later.ip} already belongs to ${first.path}, and two directors could be active for it. List it in one instance.`,
            ),
        ),
        ...routerIdProblems(cluster),
    ];
}

/** The part of a virtual router that decides whether its adverts can be mistaken for another's. */
interface Router {
    readonly path: string;
    readonly name: string;
    readonly id: number;
    readonly family: Family;
    readonly participants: Participant[];
}

/** Two virtual routers with one id in one network would accept each other's adverts. */
function routerIdProblems(cluster: Cluster): Problem[] {
    const context = contextOf(cluster);
    const routers = cluster.vrrpInstances.map((instance, index): Router => ({
        path: `vrrpInstances[${index}]`,
        name: instanceName(instance, index),
        id: instance.virtualRouterId,
        family: addressesOf(instance, context).family,
        participants: participantsOf(instance, context),
    }));
    return [
        ...routers.flatMap((later, index) => {
            const first = routers.slice(0, index).find((earlier) => disturb(earlier, later));
            return problemIf(
                first !== undefined,
                `${later.path}.virtualRouterId`,
                `${quote(later.id)} is already the id of ${first?.path} on the same interface. Use a different one.`,
            );
        }),
        ...duplicates(
            cluster.vrrpInstances.map(({ vmacInterface }, index) => ({
                path: `vrrpInstances[${index}].vmacInterface`,
                vmacInterface,
            })),
            ({ vmacInterface }) => vmacInterface,
        ).flatMap(([later, first]) =>
            problem(
                later.path,
                `${quote(later.vmacInterface)} is already ${first.path}. Use a different name.`,
            ),
        ),
        ...duplicates(routers, ({ name }) => name).flatMap(([later, first]) =>
            problem(
                `${later.path}.name`,
                `${quote(later.name)} is already the name of ${first.path}. Use a different name.`,
            ),
        ),
    ];
}

/** Adverts over IPv4 and over IPv6 do not meet, so both families can use the same id. */
function disturb(one: Router, other: Router): boolean {
    return one.id === other.id && one.family === other.family && shareNetwork(one, other);
}

/**
 * Do two virtual routers share a network? A director in both has them on one interface or on two. If
 * no director is in both, equal names of interfaces count as one network.
 */
function shareNetwork({ participants }: Router, other: Router): boolean {
    const pairs = participants.flatMap((one) =>
        other.participants.map((another) => ({
            director: one.name === another.name,
            interface: one.interface === another.interface,
        })),
    );
    const common = pairs.filter(({ director }) => director);
    return (common.length > 0 ? common : pairs).some((pair) => pair.interface);
}
