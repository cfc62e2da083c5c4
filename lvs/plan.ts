import { distinctAddresses, familyOf } from "./addresses";
import { type ChangePlan, planChange } from "./change";
import { callsOn } from "./keepalived/scriptCalls";
import { defaultScriptUser, type Script, type ScriptPlan } from "./keepalived/scripts";
import { type Distribution, distributionOf, versionOf } from "./keepalived/versions";
import type { DirectorKernel } from "./kernel/director";
import type { Arrival, FirewallNeeds } from "./kernel/firewall";
import type { DirectorNeeds } from "./kernel/modules";
import type { Marking, Masquerading } from "./kernel/netfilter";
import type { RealServerKernel, TunnelEnd } from "./kernel/realServer";
import { type DirectorTraffic, directorSysctls } from "./kernel/sysctls";
import { servingDirectors, sharedMachines } from "./machines";
import type { Cluster, Director, RealServer, StandaloneRealServer } from "./model";
import { type MonitoringPlan, planMonitoring } from "./monitoring";
import { syncGroupsOf } from "./nat";
import {
    contextOf,
    type Membership,
    membershipsOf,
    planVirtualServer,
    poolsOf,
    sorryServerUses,
    tunnelsOf,
} from "./pool";
import { isSealed, readersOf, scriptUsers } from "./secrets";
import { protocolOf, socketsOf, virtualIpsIn } from "./service/destination";
import { LvsMethod, planTunnel, translatesPorts } from "./service/lvsMethod";
import type { VirtualServerPlan } from "./service/virtualServer";
import { type GlobalDefsPlan, planGlobalDefs } from "./global/globalDefsPlan";
import { planVrrpInstance, type VrrpInstancePlan } from "./vrrp/instance/instancePlan";
import { virtualIpsOfInstances } from "./vrrp/instance/vrrpRouters";
import type { VrrpContext } from "./vrrp/instance/members";
import {
    planSyncDaemon,
    sharesWork,
    type SyncDaemonPlan,
    syncsByDefault,
} from "./global/syncDaemon";
import { isInSyncGroup, type VrrpSyncGroup } from "./vrrp/syncGroup";
import { planTracking, type TrackingPlan } from "./vrrp/tracking/tracking";

/** A director with every default resolved. */
export interface DirectorPlan {
    /** Version of keepalived on the host. */
    readonly version: string;
    /** Distribution that the files are for. */
    readonly distribution: Distribution;
    /** Exact version of the package to install, or nothing for the distribution's newest. */
    readonly keepalivedPackage?: string;
    readonly globalDefs: GlobalDefsPlan;
    /** Lines of a user outside all blocks. */
    readonly extraConfig?: string;
    readonly tracking: TrackingPlan;
    readonly vrrpInstances: readonly VrrpInstancePlan[];
    readonly vrrpSyncGroups: readonly VrrpSyncGroup[];
    readonly virtualServers: readonly VirtualServerPlan[];
    readonly scripts: readonly ScriptPlan[];
    readonly kernel: DirectorKernel;
    readonly needs: DirectorNeeds;
    readonly monitoring?: MonitoringPlan;
    /** Addresses of all directors whose `host` is an address. */
    readonly directorAddresses: readonly string[];
    readonly change: ChangePlan;
    readonly removePackages: boolean;
}

/** Resolve a validated cluster for the director called `name`. */
export function planDirector(cluster: Cluster, name: string): DirectorPlan {
    return planForDirector(callsOn(cluster, name), name);
}

/** Resolve it for a director whose script calls have its own arguments. */
function planForDirector(cluster: Cluster, name: string): DirectorPlan {
    const director = cluster.directors.find((candidate) => candidate.name === name)!;
    const context = contextOf(cluster);
    const version = versionOf(director, cluster);
    const scripts = cluster.scripts ?? [];
    const virtualServers = poolsOf(cluster).map((pool) => planVirtualServer(pool, version));
    const vrrpInstances = instancesOf(cluster, name, context);
    const syncDaemon = planSyncDaemon(cluster.globalDefs?.lvsSyncDaemon, vrrpInstances, {
        byDefault: syncsByDefault(cluster),
        isShared: sharesWork(cluster.vrrpInstances, context),
    });
    const traffic = trafficOf(cluster, director, { virtualServers, vrrpInstances, syncDaemon });
    const tracking = planTracking(cluster, name, version);
    const kernel = planKernel(cluster, traffic, {
        virtualServers,
        vrrpInstances,
        tracking,
        syncDaemon,
    });
    const hasScripts = scripts.length > 0 || scriptUsers(cluster, "").size > 0;
    const { routerId = cluster.globalDefs?.routerId ?? name } = director;
    const facts = { routerId, hasScripts, syncDaemon };
    const globalDefs = planGlobalDefs(cluster.globalDefs, facts, version);
    return {
        version,
        distribution: distributionOf(director, cluster),
        keepalivedPackage: cluster.keepalivedPackage,
        globalDefs,
        extraConfig: cluster.extraConfig,
        tracking,
        vrrpInstances,
        vrrpSyncGroups: syncGroupsOf(cluster, context).filter((group) =>
            isInSyncGroup(group, name, cluster.vrrpInstances, context),
        ),
        virtualServers,
        scripts: planScripts(scripts, cluster, globalDefs),
        kernel,
        needs: needsOf(virtualServers, kernel, traffic),
        monitoring: planMonitoring(cluster.monitoring),
        directorAddresses: cluster.directors
            .map(({ host }) => host)
            .filter((host) => familyOf(host) !== undefined),
        change: planChange(cluster),
        removePackages: cluster.removePackages ?? false,
    };
}

function instancesOf(cluster: Cluster, director: string, context: VrrpContext): VrrpInstancePlan[] {
    return cluster.vrrpInstances.flatMap(
        (instance, index) => planVrrpInstance(instance, index, director, context) ?? [],
    );
}

/** Virtual IPs that each director may have, with the names of their VRRP instances. */
export function virtualIpsByDirector(cluster: Cluster): Record<string, Record<string, string>> {
    const context = contextOf(cluster);
    return Object.fromEntries(
        cluster.directors.map(({ name }) => [
            name,
            virtualIpsOfInstances(instancesOf(cluster, name, context)),
        ]),
    );
}

/** The user of a secret script must be able to read it. */
function planScripts(
    scripts: readonly Script[],
    cluster: Cluster,
    { scriptUser = defaultScriptUser }: GlobalDefsPlan,
): ScriptPlan[] {
    if (!scripts.some(({ content }) => isSealed(content))) return [...scripts];
    const users = scriptUsers(cluster, scriptUser);
    return scripts.map((script) => ({ ...script, reader: readersOf(users.get(script.name))[0] }));
}

function planKernel(
    cluster: Cluster,
    traffic: DirectorTraffic,
    plan: Pick<DirectorPlan, "virtualServers" | "vrrpInstances" | "tracking"> & {
        syncDaemon?: SyncDaemonPlan;
    },
): DirectorKernel {
    const { kernel: settings = {}, openFirewall = true } = cluster;
    const { virtualServers, syncDaemon } = plan;
    const sync = syncDaemon && {
        interface: syncDaemon.interface,
        ...syncDaemon.listener,
        threads: settings.syncPorts ?? 1,
    };
    return {
        sysctls: directorSysctls(traffic, settings),
        connTabBits: settings.connTabBits,
        marks: virtualServers.flatMap(marksOf),
        masquerade: virtualServers.flatMap((one) => answersOf(one, LvsMethod.FULLNAT)),
        firewall: openFirewall ? firewallNeeds(plan, sync) : undefined,
    };
}

function trafficOf(
    cluster: Cluster,
    director: Director,
    plan: Pick<DirectorPlan, "virtualServers" | "vrrpInstances"> & { syncDaemon?: SyncDaemonPlan },
): DirectorTraffic {
    const { virtualServers, vrrpInstances, syncDaemon } = plan;
    const servers = virtualServers.flatMap(({ realServers }) => realServers);
    const methods = distinct(servers.map(({ lvsMethod }) => lvsMethod));
    const interfaces = distinct(vrrpInstances.map(({ self }) => self.interface));
    const isOneArmed =
        methods.includes(LvsMethod.FULLNAT) ||
        (methods.includes(LvsMethod.NAT) && interfaces.length === 1);
    return {
        methods,
        forwards: distinct(
            virtualServers.flatMap((one) =>
                one.realServers.some(({ lvsMethod }) => translatesPorts(lvsMethod))
                    ? [one.family]
                    : [],
            ),
        ),
        oneArmedInterfaces: isOneArmed ? interfaces : [],
        syncs: syncDaemon !== undefined,
        serves: servingDirectors(cluster).includes(director),
        ipvs: virtualServers.length > 0 || syncDaemon !== undefined,
        vmac: vrrpInstances.some(({ instance }) => instance.useVmac === true),
        distribution: distributionOf(director, cluster),
    };
}

/** Packets that the director marks for a service. */
function marksOf({ virtualServer }: VirtualServerPlan): Marking[] {
    const { fwmark } = virtualServer;
    return (fwmark?.packets ?? []).map((packets) => ({
        mark: fwmark!.mark,
        ...packets,
        protocol: protocolOf(packets),
    }));
}

/** Real servers of a pool whose answers pass through the director, by one of these methods. */
function answersOf(plan: VirtualServerPlan, ...methods: LvsMethod[]): Masquerading[] {
    const { virtualServer, protocol } = plan;
    const translated = plan.realServers.filter(({ lvsMethod }) => methods.includes(lvsMethod));
    return translated.flatMap(({ host, port }) =>
        virtualServer.fwmark
            ? marksOf(plan).map((packets) => ({
                  host,
                  protocol: packets.protocol,
                  port: packets.lastPort === undefined ? packets.port : undefined,
              }))
            : [{ host, protocol, port: port || undefined }],
    );
}

function firewallNeeds(
    {
        virtualServers,
        vrrpInstances,
        tracking,
    }: Pick<DirectorPlan, "virtualServers" | "vrrpInstances" | "tracking">,
    sync: FirewallNeeds["sync"],
): FirewallNeeds {
    return {
        services: virtualServers.flatMap((plan) => [
            ...socketsOf(plan.virtualServer).map((socket) => ({
                ...socket,
                protocol: plan.protocol,
            })),
            ...marksOf(plan),
        ]),
        answers: virtualServers.flatMap((plan) =>
            answersOf(plan, LvsMethod.NAT, LvsMethod.FULLNAT),
        ),
        adverts: vrrpInstances.flatMap(arrivalsOf),
        sync,
        bfd: tracking.bfdInstances,
    };
}

/** With a MAC address of its own, an instance has an interface of its own too. By default its name begins with vrrp. */
function arrivalsOf({ self, instance, adverts }: VrrpInstancePlan): Arrival[] {
    if (adverts === undefined) return [];
    const { useVmac, vmacInterface = "vrrp*" } = instance;
    const devices = [self.interface, ...(useVmac ? [vmacInterface] : [])];
    return devices.map((device) => ({ interface: device, ...adverts }));
}

function needsOf(
    virtualServers: VirtualServerPlan[],
    { marks, masquerade }: DirectorKernel,
    { ipvs, vmac }: DirectorTraffic,
): DirectorNeeds {
    return {
        ipvs,
        schedulers: virtualServers.map(({ lvsSched }) => lvsSched),
        persistenceEngines: virtualServers.flatMap(
            ({ virtualServer }) => virtualServer.persistenceEngine ?? [],
        ),
        netfilter: marks.length > 0 || masquerade.length > 0,
        vmac,
    };
}

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
    const families = distinct(virtualIps.map((ip) => familyOf(ip)!));
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

function distinct<T>(values: T[]): T[] {
    return [...new Set(values)];
}
