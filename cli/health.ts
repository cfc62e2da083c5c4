import type { Facts, LiveServer, Rates } from "./facts";
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
    /** `active`, `backup` or `split`, or several of them for several instances; `serving` for a real server. */
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
    hosts: HostStatus[];
    problems: string[];
}

/** Put the facts of all hosts together and find the problems. */
export function clusterStatus(name: string, reports: HostReport[]): ClusterStatus {
    const directors = reports.filter(({ host }) => host.role === "director");
    const nameOf = namesIn(reports);
    const virtualIps = virtualIpsIn(directors);
    const servicesOf = (ip: string | undefined, activeDirectors: string[]) =>
        serviceKeys(directors)
            .filter((service) => virtualIpOf(service) === ip)
            .flatMap((service) => serviceStatus(service, directors, activeDirectors, nameOf) ?? []);
    const activeDirectors = virtualIps.flatMap((virtualIp) => virtualIp.activeDirectors);
    return {
        name,
        virtualIps: virtualIps.map((virtualIp) => ({
            ...virtualIp,
            services: servicesOf(virtualIp.ip, virtualIp.activeDirectors),
        })),
        marks: servicesOf(undefined, activeDirectors),
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
            host.addresses.map((address) => [address, host.name] as const),
        ),
    );
    return (address) => names.get(address) ?? address;
}

/** List each virtual IP once, in the order of the directors' facts. */
function virtualIpsIn(directors: HostReport[]): Omit<VirtualIpStatus, "services">[] {
    const found = new Map<string, Omit<VirtualIpStatus, "services">>();
    for (const { host, facts } of directors) {
        for (const { ip, router = "", here } of facts?.addresses ?? []) {
            const virtualIp = found.get(ip) ?? { ip, router, activeDirectors: [] };
            if (here) virtualIp.activeDirectors.push(host.name);
            found.set(ip, virtualIp);
        }
    }
    return [...found.values()];
}

function serviceKeys(directors: HostReport[]): string[] {
    const rules = directors.flatMap(({ facts }) => [
        ...(facts?.rules ?? []),
        ...(facts?.services ?? []),
    ]);
    return [...new Set(rules.map(({ service }) => service))];
}

/** Read a service from the active director's table, or else from any director's. */
function serviceStatus(
    service: string,
    directors: HostReport[],
    activeDirectors: string[],
    nameOf: NameOf,
): ServiceStatus | undefined {
    const knowing = directors.filter(({ facts }) =>
        [...(facts?.rules ?? []), ...(facts?.services ?? [])].some(
            (one) => one.service === service,
        ),
    );
    const shown = knowing.find(({ host }) => activeDirectors.includes(host.name)) ?? knowing[0];
    if (!shown?.facts) return undefined;
    const { rules, services } = shown.facts;
    const live = services.find((one) => one.service === service);
    const planned = rules.find((one) => one.service === service && one.server === undefined);
    return {
        service,
        scheduler: live?.scheduler ?? planned?.scheduler ?? "",
        director: shown.host.name,
        present: live !== undefined,
        rates: live?.rates ?? none,
        servers: serverStatuses(service, shown.facts, nameOf),
    };
}

const none: Rates = { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };

function serverStatuses(service: string, facts: Facts, nameOf: NameOf): ServerStatus[] {
    const planned = facts.rules.filter((rule) => rule.service === service && rule.server);
    const live = facts.servers.filter((server) => server.service === service);
    const of = (server: string) => live.find((one) => one.server === server);
    const isPlanned = ({ server }: Rule) => planned.some((rule) => rule.server === server);
    return [
        ...planned.flatMap((rule) => {
            const found = of(rule.server!);
            // A sorry server appears only while it serves.
            if (rule.sorry && !found) return [];
            return [serverStatus(rule, found, healthOf(rule, found), nameOf)];
        }),
        ...live
            .filter((server) => !isPlanned(server))
            .map((server) => serverStatus(server, server, Health.stray, nameOf)),
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
    const applied = steps.configure;
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
    if (steps.configure === undefined) return "not set up";
    if (role !== "director") {
        const whole =
            addresses.every(({ here }) => here) && units.every(({ active }) => active === "active");
        return whole ? "serving" : "broken";
    }
    return [...new Set(routers.map(({ state }) => state))].join(", ");
}

function hostProblems({ host, facts, problem }: HostReport): string[] {
    const { name, role } = host;
    if (!facts) return [`${name} ${problem ?? "has not reported"}`];
    if (facts.steps.configure === undefined) {
        return [`${name} is not set up. Run \`pulumi up\`.`];
    }
    const absent = facts.addresses.filter(({ here, router }) => !here && router === undefined);
    const split = facts.routers.filter(({ state }) => state === "split");
    return [
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
        ...split.map((router) => `${name} has only some virtual IPs of ${router.name}`),
        ...(facts.deferred
            ? [`${name} has deferred a change that was never carried out. Run \`pulumi up\`.`]
            : []),
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
function poolProblems(directors: HostReport[], nameOf: NameOf): string[] {
    const found = new Map<string, string[]>();
    for (const { host, facts } of directors) {
        if (facts?.steps.configure === undefined) continue;
        for (const sentence of tableProblems(facts, nameOf)) {
            found.set(sentence, [...(found.get(sentence) ?? []), host.name]);
        }
    }
    return [...found].map(([sentence, names]) => `${sentence} (seen by ${names.join(", ")})`);
}

function tableProblems(facts: Facts, nameOf: NameOf): string[] {
    const live = new Set(facts.services.map(({ service }) => service));
    const planned = facts.rules.filter(({ server }) => server === undefined);
    return [
        ...planned
            .filter(({ service }) => !live.has(service))
            .map(({ service }) => `${service} is not in the kernel`),
        ...facts.services
            .filter(({ service }) => !planned.some((rule) => rule.service === service))
            .map(({ service }) => `${service} is in the kernel but not in the plan`),
        ...[...live].flatMap((service) =>
            serverStatuses(service, facts, nameOf).flatMap(({ name, port, health }) => {
                if (health === Health.down) return [`${name}:${port} is down for ${service}`];
                const isPlanned = planned.some((rule) => rule.service === service);
                if (health === Health.stray && isPlanned) {
                    return [`${name}:${port} gets ${service} but is not in the plan`];
                }
                return [];
            }),
        ),
    ];
}
