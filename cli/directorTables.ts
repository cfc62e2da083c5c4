import { canonical } from "../lvs/addresses";
import { Health, type HostReport, type ServerStatus, type ServiceStatus } from "./status";
import { withFullNat } from "./fullNat";
import type { Facts, LiveServer, LiveService, Rates } from "./facts";
import { type Rule, splitSocket, virtualIpOf } from "./rules";

export type NameOf = (address: string) => string;

export function namesIn(reports: HostReport[]): NameOf {
    const names = new Map(
        reports.flatMap(({ host }) =>
            host.addresses.map((address) => [canonical(address), host.name] as const),
        ),
    );
    return (address) => names.get(canonical(address)) ?? address;
}

/** A service in a director's plan and kernel, with its servers by address and port. */
export interface Table {
    planned?: Rule;
    live?: LiveService;
    plannedServers: Map<string, Rule>;
    liveServers: Map<string, LiveServer>;
}

export interface DirectorReport extends HostReport {
    /** Tables by service. A host may report any number of lines, so no line is searched for twice. */
    tables: Map<string, Table>;
}

export function tablesOf(facts: Facts | undefined): Map<string, Table> {
    const tables = new Map<string, Table>();
    const tableOf = ({ service }: Rule) => {
        const table: Table = tables.get(service) ?? {
            plannedServers: new Map(),
            liveServers: new Map(),
        };
        tables.set(service, table);
        return table;
    };
    if (facts === undefined) return tables;
    for (const rule of withFullNat(facts.rules, facts.masquerades.join("\n"))) {
        if (rule.server === undefined) tableOf(rule).planned = rule;
        else tableOf(rule).plannedServers.set(rule.server, rule);
    }
    for (const service of facts.services) tableOf(service).live = service;
    for (const server of facts.servers) tableOf(server).liveServers.set(server.server!, server);
    return tables;
}

/** Services of all directors by virtual IP. Those by firewall mark have none. */
export function servicesByIp(directors: DirectorReport[]): Map<string | undefined, string[]> {
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
export function serviceStatus(
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

export function serverStatuses(
    { plannedServers, liveServers }: Table,
    nameOf: NameOf,
): ServerStatus[] {
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
