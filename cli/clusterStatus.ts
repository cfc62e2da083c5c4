import { canonical } from "../lvs/addresses";
import type { ClusterStatus, HostReport, HostStatus, VirtualIpStatus } from "./status";
import { namesIn, servicesByIp, serviceStatus, tablesOf } from "./directorTables";
import type { Facts } from "./facts";
import { activeDirectorProblems, hostProblems, isUnplanned, poolProblems } from "./healthProblems";
import type { ClusterHost } from "./inventory";

/** Put the facts of all hosts together and find the problems. */
export function clusterStatus(name: string, reports: HostReport[]): ClusterStatus {
    const directors = reports
        .filter(({ host }) => host.role === "director")
        .map((report) => ({ ...report, tables: tablesOf(report.facts) }));
    const nameOf = namesIn(reports);
    const virtualIps = virtualIpsIn(directors);
    const services = servicesByIp(directors);
    const servicesOf = (ip: string | undefined, activeDirectors: string[]) =>
        (services.get(ip) ?? []).flatMap(
            (service) => serviceStatus(service, directors, activeDirectors, nameOf) ?? [],
        );
    const isRouted = new Set(virtualIps.map(({ ip }) => canonical(ip)));
    const activeDirectors = virtualIps.flatMap((virtualIp) => virtualIp.activeDirectors);
    return {
        name,
        virtualIps: virtualIps.map((virtualIp) => ({
            ...virtualIp,
            services: servicesOf(virtualIp.ip, virtualIp.activeDirectors),
        })),
        marks: servicesOf(undefined, [...new Set(activeDirectors)]),
        elsewhere: [...services.keys()].flatMap((ip) =>
            ip === undefined || isRouted.has(ip) ? [] : servicesOf(ip, []),
        ),
        hosts: reports.map(hostStatus),
        problems: [
            ...reports.flatMap(hostProblems),
            ...activeDirectorProblems(virtualIps, directors),
            ...poolProblems(directors, nameOf),
        ],
    };
}

/** List each virtual IP of the plan once. A director's other addresses are its own problem. */
function virtualIpsIn(directors: HostReport[]): Omit<VirtualIpStatus, "services">[] {
    const found = new Map<string, Omit<VirtualIpStatus, "services">>();
    for (const { host } of directors) {
        for (const [ip, router] of Object.entries(host.virtualIps ?? {}))
            found.set(ip, { ip, router, activeDirectors: [] });
    }
    for (const { host, facts } of directors) {
        for (const { ip, router = "", here } of facts?.addresses ?? []) {
            if (isUnplanned(host, ip)) continue;
            const virtualIp = found.get(ip) ?? { ip, router, activeDirectors: [] };
            const { activeDirectors } = virtualIp;
            if (here && activeDirectors.at(-1) !== host.name) activeDirectors.push(host.name);
            found.set(ip, virtualIp);
        }
    }
    return [...found.values()];
}

function hostStatus({ host, facts }: HostReport): HostStatus {
    const { name, role } = host;
    if (!facts) return { name, role, state: "unknown" };
    const { keepalived, kernel, uptime, clock, steps } = facts;
    const applied = steps.get("configure");
    return {
        name,
        role,
        state: stateOf(host, facts),
        keepalived,
        kernel,
        uptime,
        sinceApply: applied === undefined ? undefined : clock - applied,
    };
}

function stateOf({ role }: ClusterHost, { steps, routers, addresses, units }: Facts): string {
    if (!steps.has("configure")) return "not set up";
    if (role !== "director") {
        const whole =
            addresses.every(({ here }) => here) && units.every(({ active }) => active === "active");
        return whole ? "serving" : "broken";
    }
    // Without VRRP, a director neither is active nor waits.
    if (routers.length === 0) return "serving";
    return [...new Set(routers.map(({ state }) => state))].join(", ");
}
