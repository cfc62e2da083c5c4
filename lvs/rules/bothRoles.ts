import { hasSyncDaemon, sharesWork, syncsByDefault } from "../global/syncDaemon";
import { servingDirectors, sharedMachines, sharedUses } from "../machines";
import type { Cluster } from "../model";
import { contextOf } from "../virtualIps";
import { joinNames, type Problem, problem, problemIf } from "../problems";
import { LvsMethod } from "../service/lvsMethod";
import { instanceName } from "../vrrp/instance/instance";

/** Check machines that are director and real server. */
export function bothRolesProblems(cluster: Cluster): Problem[] {
    const { directors, realServers, virtualServers } = cluster;
    const serving = servingDirectors(cluster);
    const pathOf = (realServer: Cluster["realServers"][number]) =>
        `realServers[${realServers.indexOf(realServer)}]`;
    return [
        ...sharedMachines(cluster).flatMap(({ director, realServer }) =>
            problemIf(
                realServer.managed === false,
                `${pathOf(realServer)}.managed`,
                `false contradicts the director ${director.name}, which is the same machine. Remove it.`,
            ),
        ),
        ...sharedUses(cluster).flatMap(({ machine, virtualServer, method }) => {
            const reason = obstacle(method, directors.length);
            if (reason === undefined) return [];
            return problem(
                pathOf(machine.realServer),
                `The machine is also the director ${machine.director.name}, and virtualServers[${virtualServers.indexOf(virtualServer)}] sends to it by ${method}: ${reason}. Use DR or FULLNAT, or a machine of its own.`,
            );
        }),
        ...(directors.length > 1 ? serving.slice(0, 1) : []).flatMap(({ name }) =>
            backupProblems(cluster, name),
        ),
        ...backupOnlyProblems(cluster),
    ];
}

/** Why a real server that is also a director cannot have a forwarding method. */
function obstacle(method: LvsMethod, directors: number): string | undefined {
    if (method === LvsMethod.TUN) {
        return "the device of a tunnel has the virtual IP while the director is a backup, too";
    }
    if (method === LvsMethod.NAT && directors > 1) {
        return "its gateway would be a virtual IP, and while the director is active the machine would be its own gateway";
    }
    return undefined;
}

/**
 * The kernel knows by the state of its sync daemon whether it is a backup. There is one daemon for all
 * instances. `name` is a director that gets packets as a real server.
 */
function backupProblems(cluster: Cluster, name: string): Problem[] {
    const { vrrpInstances, vrrpSyncGroups = [], globalDefs, kernel } = cluster;
    const why = `${name} is also a real server, and while it is a backup director it must not forward packets again`;
    const instances = vrrpInstances.map(instanceName);
    const together = vrrpSyncGroups.some(({ group }) =>
        instances.every((instance) => group.includes(instance)),
    );
    return [
        ...problemIf(
            instances.length === 0,
            "vrrpInstances",
            `${why}. Only VRRP tells it that it is the backup. Give an instance, or a machine of its own for each role.`,
        ),
        ...problemIf(
            !hasSyncDaemon(globalDefs?.lvsSyncDaemon, syncsByDefault(cluster)),
            "globalDefs.lvsSyncDaemon.enabled",
            `false turns off the sync daemon, by which the kernel knows that a director is the backup: ${why}. Remove it.`,
        ),
        ...problemIf(
            kernel?.backupOnly === false,
            "kernel.backupOnly",
            `false contradicts the two roles of a machine: ${why}. Remove it.`,
        ),
        ...problemIf(
            instances.length > 1 && !together,
            "vrrpSyncGroups",
            `${why}. The kernel has one sync state for all instances. Put ${joinNames(instances)} in one group.`,
        ),
    ];
}

/** A director whose daemon announces and hears at the same time would never forward with this setting. */
function backupOnlyProblems(cluster: Cluster): Problem[] {
    const { vrrpInstances, globalDefs, kernel } = cluster;
    if (kernel?.backupOnly !== true) return [];
    const daemon = globalDefs?.lvsSyncDaemon;
    return problemIf(
        hasSyncDaemon(daemon, syncsByDefault(cluster)) &&
            daemon?.instance === undefined &&
            sharesWork(vrrpInstances, contextOf(cluster)),
        "kernel.backupOnly",
        "With true no director forwards packets: instances prefer different directors, so each sync daemon also receives, and the kernel takes each director for a backup. Remove it, or name one instance in globalDefs.lvsSyncDaemon.instance.",
    );
}
