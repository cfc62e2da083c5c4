import { isInNetwork, isNetwork } from "../addresses";
import type { Target } from "../keepalived/keywords";
import type { Cluster } from "../model";
import { tiedByNat } from "../nat";
import {
    addressOf,
    contextOf,
    membersOf,
    methodOf,
    sorryFor,
    tunnelsOf,
    virtualIpsOf,
    weightOf,
} from "../pool";
import { eachOf, listed, type Problem, problem, problemIf, repeated, show } from "../problems";
import { checkProblems, defaultDelayLoop, timingProblems } from "../service/checks";
import { destinationKeys, familyIn, portOf, socketsOf, virtualIpsIn } from "../service/destination";
import { LvsMethod, translatesPorts } from "../service/lvsMethod";
import { type PoolMember, poolMemberProblems } from "../service/poolMember";
import { quorumProblems } from "../service/quorum";
import { LvsSched } from "../service/scheduler";
import { sorryServerProblems } from "../service/sorryServer";
import {
    defaultMethod,
    timingOf,
    type VirtualServer,
    virtualServerProblems,
} from "../service/virtualServer";

/** Whether the virtual servers, their pools and the hosts fit together. */
export function serviceProblems(cluster: Cluster, target: Target): Problem[] {
    return [
        ...problemIf(
            cluster.virtualServers.length === 0,
            "virtualServers",
            "is empty: give at least one service",
        ),
        ...eachOf("virtualServers", cluster.virtualServers, (virtualServer, path) => [
            ...virtualServerProblems(path, virtualServer, target),
            ...takenProblems(cluster, virtualServer, path),
            ...poolProblems(cluster, virtualServer, path, target),
            ...healthProblems(cluster, virtualServer, path, target),
            ...natProblems(cluster, virtualServer, path),
        ]),
        ...tiedProblems(cluster),
        ...sameServiceProblems(cluster),
        ...twoWaysProblems(cluster),
    ];
}

function takenProblems(cluster: Cluster, virtualServer: VirtualServer, path: string): Problem[] {
    const hosts = [...cluster.directors, ...cluster.realServers];
    return virtualIpsIn(virtualServer).flatMap((virtualIp) => {
        const taken = hosts.find(({ host }) => host === virtualIp);
        return problemIf(
            taken !== undefined,
            virtualServer.virtualIp === undefined ? path : `${path}.virtualIp`,
            `${show(virtualIp)} is the address of ${taken?.name}: take an address that no host has`,
        );
    });
}

function poolProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
    target: Target,
): Problem[] {
    const { lvsMethod = defaultMethod, realServers: pool } = virtualServer;
    const at = `${path}.realServers`;
    return [
        ...problemIf(
            pool?.length === 0,
            at,
            "is empty: name real servers, or leave it out for all of them",
        ),
        ...eachOf(at, pool, (member, memberPath) => [
            ...poolMemberProblems(memberPath, member, { lvsMethod }, target),
            ...portProblems(virtualServer, member, memberPath),
        ]),
        ...repeated(
            (pool ?? []).map(({ name, port = portOf(virtualServer) }, index) => ({
                name,
                index,
                key: `${name} ${port}`,
            })),
            ({ key }) => key,
        ).flatMap(([{ name, index }]) =>
            problem(`${at}[${index}].name`, `${show(name)} is named twice: name it once`),
        ),
        ...membersOf(cluster, virtualServer).flatMap((member, index) =>
            addressProblems(cluster, virtualServer, member, pool ? `${at}[${index}].name` : path),
        ),
        ...groupPortProblems(cluster, virtualServer, path),
    ];
}

/** A real server has one port, and only translation brings packets for several to it. */
function groupPortProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    const ports = new Set(socketsOf(virtualServer).map(({ port = 0 }) => port));
    const direct = membersOf(cluster, virtualServer).find(
        (member) => !translatesPorts(methodOf(virtualServer, member)),
    );
    return problemIf(
        ports.size > 1 && direct !== undefined,
        `${path}.virtualServerGroup`,
        `has ports ${[...ports].join(", ")}, and ${direct && methodOf(virtualServer, direct)} leaves the port as it is: give them one port, mark the packets (fwmark), or use NAT`,
    );
}

function portProblems(virtualServer: VirtualServer, member: PoolMember, path: string): Problem[] {
    const method = methodOf(virtualServer, member);
    const { port } = member;
    if (port === undefined || port === portOf(virtualServer)) return [];
    return [
        ...problemIf(
            !translatesPorts(method),
            `${path}.port`,
            `${show(port)} differs from the virtual server's ${portOf(virtualServer)}: ${method} leaves the port as it is`,
        ),
        ...problemIf(
            translatesPorts(method) && portOf(virtualServer) === 0,
            `${path}.port`,
            "cannot be one when the virtual server has several: leave it out",
        ),
    ];
}

function addressProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    { name }: PoolMember,
    path: string,
): Problem[] {
    const realServer = cluster.realServers.find((candidate) => candidate.name === name);
    const family = familyIn(virtualServer);
    if (realServer === undefined) {
        const known = cluster.realServers.map((candidate) => candidate.name);
        return problem(path, `${show(name)} is not among realServers (${listed(known)})`);
    }
    const [version, field] = family === "inet" ? ["IPv4", "address"] : ["IPv6", "address6"];
    return problemIf(
        addressOf(realServer, family) === undefined,
        path,
        `${show(name)} has no ${version} address for directors to send to: give its ${field}`,
    );
}

function healthProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
    target: Target,
): Problem[] {
    const { delayLoop = defaultDelayLoop, sorryServer, lvsMethod = defaultMethod } = virtualServer;
    const { realServers: pool } = virtualServer;
    const known = {
        family: familyIn(virtualServer),
        bfdInstances: (cluster.bfdInstances ?? []).map(({ name }) => name),
        trackFiles: (cluster.trackFiles ?? []).map(({ name }) => name),
    };
    const weights = membersOf(cluster, virtualServer).map((member) =>
        weightOf(cluster.realServers.find(({ name }) => name === member.name) ?? {}, member),
    );
    const family = familyIn(virtualServer);
    return [
        ...(virtualServer.check
            ? checkProblems(`${path}.check`, virtualServer.check, target, known)
            : []),
        ...timingProblems(
            virtualServer.check ? `${path}.check` : path,
            virtualServer.check,
            timingOf(virtualServer),
            delayLoop,
        ),
        ...eachOf(`${path}.realServers`, pool, (member, at) => {
            const isOwn =
                member.check !== undefined ||
                member.delayLoop !== undefined ||
                Object.keys(timingOf(member)).length > 0;
            if (!isOwn) return [];
            const inherited = { ...timingOf(virtualServer), ...timingOf(member) };
            return [
                ...(member.check ? checkProblems(`${at}.check`, member.check, target, known) : []),
                ...timingProblems(
                    member.check ? `${at}.check` : at,
                    member.check ?? virtualServer.check,
                    inherited,
                    member.delayLoop ?? delayLoop,
                ),
            ];
        }),
        ...problemIf(
            weights.length > 0 && weights.every((weight) => weight === 0),
            `${path}.realServers`,
            "all have weight 0, so nobody would get a connection: give one a weight",
        ),
        ...quorumProblems(
            path,
            virtualServer,
            weights.reduce((sum, weight) => sum + weight, 0),
        ),
        ...hashProblems(virtualServer, path),
        ...sorryTunnelProblems(cluster, virtualServer, path),
        ...sorryServerProblems(
            `${path}.sorryServer`,
            sorryServer,
            {
                port: portOf(virtualServer),
                method: lvsMethod,
                family,
                pool: cluster.realServers
                    .filter(({ name }) =>
                        membersOf(cluster, virtualServer).some((member) => member.name === name),
                    )
                    .flatMap((realServer) => addressOf(realServer, family) ?? []),
            },
            target,
        ),
    ];
}

/** A real server gets the ends of the tunnels of its pools, and no others. */
function sorryTunnelProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    path: string,
): Problem[] {
    return cluster.realServers.flatMap((realServer) => {
        const { name } = realServer;
        const isAsked = sorryFor({ virtualServers: [virtualServer] }, realServer).some(
            ({ method }) => method === LvsMethod.TUN,
        );
        return problemIf(
            isAsked && tunnelsOf(cluster, name).length === 0,
            `${path}.sorryServer.lvsMethod`,
            `is TUN, and ${name} is in no pool with that method, so it has no tunnel: use another`,
        );
    });
}

/** A hash leads to a server of weight 0 as well, and drops what comes there. */
function hashProblems(virtualServer: VirtualServer, path: string): Problem[] {
    const { lvsSched, mhFallback, shFallback, check, inhibitOnFailure } = virtualServer;
    const members = virtualServer.realServers ?? [];
    const changes = [virtualServer, ...members].some(
        (one) => one.inhibitOnFailure ?? one.check?.misc?.miscDynamic ?? inhibitOnFailure,
    );
    const fallback = { mh: mhFallback, sh: shFallback }[lvsSched as string];
    const isHash = lvsSched === LvsSched.mh || lvsSched === LvsSched.sh;
    return problemIf(
        isHash && !fallback && (changes || (check?.misc?.miscDynamic ?? false)),
        `${path}.lvsSched`,
        `${lvsSched} drops the clients of a server whose weight becomes 0, which inhibitOnFailure and miscDynamic do: set ${lvsSched}Fallback`,
    );
}

/** Real servers answer NAT through the director: they must not have a shorter way to the client. */
function natProblems(cluster: Cluster, virtualServer: VirtualServer, path: string): Problem[] {
    const { clientNetworks } = virtualServer;
    const members = membersOf(cluster, virtualServer);
    const nat = members.filter((member) => methodOf(virtualServer, member) === LvsMethod.NAT);
    const oneArmed = new Set(cluster.vrrpInstances.map((instance) => instance.interface)).size < 2;
    const family = familyIn(virtualServer);
    const addresses = nat.flatMap(({ name }) => {
        const realServer = cluster.realServers.find((candidate) => candidate.name === name);
        return realServer === undefined ? [] : (addressOf(realServer, family) ?? []);
    });
    return [
        ...(clientNetworks ?? []).flatMap((network, index) => [
            ...problemIf(
                !isNetwork(network),
                `${path}.clientNetworks[${index}]`,
                `${show(network)} is not a prefix, such as 192.0.2.0/24`,
            ),
            ...problemIf(
                isNetwork(network) && addresses.some((address) => isInNetwork(address, network)),
                `${path}.clientNetworks[${index}]`,
                `${show(network)} holds real servers, which would answer such clients directly: use FULLNAT`,
            ),
        ]),
        ...problemIf(
            nat.length > 0 && oneArmed && clientNetworks === undefined,
            `${path}.lvsMethod`,
            "NAT with a single network fails for clients inside it: say in clientNetworks where clients are, or use FULLNAT",
        ),
    ];
}

/** Where the user makes the sync groups, they hold together what NAT ties. */
function tiedProblems(cluster: Cluster): Problem[] {
    const { vrrpSyncGroups: groups } = cluster;
    if (groups === undefined) return [];
    const tied = tiedByNat(cluster, contextOf(cluster));
    const together = groups.some(({ group }) => tied.every((name) => group.includes(name)));
    return problemIf(
        tied.length > 0 && !together,
        "vrrpSyncGroups",
        `NAT needs ${tied.join(" and ")} on one director: put them in one group`,
    );
}

function sameServiceProblems({ virtualServers }: Cluster): Problem[] {
    const services = virtualServers.flatMap((virtualServer, index) =>
        destinationKeys(virtualServer).map((key) => ({ path: `virtualServers[${index}]`, key })),
    );
    return repeated(services, ({ key }) => key).flatMap(([later, first]) =>
        problem(
            later.path,
            later.path === first.path
                ? `names ${later.key} twice: name it once`
                : `${later.key} is also ${first.path}: keepalived would merge the two`,
        ),
    );
}

/** What a host can be for one service and not at the same time for another. */
function twoWaysProblems(cluster: Cluster): Problem[] {
    const virtualIps = virtualIpsOf(cluster.virtualServers);
    const ways = (name: string) =>
        cluster.virtualServers.flatMap((virtualServer) =>
            membersOf(cluster, virtualServer)
                .filter((member) => member.name === name)
                .map((member) => ({
                    method: methodOf(virtualServer, member),
                    port: member.port ?? portOf(virtualServer),
                })),
        );
    const gateways = [
        ...virtualIps,
        ...cluster.vrrpInstances.flatMap(({ virtualIpaddress = [] }) =>
            virtualIpaddress.map(({ ip }) => ip),
        ),
    ];
    return cluster.realServers.flatMap(({ name, gateway, gateway6 }, index) => {
        const path = `realServers[${index}]`;
        const has = ways(name);
        const isDirect = has.some(({ method }) => method === "DR" || method === "TUN");
        const nat = has.filter(({ method }) => method === LvsMethod.NAT);
        const full = has.filter(({ method }) => method === LvsMethod.FULLNAT);
        const shared = nat.find(({ port }) => full.some((other) => other.port === port));
        return [
            ...problemIf(
                isDirect &&
                    [gateway, gateway6].some((ip) => ip !== undefined && gateways.includes(ip)),
                `${path}.gateway`,
                "is a director, which drops the answers that DR and TUN send through it: take another gateway, or NAT for all its services",
            ),
            ...problemIf(
                shared !== undefined,
                path,
                `has port ${shared?.port} in a NAT and in a FULLNAT pool: what is masqueraded for one is so for both`,
            ),
        ];
    });
}
