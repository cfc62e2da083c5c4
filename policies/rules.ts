import type { Unwrap } from "@pulumi/pulumi";
import type { LvsClusterArgs, RealServerArgs } from "../components";
import { isInNetwork, rangeOf } from "../lvs/addresses";
import { type Problem, problem, problemIf, problemsOfEach, quote } from "../lvs/problems";

/** Arguments of components as the state shows them. */
export type KnownCluster = Unwrap<LvsClusterArgs>;
export type RealServer = Unwrap<RealServerArgs>;

type Login = Pick<RealServer, "hostKey" | "ignoreHostKey">;
type Host = Login & { managed?: boolean };
type Member = Pick<RealServer, "adopt" | "gone">;

export function tooFewDirectors({ directors }: KnownCluster, least: number): Problem[] {
    return problemIf(
        directors.length < least,
        "directors",
        `${directors.length} is too few, because nothing takes over. Give at least ${least}.`,
    );
}

export function unpinnedHosts({ connection, directors, realServers }: KnownCluster): Problem[] {
    const each = (path: string, hosts: readonly Host[] | undefined) =>
        problemsOfEach(path, hosts, (host, at) =>
            host.managed === false ? [] : unpinned(at, { ...connection, ...host }),
        );
    return [...each("directors", directors), ...each("realServers", realServers)];
}

export function unpinned(path: string, { hostKey, ignoreHostKey }: Login): Problem[] {
    const fix = "Give the key that `lvs keyscan` prints.";
    if (ignoreHostKey) return problem(path, `ignoreHostKey accepts any host. ${fix}`);
    return problemIf(!hostKey, path, `The host has no hostKey. ${fix}`);
}

/** Find plain texts with a secret. A word stands for texts that are secret. */
export function plainSecrets(value: unknown, pattern: RegExp, path = ""): Problem[] {
    if (Array.isArray(value)) {
        return value.flatMap((one, index) => plainSecrets(one, pattern, `${path}[${index}]`));
    }
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value as Record<string, unknown>).flatMap(([name, inside]) => {
        const at = path === "" ? name : `${path}.${name}`;
        if (!texts.has(name) || typeof inside !== "string")
            return plainSecrets(inside, pattern, at);
        return problemIf(
            pattern.test(inside),
            at,
            "The text looks like a secret and is stored as plain text. Make it a secret.",
        );
    });
}

/** Fields whose text may be secret. */
const texts = new Set(["content", "demoPage", "extraConfig"]);

/** Find a virtual router that another cluster of the stack has. `seen` has the first cluster with each id. */
export function sharedRouterIds(
    { vrrpInstances }: KnownCluster,
    urn: string,
    seen: Map<number, string>,
): Problem[] {
    return problemsOfEach("vrrpInstances", vrrpInstances, ({ virtualRouterId }, path) => {
        const first = seen.get(virtualRouterId) ?? urn;
        seen.set(virtualRouterId, first);
        return problemIf(
            first !== urn,
            `${path}.virtualRouterId`,
            `${virtualRouterId} is also the id of a router of ${first.replace(/.*::/, "")}. Use another id.`,
        );
    });
}

export function uncheckedServices({ virtualServers }: KnownCluster): Problem[] {
    return problemsOfEach("virtualServers", virtualServers, ({ check, realServers = [] }, path) =>
        problemIf(
            check === undefined &&
                (realServers.length === 0 || realServers.some((member) => !member.check)),
            `${path}.check`,
            "The default check asks for a connection or an answer of the host only. Give a check of the service, such as http.",
        ),
    );
}

export function foreignVirtualIps(
    { virtualServers, vrrpInstances }: KnownCluster,
    networks: readonly string[],
): Problem[] {
    if (networks.length === 0) return [];
    const allowed = (address: string) => networks.some((network) => isInNetwork(address, network));
    const foreign = (addresses: readonly string[], path: string) => {
        const first = addresses.find((address) => !allowed(address));
        return problemIf(
            first !== undefined,
            path,
            `${quote(first)} is in no allowed network. Use an address in ${networks.join(" or ")}.`,
        );
    };
    const check = (
        { virtualIp = "", lastIp = virtualIp }: { virtualIp?: string; lastIp?: string },
        path: string,
    ) => foreign(rangeOf(virtualIp, lastIp) ?? [], `${path}.virtualIp`);
    const checkOwn = ({ ip }: { ip: string }, path: string) => foreign([ip], `${path}.ip`);
    return [
        ...problemsOfEach("vrrpInstances", vrrpInstances, (instance, path) => [
            ...problemsOfEach(`${path}.virtualIpaddress`, instance.virtualIpaddress, checkOwn),
            ...problemsOfEach(
                `${path}.virtualIpaddressExcluded`,
                instance.virtualIpaddressExcluded,
                checkOwn,
            ),
        ]),
        ...problemsOfEach("virtualServers", virtualServers, (service, path) => [
            ...check(service, path),
            ...problemsOfEach(`${path}.virtualServerGroup`, service.virtualServerGroup, check),
            ...problemsOfEach(`${path}.fwmark.packets`, service.fwmark?.packets, check),
        ]),
    ];
}

/** Find arguments that are meant for one `up`. */
export function leftBehind({ repair, directors, realServers }: KnownCluster): Problem[] {
    const each = (path: string, members: readonly Member[] | undefined) =>
        problemsOfEach(path, members, (member, at) => leftBehindOn(at, member));
    return [
        ...leftBehindOn("", { repair }),
        ...each("directors", directors),
        ...each("realServers", realServers),
    ];
}

export function leftBehindOn(path: string, host: Member & { repair?: string }): Problem[] {
    return (["repair", "adopt", "gone"] as const).flatMap((name) =>
        problemIf(
            Boolean(host[name]),
            path === "" ? name : `${path}.${name}`,
            "The value is meant for one up. Remove it after that.",
        ),
    );
}
