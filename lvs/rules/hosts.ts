import { type Family, familyOf, isSameAddress, plainSpelling } from "../addresses";
import { matching, oneOf, checkValue, type Target, wrongDestination } from "../keepalived/keywords";
import {
    Distribution,
    distributionOf,
    isAtLeast,
    isVersion,
    keepalivedOf,
    oldestKeepalived,
} from "../keepalived/versions";
import type { Cluster } from "../model";
import {
    duplicates,
    fieldPath,
    type Problem,
    problem,
    problemIf,
    quote,
    textProblems,
} from "../problems";
import { weight } from "../service/poolMember";

/** A version as package managers write it. */
const packageVersion = matching(
    /^[A-Za-z0-9][A-Za-z0-9.+~:^_-]{0,99}$/,
    "the version of a package",
    "one such as 1:2.2.7-1+b2",
);

/** Check hosts. Names and addresses identify members, so each is unique. A machine in both roles has two names. */
export function hostProblems(cluster: Cluster, target: Target): Problem[] {
    const lists = ["directors", "realServers"] as const;
    const members = lists.flatMap((list) =>
        cluster[list].map((member, index) => ({ path: `${list}[${index}]`, list, ...member })),
    );
    return [
        ...checkValue("distribution", oneOf(Distribution), cluster.distribution, target),
        ...checkValue("keepalivedPackage", packageVersion, cluster.keepalivedPackage, target),
        ...lists
            .filter((list) => list === "directors" || cluster.virtualServers.length > 0)
            .filter((list) => cluster[list].length === 0)
            .flatMap((list) => problem(list, "The list is empty. Give at least one host.")),
        ...problemIf(
            cluster.directors.length > 8,
            "directors",
            `The list has ${cluster.directors.length} hosts, too many to elect an active director in time. Use at most 8.`,
        ),
        ...members.flatMap(({ path, name, host, distribution }) => [
            ...nameProblems(`${path}.name`, name),
            ...addressProblems(`${path}.host`, host),
            ...checkValue(`${path}.distribution`, oneOf(Distribution), distribution, target),
        ]),
        ...duplicates(members, ({ name }) => plainSpelling(name)).flatMap(([member, first]) =>
            takenProblem(`${member.path}.name`, "a different name", member.name, {
                ...first,
                value: first.name,
            }),
        ),
        ...sameAddressProblems(members),
        ...cluster.directors.flatMap(({ keepalivedVersion: version }, index) =>
            problemIf(
                version !== undefined && !isVersion(version),
                `directors[${index}].keepalivedVersion`,
                `${quote(version)} is not a version. Use one such as 2.2.7.`,
            ),
        ),
        ...cluster.directors.flatMap(({ keepalivedVersion = "" }, index) =>
            problemIf(
                isVersion(keepalivedVersion) && !isAtLeast(keepalivedVersion, oldestKeepalived),
                `directors[${index}].keepalivedVersion`,
                `${quote(keepalivedVersion)} is older than the oldest version that pulumi-lvs supports. Use ${oldestKeepalived} or later.`,
            ),
        ),
        ...cluster.directors.flatMap((director, index) => {
            const distribution = distributionOf(director, cluster);
            return problemIf(
                director.keepalivedVersion === undefined &&
                    distribution in keepalivedOf &&
                    keepalivedOf[distribution] === undefined,
                `directors[${index}].keepalivedVersion`,
                `The value is missing, and the releases of ${distribution} have different versions of keepalived. Give the version that \`keepalived --version\` prints.`,
            );
        }),
        ...cluster.realServers.flatMap((realServer, index) =>
            realServerProblems(`realServers[${index}]`, realServer, target),
        ),
    ];
}

/** A member of one of the lists, and its place. */
type Listed = HostAddresses & { readonly path: string; readonly list: "directors" | "realServers" };

/** An address belongs to one member, or to the two roles of one machine, which have the same `host`. */
function sameAddressProblems(members: readonly Listed[]): Problem[] {
    const addresses = members.flatMap(({ path, list, ...member }) =>
        hostAddresses(member).map((address) => ({ path, list, host: member.host, ...address })),
    );
    const [directors, realServers] = (["directors", "realServers"] as const).map((list) =>
        addresses.filter((address) => address.list === list),
    );
    const keyOf = ({ value }: { value: string }) => plainSpelling(value);
    const found = [...duplicates(directors!, keyOf), ...duplicates(realServers!, keyOf)];
    const isFound = new Set(found.map(([address]) => address));
    const byAddress = new Map(directors!.map((address) => [keyOf(address), address]));
    const between = realServers!.flatMap((address) => {
        const first = byAddress.get(keyOf(address));
        if (first === undefined || isFound.has(address)) return [];
        return plainSpelling(first.host) === plainSpelling(address.host)
            ? []
            : [{ address, first }];
    });
    return [
        ...found.flatMap(([address, first]) =>
            takenProblem(
                `${address.path}.${address.field}`,
                "a different address",
                address.value,
                first,
            ),
        ),
        ...between.flatMap(({ address, first }) =>
            takenProblem(
                `${address.path}.${address.field}`,
                "a different address, or if this is one machine in both roles, the same host",
                address.value,
                first,
            ),
        ),
    ];
}

function takenProblem(
    path: string,
    instead: string,
    value: string,
    first: { path: string; value: string },
): Problem[] {
    const as = value === first.value ? "" : `, which spells it ${quote(first.value)}`;
    return problem(path, `${quote(value)} already belongs to ${first.path}${as}. Use ${instead}.`);
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
    const { address, address6, weight: share, demoPage, managed = true } = realServer;
    return [
        ...familyProblems(`${path}.address`, address, "inet"),
        ...familyProblems(`${path}.address6`, address6, "inet6"),
        ...gatewayProblems(path, realServer),
        ...checkValue(`${path}.weight`, weight, share, target),
        ...textProblems(`${path}.demoPage`, demoPage ?? ""),
        ...problemIf(
            !managed && demoPage !== undefined,
            `${path}.demoPage`,
            "The page needs a host that pulumi-lvs sets up, and managed is false. Remove one of them.",
        ),
    ];
}

/** Check the gateways of a real server. */
export function gatewayProblems(
    path: string,
    { gateway, gateway6 }: { readonly gateway?: string; readonly gateway6?: string },
): Problem[] {
    return [
        ...familyProblems(fieldPath(path, "gateway"), gateway, "inet"),
        ...familyProblems(fieldPath(path, "gateway6"), gateway6, "inet6"),
    ];
}

function familyProblems(path: string, address: string | undefined, family: Family): Problem[] {
    if (address === undefined) return [];
    const [name, example] = family === "inet" ? ["IPv4", "192.0.2.10"] : ["IPv6", "2001:db8::10"];
    if (familyOf(address) === family) return wrongAddressProblems(path, address);
    return problem(
        path,
        `${quote(address)} is not an ${name} address. Use one such as ${example}.`,
    );
}

/** Check the web page of a real server. */
function nameProblems(path: string, name: string): Problem[] {
    if (/^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$/i.test(name)) return [];
    return problem(
        path,
        `${quote(name)} cannot be part of a path. Use up to 63 letters and digits, with ".", "_" and "-" inside.`,
    );
}

function addressProblems(path: string, host: string): Problem[] {
    const isName = /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?$/i;
    // A value of a program, or of another resource, may be anything.
    const text = typeof host === "string" ? host : "";
    if (text.length <= 254 && isName.test(text)) return [];
    if (/^[\d.]+$|:/.test(text)) return wrongAddressProblems(path, text);
    return problem(
        path,
        `${quote(host)} is neither an IP address nor a host name. Use one such as 192.0.2.10 or rs1.example.com.`,
    );
}

function wrongAddressProblems(path: string, address: string): Problem[] {
    const reason = wrongDestination(address);
    return reason === undefined ? [] : problem(path, reason);
}
