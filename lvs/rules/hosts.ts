import { canonical, type Family, familyOf, isSameAddress } from "../addresses";
import { matching, oneOf, checkValue, type Target } from "../keepalived/keywords";
import { Distribution, isVersion } from "../keepalived/versions";
import type { Cluster, Httpd } from "../model";
import { type Problem, problem, problemIf, duplicates, quote, textProblems } from "../problems";
import { weight } from "../service/poolMember";

/** A version as package managers write it. */
const packageVersion = matching(
    /^[A-Za-z0-9][A-Za-z0-9.+~:^_-]{0,99}$/,
    "the version of a package, such as 1:2.2.7-1+b2",
);

/** Check hosts. Names and addresses identify hosts, so each is unique. */
export function hostProblems(cluster: Cluster, target: Target): Problem[] {
    const lists = ["directors", "realServers"] as const;
    const members = lists.flatMap((list) =>
        cluster[list].map((member, index) => ({ path: `${list}[${index}]`, ...member })),
    );
    const addresses = members.flatMap((member) =>
        hostAddresses(member).map((address) => ({ path: member.path, ...address })),
    );
    return [
        ...checkValue("distribution", oneOf(Distribution), cluster.distribution, target),
        ...checkValue("keepalivedPackage", packageVersion, cluster.keepalivedPackage, target),
        ...lists
            .filter((list) => cluster[list].length === 0)
            .flatMap((list) => problem(list, "is empty: give at least one host")),
        ...problemIf(
            cluster.directors.length > 8,
            "directors",
            `has ${cluster.directors.length} hosts: eight at most take turns in time`,
        ),
        ...members.flatMap(({ path, name, host, distribution }) => [
            ...nameProblems(`${path}.name`, name),
            ...addressProblems(`${path}.host`, host),
            ...checkValue(`${path}.distribution`, oneOf(Distribution), distribution, target),
        ]),
        ...duplicates(members, ({ name }) => name).flatMap(([member, first]) =>
            takenProblem(`${member.path}.name`, member.name, first.path),
        ),
        ...duplicates(addresses, ({ value }) => canonical(value)).flatMap(([address, first]) =>
            takenProblem(`${address.path}.${address.field}`, address.value, first.path),
        ),
        ...cluster.directors.flatMap(({ keepalivedVersion: version }, index) =>
            problemIf(
                version !== undefined && !isVersion(version),
                `directors[${index}].keepalivedVersion`,
                `${quote(version)} is not a version, such as 2.2.7`,
            ),
        ),
        ...cluster.realServers.flatMap((realServer, index) =>
            realServerProblems(`realServers[${index}]`, realServer, target),
        ),
    ];
}

function takenProblem(path: string, value: string, first: string): Problem[] {
    return problem(path, `${quote(value)} is taken by ${first}: give each host its own`);
}

/** Addresses of a host with their fields, each once. */
export function hostAddresses(host: HostAddresses): { field: string; value: string }[] {
    const { host: login, address, address6 } = host;
    const fields = Object.entries({ host: login, address, address6 }).flatMap(([field, value]) =>
        value === undefined ? [] : [{ field, value }],
    );
    return fields.filter(
        ({ value }, index) =>
            !fields.slice(0, index).some((earlier) => isSameAddress(earlier.value, value)),
    );
}

type HostAddresses = Pick<Cluster["realServers"][number], "host" | "address" | "address6">;

function realServerProblems(
    path: string,
    realServer: Cluster["realServers"][number],
    target: Target,
): Problem[] {
    const { address, address6, weight: share, httpd } = realServer;
    return [
        ...familyProblems(`${path}.address`, address, "inet"),
        ...familyProblems(`${path}.address6`, address6, "inet6"),
        ...gatewayProblems(`${path}.`, realServer),
        ...checkValue(`${path}.weight`, weight, share, target),
        ...httpdProblems(`${path}.httpd`, httpd),
    ];
}

/** Check the gateways of a real server. */
export function gatewayProblems(
    prefix: string,
    { gateway, gateway6 }: { readonly gateway?: string; readonly gateway6?: string },
): Problem[] {
    return [
        ...familyProblems(`${prefix}gateway`, gateway, "inet"),
        ...familyProblems(`${prefix}gateway6`, gateway6, "inet6"),
    ];
}

function familyProblems(path: string, address: string | undefined, family: Family): Problem[] {
    const name = family === "inet" ? "IPv4" : "IPv6";
    return problemIf(
        address !== undefined && familyOf(address) !== family,
        path,
        `${quote(address)} is not an ${name} address`,
    );
}

/** Check the web page of a real server. */
export function httpdProblems(path: string, httpd?: Httpd): Problem[] {
    return textProblems(`${path}.page`, httpd?.page ?? "");
}

function nameProblems(path: string, name: string): Problem[] {
    if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)) return [];
    return problem(
        path,
        `${quote(name)} is not a host name: 1 to 63 letters, digits and inner hyphens`,
    );
}

function addressProblems(path: string, host: string): Problem[] {
    const isName = /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?$/i;
    if (familyOf(host) || (host.length <= 254 && isName.test(host))) return [];
    return problem(path, `${quote(host)} is neither an IP address nor a host name`);
}
