import { distinctAddresses, familyOf } from "../addresses";
import type { Distribution } from "../keepalived/versions";
import type { RealServerKernel, TunnelEnd } from "../kernel/realServer";
import { sharedMachines } from "../machines";
import type { Cluster, RealServer, StandaloneRealServer } from "../model";
import { type MonitoringPlan, planMonitoring } from "../monitoring";
import { type Membership, membershipsOf, sorryServerUses, tunnelsOf } from "../memberships";
import { virtualIpsIn } from "../service/destination";
import { planTunnel, translatesPorts } from "../service/lvsMethod";

/** A real server with every default resolved. */
export interface RealServerPlan {
    /** Name of its files: several real servers may share a host. */
    readonly id: string;
    /** Distribution that the user gave. No file depends on it. */
    readonly distribution?: Distribution;
    readonly kernel: RealServerKernel;
    /** Is the machine also a director of the cluster? */
    readonly alsoDirector: boolean;
    readonly demoPage?: string;
    readonly monitoring?: MonitoringPlan;
    readonly removePackages: boolean;
    readonly repair?: string;
}

/** Resolve a validated real server. */
export function planRealServer(realServer: StandaloneRealServer, id: string): RealServerPlan {
    return {
        id,
        distribution: realServer.distribution,
        kernel: planRealServerKernel(realServer),
        alsoDirector: realServer.alsoDirector ?? false,
        demoPage: realServer.demoPage,
        monitoring: planMonitoring(realServer.monitoring),
        removePackages: realServer.removePackages ?? false,
        repair: realServer.repair,
    };
}

/** Tunnels have the address families of the virtual IPs. */
function planRealServerKernel(realServer: StandaloneRealServer): RealServerKernel {
    const { virtualIps, gateway, gateway6 } = realServer;
    const tunnels = realServer.tunnels.map(planTunnel);
    const families = [...new Set(virtualIps.map((ip) => familyOf(ip)!))];
    const sizes = tunnels.flatMap(({ mss }) => mss ?? []);
    return {
        virtualIps,
        mss: sizes.length === 0 ? undefined : Math.min(...sizes),
        tunnels: families.flatMap((family) =>
            tunnels.map(({ type, port }): TunnelEnd => ({ type, port, family })),
        ),
        gateways: [gateway, gateway6].filter((ip) => ip !== undefined),
    };
}

/** Real servers of a cluster by name, each without the cluster. */
export function standaloneRealServers(cluster: Cluster): Map<string, StandaloneRealServer> {
    const memberships = membershipsOf(cluster);
    const uses = new Map(cluster.realServers.map(({ name }) => [name, [] as Service[]]));
    for (const [virtualServer, { realServer, method }] of sorryServerUses(cluster)) {
        uses.get(realServer.name)!.push({ virtualServer, method });
    }
    const shared = new Set(sharedMachines(cluster).map(({ realServer }) => realServer.name));
    return new Map(
        cluster.realServers.map((realServer) => {
            const { name } = realServer;
            const own = standalone(realServer, memberships.get(name)!, uses.get(name)!, cluster);
            return [name, { ...own, alsoDirector: shared.has(name) }];
        }),
    );
}

/** A service that a real server answers for, and its forwarding method. */
type Service = Pick<Membership, "virtualServer" | "method">;

function standalone(
    realServer: RealServer,
    memberships: Membership[],
    uses: Service[],
    cluster: Cluster,
): StandaloneRealServer {
    const { gateway, gateway6, demoPage, distribution = cluster.distribution } = realServer;
    const { monitoring, removePackages, repair } = cluster;
    const direct = [...memberships, ...uses].filter(({ method }) => !translatesPorts(method));
    return {
        virtualIps: distinctAddresses(
            direct.flatMap(({ virtualServer }) => virtualIpsIn(virtualServer)),
        ),
        tunnels: tunnelsOf(memberships),
        distribution,
        gateway,
        gateway6,
        demoPage,
        monitoring,
        removePackages,
        repair,
    };
}
