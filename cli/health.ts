import { canonical } from "../lvs/addresses";
import { quote } from "../lvs/problems";
import type { Facts, LiveServer, LiveService, Rates } from "./facts";
import type { ClusterHost } from "./inventory";
import { type Rule, splitSocket, virtualIpOf } from "./rules";

/** A host with its facts, or the reason why it has none. */
export interface HostReport {
    host: ClusterHost;
    facts?: Facts;
    problem?: string;
}

/** State of a real server in a pool. */
export const Health = {
    /** It gets connections. */
    up: "up",
    /** Its weight is above 0, but it gets no connections. */
    down: "down",
    /** Its weight in the plan is 0. */
    drained: "drained",
    /** It replaces a pool that is down. */
    sorry: "sorry",
    /** It is not in the plan. */
    stray: "stray",
} as const;
export type Health = (typeof Health)[keyof typeof Health];

export interface ServerStatus {
    /** The name of the real server, or its address if no host of the cluster has it. */
    name: string;
    address: string;
    port: number;
    method: string;
    weight: number;
    health: Health;
    active: number;
    inactive: number;
    rates: Rates;
}

export interface ServiceStatus {
    /** `TCP 192.0.2.1:80`, `FWM 7`. */
    service: string;
    scheduler: string;
    /** The director whose table this is: the active one, if there is one. */
    director: string;
    /** The table has the service. */
    present: boolean;
    rates: Rates;
    servers: ServerStatus[];
}

export interface VirtualIpStatus {
    ip: string;
    router: string;
    /** The directors that have it. A healthy cluster has one. */
    activeDirectors: string[];
    services: ServiceStatus[];
}

export interface HostStatus {
    name: string;
    role: string;
    /** `active`, `backup` or `split`, or several of them for several instances; `serving` for a real server and a director without VRRP. */
    state: string;
    keepalived?: string;
    kernel?: string;
    /** Seconds. */
    uptime?: number;
    /** Seconds since its last apply, changed or not. */
    sinceApply?: number;
}

/** State of a cluster, and all its problems. */
export interface ClusterStatus {
    name: string;
    virtualIps: VirtualIpStatus[];
    /** Services by firewall mark, which have no virtual IP of their own. */
    marks: ServiceStatus[];
    /** Services whose virtual IP belongs to no VRRP instance. */
    elsewhere: ServiceStatus[];
    hosts: HostStatus[];
    problems: string[];
}

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

type NameOf = (address: string) => string;

function namesIn(reports: HostReport[]): NameOf {
    const names = new Map(
        reports.flatMap(({ host }) =>
            host.addresses.map((address) => [canonical(address), host.name] as const),
        ),
    );
    return (address) => names.get(canonical(address)) ?? address;
}

/** A service in a director's plan and kernel, with its servers by address and port. */
interface Table {
    planned?: Rule;
    live?: LiveService;
    plannedServers: Map<string, Rule>;
    liveServers: Map<string, LiveServer>;
}

interface DirectorReport extends HostReport {
    /** Tables by service. A host may report any number of lines, so no line is searched for twice. */
    tables: Map<string, Table>;
}

function tablesOf(facts: Facts | undefined): Map<string, Table> {
    const tables = new Map<string, Table>();
    const tableOf = ({ service }: Rule) => {
        const table: Table = tables.get(service) ?? {
            plannedServers: new Map(),
            liveServers: new Map(),
        };
        tables.set(service, table);
        return table;
    };
    for (const rule of facts?.rules ?? []) {
        if (rule.server === undefined) tableOf(rule).planned = rule;
        else tableOf(rule).plannedServers.set(rule.server, rule);
    }
    for (const service of facts?.services ?? []) tableOf(service).live = service;
    for (const server of facts?.servers ?? [])
        tableOf(server).liveServers.set(server.server!, server);
    return tables;
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

function isUnplanned({ virtualIps }: ClusterHost, ip: string): boolean {
    return virtualIps !== undefined && !Object.hasOwn(virtualIps, ip);
}

/** Services of all directors by virtual IP. Those by firewall mark have none. */
function servicesByIp(directors: DirectorReport[]): Map<string | undefined, string[]> {
    const found = new Map<string | undefined, string[]>();
    for (const service of new Set(directors.flatMap(({ tables }) => [...tables.keys()]))) {
        const ip = virtualIpOf(service);
        const key = ip === undefined ? undefined : canonical(ip);
        const services = found.get(key) ?? [];
        services.push(service);
        found.set(key, services);
    }
    return found;
}

/**
 * Read a service from the active director's table, or else from any director's. A backup cannot add a
 * service to it.
 */
function serviceStatus(
    service: string,
    directors: DirectorReport[],
    activeDirectors: string[],
    nameOf: NameOf,
): ServiceStatus | undefined {
    const knowing = directors.filter(({ tables }) => tables.has(service));
    const isActive = ({ host }: HostReport) => activeDirectors.includes(host.name);
    const shown = activeDirectors.length > 0 ? knowing.find(isActive) : knowing[0];
    if (shown === undefined) return undefined;
    const table = shown.tables.get(service)!;
    const { live, planned } = table;
    return {
        service,
        scheduler: live?.scheduler ?? planned?.scheduler ?? "",
        director: shown.host.name,
        present: live !== undefined,
        rates: live?.rates ?? none,
        servers: serverStatuses(table, nameOf),
    };
}

const none: Rates = { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };

function serverStatuses({ plannedServers, liveServers }: Table, nameOf: NameOf): ServerStatus[] {
    return [
        ...[...plannedServers].flatMap(([server, rule]) => {
            const found = liveServers.get(server);
            // A sorry server appears only while it serves.
            if (rule.sorry && !found) return [];
            return [serverStatus(rule, found, healthOf(rule, found), nameOf)];
        }),
        ...[...liveServers]
            .filter(([server]) => !plannedServers.has(server))
            .map(([, server]) => serverStatus(server, server, Health.stray, nameOf)),
    ];
}

function healthOf(planned: Rule, live: LiveServer | undefined): Health {
    if (planned.sorry) return Health.sorry;
    if (planned.weight === 0) return Health.drained;
    return live && live.weight !== 0 ? Health.up : Health.down;
}

function serverStatus(
    rule: Rule,
    live: LiveServer | undefined,
    health: Health,
    nameOf: NameOf,
): ServerStatus {
    const { address, port } = splitSocket(rule.server!);
    return {
        name: nameOf(address),
        address,
        port: Number(port),
        method: rule.method ?? "",
        weight: live?.weight ?? 0,
        health,
        active: live?.active ?? 0,
        inactive: live?.inactive ?? 0,
        rates: live?.rates ?? none,
    };
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

/** Problems of one host that are listed. */
const mostProblems = 50;

function hostProblems(report: HostReport): string[] {
    const all = ownProblems(report);
    const more = all.length - mostProblems;
    if (more <= 0) return all;
    return [...all.slice(0, mostProblems), `${report.host.name} has ${more} more problems`];
}

function ownProblems({ host, facts, problem }: HostReport): string[] {
    const { name, role } = host;
    if (!facts) return [`${name} ${problem ?? "has not reported"}`];
    const odd = oddProblems(name, facts.odd);
    if (!facts.steps.has("configure")) {
        return [...odd, `${name} is not set up. Run \`pulumi up\`.`];
    }
    const absent = facts.addresses.filter(({ here, router }) => !here && router === undefined);
    const unplanned = facts.addresses.filter(
        ({ ip, router }) => router !== undefined && isUnplanned(host, ip),
    );
    const split = facts.routers.filter(({ state }) => state === "split");
    return [
        ...odd,
        ...facts.units
            .filter(({ active }) => active !== "active")
            .map(
                (unit) =>
                    `${name}: ${unit.name} is ${unit.active} (\`journalctl -u ${unit.name}\`)`,
            ),
        ...facts.complaints
            // Older versions of lvs-real-server say "not so".
            .filter(({ text }) => role === "director" || !/^(missing|not so): address /.test(text))
            .map(({ unit, text }) => `${name}: ${unit} reports: ${text}`),
        ...absent.map(({ ip, device }) => `${name} does not have ${ip} on ${device}`),
        ...unplanned.map(
            ({ ip }) =>
                `${name} has reported the virtual IP ${ip}, which the last \`up\` did not have. Run \`pulumi up\`, or look at the host.`,
        ),
        ...split.map((router) => `${name} has only some virtual IPs of ${router.name}`),
        ...(facts.deferred
            ? [`${name} has deferred a change that was never carried out. Run \`pulumi up\`.`]
            : []),
    ];
}

function oddProblems(name: string, odd: string[]): string[] {
    if (odd.length === 0) return [];
    const lines = odd.length === 1 ? "a line" : `${odd.length} lines`;
    return [
        `${name} has reported ${lines} that \`lvs\` does not accept: ${quote(odd[0])}. Look at the host.`,
    ];
}

function activeDirectorProblems(
    virtualIps: Omit<VirtualIpStatus, "services">[],
    directors: HostReport[],
): string[] {
    const silent = directors.filter(({ facts }) => !facts).map(({ host }) => host.name);
    const unless = silent.length === 0 ? "" : `, unless ${silent.join(" or ")} has it`;
    return virtualIps.flatMap(({ ip, activeDirectors }) => {
        if (activeDirectors.length === 0) return [`${ip} has no active director${unless}`];
        if (activeDirectors.length === 1) return [];
        return [
            `${ip} has ${activeDirectors.length} active directors, ${activeDirectors.join(" and ")}. Their adverts do not reach each other.`,
        ];
    });
}

/** List each problem of the directors' tables once, with the directors that see it. */
function poolProblems(directors: DirectorReport[], nameOf: NameOf): string[] {
    const found = new Map<string, string[]>();
    for (const { host, facts, tables } of directors) {
        if (!facts?.steps.has("configure")) continue;
        for (const sentence of tableProblems(tables, nameOf)) {
            const names = found.get(sentence) ?? [];
            if (names.at(-1) !== host.name) names.push(host.name);
            found.set(sentence, names);
        }
    }
    return [...found].map(([sentence, names]) => `${sentence} (seen by ${names.join(", ")})`);
}

function tableProblems(tables: Map<string, Table>, nameOf: NameOf): string[] {
    const all = [...tables];
    return [
        ...all
            .filter(([, { planned, live }]) => planned && !live)
            .map(([service]) => `${service} is not in the kernel`),
        ...all
            .filter(([, { planned, live }]) => live && !planned)
            .map(([service]) => `${service} is in the kernel but not in the plan`),
        ...all.flatMap(([service, table]) =>
            table.live === undefined
                ? []
                : serverStatuses(table, nameOf).flatMap(({ name, port, health }) => {
                      if (health === Health.down) return [`${name}:${port} is down for ${service}`];
                      if (health === Health.stray && table.planned) {
                          return [`${name}:${port} gets ${service} but is not in the plan`];
                      }
                      return [];
                  }),
        ),
    ];
}
