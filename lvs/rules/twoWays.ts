import { canonical } from "../addresses";
import type { Cluster } from "../model";
import { memberPortOf, type Memberships, virtualIpsOf } from "../pool";
import { problemsOfEach, type Problem, problemIf } from "../problems";
import { LvsMethod } from "../service/lvsMethod";
import { ownVirtualIps } from "../vrrp/instance/instance";

const dropsAnswers = "is a director, which drops the answers that DR and TUN send through it";

/** What a real server can be for one service and not at the same time for another. */
export function twoWaysProblems(cluster: Cluster, memberships: Memberships): Problem[] {
    const { gatewayInterfaces = [] } = cluster.kernel ?? {};
    const directorIps = new Set(
        [
            ...virtualIpsOf(cluster.virtualServers),
            ...cluster.vrrpInstances.flatMap(ownVirtualIps).map(({ ip }) => ip),
            ...cluster.directors.map(({ host }) => host),
        ].map(canonical),
    );
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
            const shared = portsBy(LvsMethod.NAT).find((port) => masqueraded.has(port));
            return [
                ...problemIf(
                    isDirect && isDirector(gateway) && gatewayInterfaces.length === 0,
                    `${path}.gateway`,
                    `${dropsAnswers}: take another gateway, NAT for all its services, or name its interface in kernel.gatewayInterfaces`,
                ),
                // What gatewayInterfaces sets is for IPv4.
                ...problemIf(
                    isDirect && isDirector(gateway6),
                    `${path}.gateway6`,
                    `${dropsAnswers}: take another gateway, or NAT for all its services`,
                ),
                ...problemIf(
                    shared !== undefined,
                    path,
                    `has port ${shared} in a NAT and in a FULLNAT pool: what is masqueraded for one is so for both`,
                ),
            ];
        },
    );
}
