import { canonical } from "../addresses";
import { sharedMachines } from "../machines";
import type { Cluster } from "../model";
import type { Memberships } from "../memberships";
import { memberPortOf } from "../service/poolMember";
import { virtualIpsOf } from "../virtualIps";
import { problemsOfEach, type Problem, problemIf } from "../problems";
import { LvsMethod } from "../service/lvsMethod";
import { ownVirtualIps } from "../vrrp/instance/instance";

const dropsAnswers = "The gateway is a director, which drops answers of DR and TUN";

/** Report real servers whose roles in two services exclude each other. */
export function conflictingRoleProblems(cluster: Cluster, memberships: Memberships): Problem[] {
    const { gatewayInterfaces = [] } = cluster.kernel ?? {};
    const directorIps = new Set(
        [
            ...virtualIpsOf(cluster.virtualServers),
            ...cluster.vrrpInstances.flatMap(ownVirtualIps).map(({ ip }) => ip),
            ...cluster.directors.map(({ host }) => host),
        ].map(canonical),
    );
    const shared = new Set(sharedMachines(cluster).map(({ realServer }) => realServer.name));
    const isDirector = (ip?: string) => ip !== undefined && directorIps.has(canonical(ip));
    return problemsOfEach(
        "realServers",
        cluster.realServers,
        ({ name, gateway, gateway6 }, path) => {
            const pools = memberships.get(name) ?? [];
            const isDirect = pools.some(
                ({ method }) => method === LvsMethod.DR || method === LvsMethod.TUN,
            );
            const portsBy = (wanted: LvsMethod) =>
                pools
                    .filter(({ method }) => method === wanted)
                    .map(({ virtualServer, member }) => memberPortOf(virtualServer, member));
            const masqueraded = new Set(portsBy(LvsMethod.FULLNAT));
            const mixed = portsBy(LvsMethod.NAT).find((port) => masqueraded.has(port));
            return [
                ...problemIf(
                    isDirect && isDirector(gateway) && gatewayInterfaces.length === 0,
                    `${path}.gateway`,
                    `${dropsAnswers}. Use another gateway, NAT for all services of this host, or kernel.gatewayInterfaces.`,
                ),
                ...problemIf(
                    isDirector(gateway) && gatewayInterfaces.length > 0 && shared.has(name),
                    `${path}.gateway`,
                    "The gateway is a director, and this machine is a director itself. Remove it.",
                ),
                // The sysctls for gatewayInterfaces exist for IPv4 only.
                ...problemIf(
                    isDirect && isDirector(gateway6),
                    `${path}.gateway6`,
                    `${dropsAnswers}. Use another gateway, or NAT for all services of this host.`,
                ),
                ...problemIf(
                    mixed !== undefined,
                    path,
                    `Port ${mixed} is in a NAT and in a FULLNAT pool, and the director cannot tell their packets apart. Use one method for both.`,
                ),
            ];
        },
    );
}
