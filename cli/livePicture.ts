import { type ClusterStatus, Health, type ServiceStatus, type VirtualIpStatus } from "./status";
import { serviceName, virtualIpOf } from "./rules";
import { stateStyle } from "./statusView";
import type { Picture } from "./topology";

/** Make the picture of a cluster with its live state. */
export function livePicture({ virtualIps, marks, elsewhere, hosts }: ClusterStatus): Picture {
    const alone = [...marks, ...elsewhere];
    const routers = routersOf(virtualIps);
    return {
        choice: "active",
        virtualIps: [...virtualIps.map(virtualIpBox), ...alone.map(aloneBox)],
        directors: hosts
            .filter(({ role }) => role === "director")
            .map(({ name, state }) => ({
                name,
                chosenFor: routers
                    .filter(({ activeDirectors }) => activeDirectors.has(name))
                    .map((router) => router.name),
                state,
                style: stateStyle(state),
            })),
        routers,
        realServers: realServersOf(
            [...virtualIps.flatMap(({ services }) => services), ...alone],
            hosts.filter(({ role }) => role === "realServer"),
        ),
    };
}

function routersOf(virtualIps: VirtualIpStatus[]) {
    const found = new Map<string, Picture["routers"][number] & { activeDirectors: Set<string> }>();
    for (const { ip, router: name, activeDirectors } of virtualIps) {
        const router = found.get(name) ?? {
            name,
            text: name,
            virtualIps: [],
            activeDirectors: new Set(),
        };
        router.virtualIps.push(ip);
        for (const director of activeDirectors) router.activeDirectors.add(director);
        found.set(name, router);
    }
    return [...found.values()];
}

type VirtualIpBox = Picture["virtualIps"][number];

function virtualIpBox({ ip, activeDirectors, services }: VirtualIpStatus): VirtualIpBox {
    const count = activeDirectors.length;
    const split = count === 0 ? ["no active director"] : [`${count} active directors`];
    const isHealthy = count === 1 && services.every(isServed);
    return {
        ip,
        services: [...services.map(serviceText), ...(count === 1 ? [] : split)],
        style: isHealthy ? undefined : "red",
    };
}

/** A service of a firewall mark, or of an address that VRRP does not move. */
function aloneBox(service: ServiceStatus): VirtualIpBox {
    const ip = virtualIpOf(service.service);
    return {
        ip: ip ?? serviceName(service.service),
        services: [serviceText(service)],
        style: isServed(service) ? undefined : "red",
    };
}

function serviceText({ service, scheduler, present, servers }: ServiceStatus): string {
    const pool = servers.filter(({ health }) => health !== Health.sorry && health !== Health.stray);
    const up = pool.filter(({ health }) => health === Health.up).length;
    const state = present ? `${up} of ${pool.length} up` : "not in the kernel";
    return `${serviceName(service)} ${scheduler} · ${state}`;
}

function isServed({ present, servers }: ServiceStatus): boolean {
    return present && servers.some(({ health }) => health === Health.up);
}

function realServersOf(
    services: ServiceStatus[],
    hosts: ClusterStatus["hosts"],
): Picture["realServers"] {
    const found = new Map<string, Picture["realServers"][number]>();
    for (const { service, servers } of services) {
        for (const { name, address, port, method, weight, health, active } of servers) {
            const realServer = found.get(name) ?? { name, address, pools: [], connections: 0 };
            const sorry = health === Health.sorry;
            realServer.pools.push({ service, port: String(port), method, weight, sorry, health });
            realServer.connections! += active;
            found.set(name, realServer);
        }
    }
    for (const { name, state } of hosts) {
        // A host without a pool has no known address.
        const realServer = found.get(name) ?? { name, address: name, pools: [] };
        if (stateStyle(state) === "red") realServer.trouble = `host: ${state}`;
        found.set(name, realServer);
    }
    return [...found.values()];
}
