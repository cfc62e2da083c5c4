import { distinctAddresses, familyOf } from "./addresses";
import type { Script } from "./keepalived/scripts";
import { defaultDistribution, versionOf } from "./keepalived/versions";
import type { DirectorKernel } from "./kernel/director";
import type { FirewallNeeds } from "./kernel/firewall";
import type { DirectorNeeds } from "./kernel/modules";
import type { Masquerading } from "./kernel/netfilter";
import type { RealServerKernel, TunnelEnd } from "./kernel/realServer";
import type { DirectorTraffic } from "./kernel/sysctls";
import type { Cluster, Director, LoneRealServer, RealServer } from "./model";
import type { MonitoringSettings } from "./monitoring";
import { syncGroupsOf } from "./nat";
import {
    contextOf,
    type Membership,
    membershipsOf,
    planVirtualServer,
    poolsOf,
    sorriesOf,
    tunnelsOf,
} from "./pool";
import { socketsOf, virtualIpsIn } from "./service/destination";
import { LvsMethod, translatesPorts, TunnelType } from "./service/lvsMethod";
import { LvsSched } from "./service/scheduler";
import type { VirtualServerPlan } from "./service/virtualServer";
import type { GlobalDefs, GlobalDefsFacts } from "./vrrp/globalDefs";
import { planVrrpInstance, type VrrpInstancePlan } from "./vrrp/instance";
import { planSyncDaemon, type SyncDaemonPlan } from "./vrrp/syncDaemon";
import { isInSyncGroup, type VrrpSyncGroup } from "./vrrp/syncGroup";
import type { Tracking } from "./vrrp/tracking";

/** What one director runs: every default filled in, nothing left to decide. */
export interface DirectorPlan {
    /** The keepalived that it runs. */
    version: string;
    globalDefs?: GlobalDefs;
    facts: GlobalDefsFacts;
    tracking: Tracking;
    vrrpInstances: VrrpInstancePlan[];
    vrrpSyncGroups: VrrpSyncGroup[];
    virtualServers: VirtualServerPlan[];
    scripts: Script[];
    kernel: DirectorKernel;
    needs: DirectorNeeds;
    monitoring?: MonitoringSettings;
}

/** The plan of the director called `name`; `cluster` has passed `validate`. */
export function planDirector(cluster: Cluster, name: string): DirectorPlan {
    const director = cluster.directors.find((candidate) => candidate.name === name)!;
    const context = contextOf(cluster);
    const version = versionOf(director, cluster);
    const scripts = [...(cluster.scripts ?? [])];
    const virtualServers = poolsOf(cluster).map(planVirtualServer);
    const vrrpInstances = cluster.vrrpInstances.flatMap(
        (instance, index) => planVrrpInstance(instance, index, name, context) ?? [],
    );
    const syncDaemon = planSyncDaemon(
        cluster.globalDefs?.lvsSyncDaemon,
        vrrpInstances,
        cluster.directors.length,
    );
    const kernel = planKernel(cluster, director, { virtualServers, vrrpInstances, syncDaemon });
    return {
        version,
        globalDefs: cluster.globalDefs,
        facts: { routerId: name, hasScripts: scripts.length > 0, syncDaemon },
        tracking: cluster,
        vrrpInstances,
        vrrpSyncGroups: syncGroupsOf(cluster, context).filter((group) =>
            isInSyncGroup(group, name, cluster.vrrpInstances, context),
        ),
        virtualServers,
        scripts,
        kernel,
        needs: needsOf(virtualServers, kernel),
        monitoring: cluster.monitoring,
    };
}

function planKernel(
    cluster: Cluster,
    director: Director,
    plan: Pick<DirectorPlan, "virtualServers" | "vrrpInstances"> & { syncDaemon?: SyncDaemonPlan },
): DirectorKernel {
    const { virtualServers, vrrpInstances, syncDaemon } = plan;
    const { kernel: settings = {}, openFirewall = true } = cluster;
    const sync = syncDaemon && { ...syncDaemon, ports: settings.syncPorts };
    return {
        traffic: {
            ...trafficOf(virtualServers, vrrpInstances),
            syncs: syncDaemon !== undefined,
            vmac: vrrpInstances.some(({ instance }) => instance.useVmac === true),
            distribution: director.distribution ?? cluster.distribution ?? defaultDistribution,
        },
        settings,
        marks: cluster.virtualServers.flatMap(({ fwmark }) =>
            (fwmark?.packets ?? []).map((packets) => ({ mark: fwmark!.mark, ...packets })),
        ),
        masquerade: virtualServers.flatMap((one) => answersOf(one, LvsMethod.FULLNAT)),
        firewall: openFirewall ? firewallNeeds(cluster, virtualServers, sync) : undefined,
    };
}

function trafficOf(
    virtualServers: VirtualServerPlan[],
    instances: VrrpInstancePlan[],
): Pick<DirectorTraffic, "methods" | "families" | "oneArmedInterfaces"> {
    const servers = virtualServers.flatMap(({ realServers }) => realServers);
    const methods = distinct(servers.map(({ lvsMethod }) => lvsMethod));
    const interfaces = distinct(instances.map(({ self }) => self.interface));
    const isOneArmed =
        methods.includes(LvsMethod.FULLNAT) ||
        (methods.includes(LvsMethod.NAT) && interfaces.length === 1);
    return {
        methods,
        families: distinct(virtualServers.map(({ family }) => family)),
        oneArmedInterfaces: isOneArmed ? interfaces : [],
    };
}

/** The real servers of a pool that answer through the director, by one of the methods or by both. */
function answersOf(plan: VirtualServerPlan, ...methods: LvsMethod[]): Masquerading[] {
    const { virtualServer, realServers } = plan;
    const { fwmark, protocol } = virtualServer;
    const translated = realServers.filter(({ lvsMethod }) => methods.includes(lvsMethod));
    return translated.flatMap(({ host, port }) =>
        fwmark
            ? fwmark.packets.map((packets) => ({
                  host,
                  protocol: packets.protocol,
                  port: packets.lastPort === undefined ? packets.port : undefined,
              }))
            : [{ host, protocol, port: port || undefined }],
    );
}

function firewallNeeds(
    { bfdInstances = [] }: Cluster,
    virtualServers: VirtualServerPlan[],
    sync: FirewallNeeds["sync"],
): FirewallNeeds {
    return {
        services: virtualServers.flatMap(({ virtualServer }) => [
            ...socketsOf(virtualServer).map((socket) => ({
                ...socket,
                protocol: virtualServer.protocol,
            })),
            ...(virtualServer.fwmark?.packets ?? []),
        ]),
        answers: virtualServers.flatMap((plan) =>
            answersOf(plan, LvsMethod.NAT, LvsMethod.FULLNAT),
        ),
        sync,
        bfd: bfdInstances.length > 0,
    };
}

function needsOf(
    virtualServers: VirtualServerPlan[],
    { marks, masquerade, traffic }: DirectorKernel,
): DirectorNeeds {
    return {
        schedulers: virtualServers.map(
            ({ virtualServer }) => virtualServer.lvsSched ?? LvsSched.rr,
        ),
        persistenceEngines: virtualServers.flatMap(
            ({ virtualServer }) => virtualServer.persistenceEngine ?? [],
        ),
        netfilter: marks.length > 0 || masquerade.length > 0,
        vmac: traffic.vmac,
    };
}

/** What the real servers are to be, by their names; `cluster` has passed `validate`. */
export function planRealServers(cluster: Cluster): Map<string, LoneRealServer> {
    const memberships = membershipsOf(cluster);
    const sorryFor = new Map(cluster.realServers.map(({ name }) => [name, [] as Service[]]));
    for (const [virtualServer, { realServer, method }] of sorriesOf(cluster)) {
        sorryFor.get(realServer.name)!.push({ virtualServer, method });
    }
    return new Map(
        cluster.realServers.map((realServer) => {
            const { name } = realServer;
            const plan = planOf(realServer, memberships.get(name)!, sorryFor.get(name)!, cluster);
            return [name, plan];
        }),
    );
}

/** What the real server called `name` is to be. */
export function planRealServer(cluster: Cluster, name: string): LoneRealServer {
    return planRealServers(cluster).get(name)!;
}

/** A service that a real server answers for, and how packets reach it. */
type Service = Pick<Membership, "virtualServer" | "method">;

function planOf(
    { gateway, gateway6, httpd }: RealServer,
    memberships: Membership[],
    sorryFor: Service[],
    cluster: Cluster,
): LoneRealServer {
    const direct = [...memberships, ...sorryFor].filter(({ method }) => !translatesPorts(method));
    return {
        virtualIps: distinctAddresses(
            direct.flatMap(({ virtualServer }) => virtualIpsIn(virtualServer)),
        ),
        tunnels: tunnelsOf(memberships),
        gateway,
        gateway6,
        httpd,
        monitoring: cluster.monitoring,
    };
}

/** What its kernel is to be. The virtual IPs tell what families tunnels are for. */
export function planRealServerKernel(realServer: LoneRealServer): RealServerKernel {
    const { virtualIps, tunnels, gateway, gateway6 } = realServer;
    const families = distinct(virtualIps.map((ip) => familyOf(ip)!));
    const sizes = tunnels.flatMap(({ mss }) => mss ?? []);
    return {
        virtualIps,
        mss: sizes.length === 0 ? undefined : Math.min(...sizes),
        tunnels: families.flatMap((family) =>
            tunnels.map(({ type = TunnelType.ipip, port }): TunnelEnd => ({ type, port, family })),
        ),
        gateways: [gateway, gateway6].filter((ip) => ip !== undefined),
    };
}

function distinct<T>(values: T[]): T[] {
    return [...new Set(values)];
}
