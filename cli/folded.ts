import type { ClusterStatus, HostStatus, ServerStatus, ServiceStatus } from "./status";
import { namesOf } from "./names";

/** Give real servers and hosts that are alike one row each. */
export function folded(cluster: ClusterStatus): ClusterStatus {
    const { virtualIps, marks, elsewhere, hosts } = cluster;
    return {
        ...cluster,
        virtualIps: virtualIps.map((one) => ({
            ...one,
            services: one.services.map(foldedService),
        })),
        marks: marks.map(foldedService),
        elsewhere: elsewhere.map(foldedService),
        hosts: alike(hosts, ({ role, state, keepalived, kernel }) => ({
            role,
            state,
            keepalived,
            kernel,
        })).map(hostOf),
    };
}

function foldedService(service: ServiceStatus): ServiceStatus {
    const kinds = alike(service.servers, ({ port, method, weight, health }) => ({
        port,
        method,
        weight,
        health,
    }));
    return { ...service, servers: kinds.map(serverOf) };
}

function alike<T>(items: T[], kindOf: (item: T) => object): T[][] {
    const groups = new Map<string, T[]>();
    for (const item of items) {
        const key = JSON.stringify(kindOf(item));
        const group = groups.get(key) ?? [];
        group.push(item);
        groups.set(key, group);
    }
    return [...groups.values()];
}

/** The connections and rates are those of all. */
function serverOf(servers: ServerStatus[]): ServerStatus {
    const [first] = servers as [ServerStatus];
    const sum = (of: (server: ServerStatus) => number) =>
        servers.reduce((total, server) => total + of(server), 0);
    return {
        ...first,
        name: namesOf(servers.map(({ name }) => name)),
        active: sum(({ active }) => active),
        inactive: sum(({ inactive }) => inactive),
        rates: {
            connections: sum(({ rates }) => rates.connections),
            packetsIn: sum(({ rates }) => rates.packetsIn),
            packetsOut: sum(({ rates }) => rates.packetsOut),
            bytesIn: sum(({ rates }) => rates.bytesIn),
            bytesOut: sum(({ rates }) => rates.bytesOut),
        },
    };
}

/** The times are those of the host that booted last, and of the host whose last apply is the oldest. */
function hostOf(hosts: HostStatus[]): HostStatus {
    const [first] = hosts as [HostStatus];
    const times = (of: (host: HostStatus) => number | undefined) =>
        hosts.flatMap((host) => of(host) ?? []);
    const extreme = (pick: (...times: number[]) => number, found: number[]) =>
        found.length === 0 ? undefined : pick(...found);
    return {
        ...first,
        name: namesOf(hosts.map(({ name }) => name)),
        uptime: extreme(
            Math.min,
            times(({ uptime }) => uptime),
        ),
        sinceApply: extreme(
            Math.max,
            times(({ sinceApply }) => sinceApply),
        ),
    };
}
