import type { Target } from "../keepalived/keywords";
import { nameIn, checkRequired } from "../keepalived/kinds";
import type { Cluster } from "../model";
import {
    memberMethodOf,
    memberPortOf,
    type Pool,
    type Pooled,
    type PoolMember,
} from "../service/poolMember";
import { addressOf } from "../service/pooledServer";
import { problemsOfEach, type Problem, problem, problemIf, duplicates, quote } from "../problems";
import { familyIn, portOf, socketsOf } from "../service/destination";
import { LvsMethod, methodOf, translatesPorts } from "../service/lvsMethod";
import { poolMemberProblems } from "../service/poolMemberRules";
import type { VirtualServer } from "../service/virtualServer";

/** Check that pool members exist and that packets reach them. */
export function poolProblems(
    cluster: Cluster,
    pool: Pool,
    path: string,
    target: Target,
): Problem[] {
    const { virtualServer, members } = pool;
    const { realServers: named } = virtualServer;
    const lvsMethod = methodOf(virtualServer);
    const at = `${path}.realServers`;
    return [
        ...problemIf(
            named?.length === 0,
            at,
            "The list is empty. Name real servers, or remove the list to use all of them.",
        ),
        ...problemsOfEach(at, named, (member, memberPath) => [
            ...poolMemberProblems(memberPath, member, { lvsMethod }, target),
            ...portProblems(virtualServer, member, memberPath),
        ]),
        ...twiceProblems(virtualServer, at),
        ...members.flatMap((pooled, index) =>
            addressProblems(
                cluster,
                virtualServer,
                pooled,
                named ? `${at}[${index}].name` : path,
                target,
            ),
        ),
        ...groupPortProblems(pool, path),
        ...markedElsewhereProblems(pool, path),
    ];
}

function portProblems(virtualServer: VirtualServer, member: PoolMember, path: string): Problem[] {
    const method = memberMethodOf(virtualServer, member);
    const { port } = member;
    if (port === undefined || port === portOf(virtualServer)) return [];
    return [
        ...problemIf(
            !translatesPorts(method),
            `${path}.port`,
            `${quote(port)} differs from the virtual server's port, ${portOf(virtualServer)}, and ${method} cannot change ports. Remove it, or use NAT.`,
        ),
        ...problemIf(
            translatesPorts(method) && portOf(virtualServer) === 0,
            `${path}.port`,
            "The virtual server has several ports, and this would be a single one. Remove it.",
        ),
    ];
}

/** A real server may be in a pool several times with different ports. */
function twiceProblems(virtualServer: VirtualServer, path: string): Problem[] {
    const members = (virtualServer.realServers ?? []).map((member, index) => ({
        path: `${path}[${index}].name`,
        name: member.name,
        key: `${member.name} ${memberPortOf(virtualServer, member)}`,
    }));
    return duplicates(members, ({ key }) => key).flatMap(([later]) =>
        problem(later.path, `${quote(later.name)} is listed twice. List it once.`),
    );
}

function addressProblems(
    cluster: Cluster,
    virtualServer: VirtualServer,
    { member, realServer }: Pooled,
    path: string,
    target: Target,
): Problem[] {
    if (realServer === undefined) {
        const known = cluster.realServers.map(({ name }) => name);
        return checkRequired(path, nameIn(known, "realServers"), member.name, target);
    }
    const family = familyIn(virtualServer);
    const [version, field] = family === "inet" ? ["IPv4", "address"] : ["IPv6", "address6"];
    return problemIf(
        addressOf(realServer, family) === undefined,
        path,
        `${quote(member.name)} has no ${version} address that directors can send packets to. Give its ${field} in realServers.`,
    );
}

/** A real server listens on one port, so packets for several ports must be translated. */
function groupPortProblems({ virtualServer, members }: Pool, path: string): Problem[] {
    const ports = new Set(socketsOf(virtualServer).map(({ port = 0 }) => port));
    const direct = members
        .map(({ member }) => memberMethodOf(virtualServer, member))
        .find((method) => !translatesPorts(method));
    return problemIf(
        ports.size > 1 && direct !== undefined,
        `${path}.virtualServerGroup`,
        `The group has ports ${[...ports].join(", ")}, and ${direct} cannot change ports. Use one port, fwmark or NAT.`,
    );
}

/** The directors masquerade what they know, and another program's marks can be on any packets. */
function markedElsewhereProblems({ virtualServer, members }: Pool, path: string): Problem[] {
    const { fwmark } = virtualServer;
    return problemIf(
        fwmark !== undefined &&
            fwmark.packets === undefined &&
            members.some(
                ({ member }) => memberMethodOf(virtualServer, member) === LvsMethod.FULLNAT,
            ),
        `${path}.fwmark.packets`,
        "The value is missing, and FULLNAT has to know the packets to translate. List them, or use another method.",
    );
}
