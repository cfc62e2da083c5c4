import { isIPv4 } from "node:net";
import {
    type Check,
    type Cluster,
    type Httpd,
    LvsMethod,
    LvsSched,
    type PoolMember,
    type VirtualServer,
} from "./model";
import { priorityOf } from "./plan";

/** One thing that is wrong with what the user wrote. */
export interface Problem {
    /** Where, in the user's own terms: `virtualServers[0].port`. */
    path: string;
    /** What stands there, what is allowed, and how to mend it. */
    reason: string;
}

/** Every problem of a cluster, in the order in which it is written; none when it can be built. */
export function validate(cluster: Cluster): Problem[] {
    return [
        ...vrrpProblems(cluster),
        ...memberProblems(cluster),
        ...cluster.directors.flatMap((director, index) => [
            ...(director.interface === undefined
                ? []
                : interfaceProblems(`directors[${index}].interface`, director.interface)),
            ...whole(`directors[${index}].priority`, director.priority, "a priority", 1, 254),
        ]),
        ...priorityProblems(cluster),
        ...cluster.realServers.flatMap((realServer, index) => [
            ...whole(`realServers[${index}].weight`, realServer.weight, "a weight", 0, 65535),
            ...httpdProblems(`realServers[${index}].httpd`, realServer.httpd),
        ]),
        ...cluster.virtualServers.flatMap((virtualServer, index) =>
            virtualServerProblems(cluster, virtualServer, `virtualServers[${index}]`),
        ),
        ...sameServiceProblems(cluster),
    ];
}

/** What is wrong with a VRRP password, without saying what it is. */
export function validateAuthPass(path: string, authPass: string): Problem[] {
    if (/^[\x21\x23-\x7e]{1,8}$/.test(authPass)) return [];
    const bytes = Buffer.byteLength(authPass);
    return problem(
        path,
        `the password (${bytes} bytes) is not 1 to 8 printable ASCII characters without blanks ` +
            'or "; keepalived would cut it. Leave it out to have one made',
    );
}

/** What is wrong with the virtual IPs and the page of a real server that stands alone. */
export function validateRealServer(virtualIps: readonly string[], httpd?: Httpd): Problem[] {
    return [
        ...virtualIps.flatMap((ip, index) => ipv4(`virtualIps[${index}]`, ip)),
        ...httpdProblems("httpd", httpd),
    ];
}

function vrrpProblems({ vrrp }: Cluster): Problem[] {
    return [
        ...interfaceProblems("vrrp.interface", vrrp.interface),
        ...whole("vrrp.virtualRouterId", vrrp.virtualRouterId, "a virtual router id", 1, 255, {
            required: true,
        }),
        ...whole("vrrp.advertInt", vrrp.advertInt, "a whole number of seconds", 1, 255),
    ];
}

/** Names and addresses identify hosts, so no two hosts share one. */
function memberProblems(cluster: Cluster): Problem[] {
    const lists = ["directors", "realServers"] as const;
    const members = lists.flatMap((list) =>
        cluster[list].map(({ name, host }, index) => ({ path: `${list}[${index}]`, name, host })),
    );
    return [
        ...lists
            .filter((list) => cluster[list].length === 0)
            .flatMap((list) => problem(list, "is empty: give at least one host")),
        ...members.flatMap(({ path, name }) => nameProblems(`${path}.name`, name)),
        ...cluster.directors.flatMap(({ host }, index) =>
            hostProblems(`directors[${index}].host`, host),
        ),
        // Directors address real servers in the kernel, which knows no host names.
        ...cluster.realServers.flatMap(({ host }, index) =>
            ipv4(`realServers[${index}].host`, host),
        ),
        ...(["name", "host"] as const).flatMap((key) =>
            repeated(members, (member) => member[key]).flatMap(([member, first]) =>
                problem(
                    `${member.path}.${key}`,
                    `${show(member[key])} is taken by ${first.path}: give each host its own`,
                ),
            ),
        ),
    ];
}

/** Directors stand in the order in which they are preferred, and no two are equal. */
function priorityProblems({ directors }: Cluster): Problem[] {
    const priorities = directors.map(priorityOf);
    return priorities.flatMap((priority, index) => {
        const before = priorities[index - 1];
        if (before === undefined || priority < before) return [];
        return problem(
            `directors[${index}].priority`,
            `${priority} is not below the ${before} of directors[${index - 1}]: ` +
                "list directors in the order in which they are preferred",
        );
    });
}

function virtualServerProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    const { virtualIp, port, lvsSched, lvsMethod, delayLoop, persistenceTimeout } = virtualServer;
    const hosts = [...cluster.directors, ...cluster.realServers];
    const taken = hosts.find(({ host }) => host === virtualIp);
    return [
        ...ipv4(`${path}.virtualIp`, virtualIp),
        ...(taken === undefined
            ? []
            : problem(
                  `${path}.virtualIp`,
                  `${show(virtualIp)} is the address of ${taken.name}: ` +
                      "take an address that no host has",
              )),
        ...portProblems(`${path}.port`, port, { required: true }),
        ...oneOf(`${path}.lvsSched`, lvsSched, Object.values(LvsSched)),
        // Only what is installed on both sides of it may be asked for.
        ...oneOf(`${path}.lvsMethod`, lvsMethod, [LvsMethod.DR]),
        ...whole(`${path}.delayLoop`, delayLoop, "a whole number of seconds", 1, 86400),
        ...whole(`${path}.persistenceTimeout`, persistenceTimeout, "seconds", 0, 2678400),
        ...checkProblems(`${path}.check`, virtualServer.check),
        ...poolProblems(cluster, virtualServer, `${path}.realServers`),
    ];
}

function poolProblems(cluster: Cluster, virtualServer: VirtualServer, path: string): Problem[] {
    const pool = virtualServer.realServers;
    if (pool === undefined) return [];
    const known = cluster.realServers.map(({ name }) => name);
    const member = ({ name, port, weight }: PoolMember, index: number): Problem[] => [
        ...(known.includes(name)
            ? []
            : problem(
                  `${path}[${index}].name`,
                  `${show(name)} is not among realServers (${known.join(", ")})`,
              )),
        ...portProblems(`${path}[${index}].port`, port),
        ...(port === undefined || port === virtualServer.port
            ? []
            : problem(
                  `${path}[${index}].port`,
                  `${show(port)} differs from the virtual server's ${virtualServer.port}: ` +
                      "direct routing leaves the port as it is",
              )),
        ...whole(`${path}[${index}].weight`, weight, "a weight", 0, 65535),
    ];
    return [
        ...(pool.length === 0
            ? problem(path, "is empty: name real servers, or leave it out for all of them")
            : []),
        ...pool.flatMap(member),
        ...repeated(
            pool.map(({ name }, index) => ({ name, index })),
            ({ name }) => name,
        ).flatMap(([{ name, index }]) =>
            problem(`${path}[${index}].name`, `${show(name)} is named twice: name it once`),
        ),
    ];
}

function sameServiceProblems({ virtualServers }: Cluster): Problem[] {
    const services = virtualServers.map(({ virtualIp, port }, index) => ({
        path: `virtualServers[${index}]`,
        service: `${virtualIp}:${port}`,
    }));
    return repeated(services, ({ service }) => service).flatMap(([later, first]) =>
        problem(
            later.path,
            `${later.service} is also ${first.path}: keepalived would merge the two`,
        ),
    );
}

function checkProblems(path: string, check?: Check): Problem[] {
    const tcp = check?.tcp;
    if (tcp === undefined) return [];
    return [
        ...whole(`${path}.tcp.connectTimeout`, tcp.connectTimeout, "whole seconds", 1, 3600),
        ...whole(`${path}.tcp.retry`, tcp.retry, "a number of retries", 1, 100),
        ...whole(`${path}.tcp.delayBeforeRetry`, tcp.delayBeforeRetry, "whole seconds", 0, 3600),
        ...portProblems(`${path}.tcp.connectPort`, tcp.connectPort),
    ];
}

function httpdProblems(path: string, httpd?: Httpd): Problem[] {
    if (httpd === undefined || !httpd.page.includes("\0")) return [];
    return problem(`${path}.page`, "holds a NUL character, which no text file can: remove it");
}

function nameProblems(path: string, name: string): Problem[] {
    if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) return [];
    return problem(
        path,
        `${show(name)} is not a host name: 1 to 63 letters, digits and inner hyphens`,
    );
}

function interfaceProblems(path: string, name: string): Problem[] {
    if (/^[^\s/"#!{}]{1,15}$/.test(name) && name !== "." && name !== "..") return [];
    return problem(
        path,
        `${show(name)} is not the name of a network interface: 1 to 15 characters, such as eth0`,
    );
}

function hostProblems(path: string, host: string): Problem[] {
    const isName = /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?$/i;
    if (isIPv4(host) || isName.test(host)) return [];
    return problem(path, `${show(host)} is neither an IPv4 address nor a host name`);
}

function ipv4(path: string, address: string): Problem[] {
    if (isIPv4(address)) return [];
    return problem(path, `${show(address)} is not an IPv4 address, such as 192.0.2.10`);
}

function portProblems(path: string, port?: number, { required = false } = {}): Problem[] {
    return whole(path, port, "a port", 1, 65535, { required });
}

/** Nothing given is right, unless it is required: the plan has a default. */
function whole(
    path: string,
    value: number | undefined,
    what: string,
    least: number,
    most: number,
    { required = false } = {},
): Problem[] {
    if (value === undefined && !required) return [];
    if (Number.isInteger(value) && value! >= least && value! <= most) return [];
    return problem(path, `${show(value)} is not ${what} (${least}–${most})`);
}

function oneOf(path: string, value: string | undefined, allowed: string[]): Problem[] {
    if (value === undefined || allowed.includes(value)) return [];
    return problem(path, `${show(value)} is not one of ${allowed.join(", ")}`);
}

/** Each item whose key an earlier one has, with that earlier one. */
function repeated<T>(items: T[], keyOf: (item: T) => unknown): [T, T][] {
    return items.flatMap((item, index) => {
        const first = items.findIndex((earlier) => keyOf(earlier) === keyOf(item));
        return first < index ? [[item, items[first]!] as [T, T]] : [];
    });
}

function problem(path: string, reason: string): Problem[] {
    return [{ path, reason }];
}

function show(value: unknown): string {
    return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}
