import { distributionOf } from "../keepalived/versions";
import type { DirectorKernel } from "../kernel/director";
import type { Arrival, FirewallNeeds } from "../kernel/firewall";
import type { DirectorNeeds } from "../kernel/modules";
import { directorNftFiles, type Marking, type Masquerading } from "../kernel/netfilter";
import { type DirectorTraffic, directorSysctls } from "../kernel/sysctls";
import type { SyncDaemonPlan } from "../global/syncDaemon";
import { servingDirectors } from "../machines";
import type { Cluster, Director } from "../model";
import { protocolOf, socketsOf } from "../service/destination";
import { LvsMethod, translatesPorts } from "../service/lvsMethod";
import type { PoolPlan } from "../service/poolMember";
import type { VirtualServerPlan } from "../service/virtualServer";
import type { VrrpInstancePlan } from "../vrrp/instance/instancePlan";
import type { TrackingPlan } from "../vrrp/tracking/tracking";

/** The parts of a director's plan that its kernel serves. */
interface Served {
    readonly virtualServers: readonly PoolPlan[];
    readonly vrrpInstances: readonly VrrpInstancePlan[];
    readonly tracking: TrackingPlan;
    readonly syncDaemon?: SyncDaemonPlan;
}

/** Resolve the kernel settings of a director. */
export function planKernel(
    cluster: Cluster,
    traffic: DirectorTraffic,
    plan: Served,
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
        tables: {
            marks: virtualServers.flatMap(marksOf),
            masquerade: virtualServers.flatMap((one) => answersOf(one, LvsMethod.FULLNAT)),
            translated: traffic.forwards,
        },
        firewall: openFirewall ? firewallNeeds(plan, sync) : undefined,
    };
}

/** Find out what passes through a director. */
export function trafficOf(
    cluster: Cluster,
    director: Director,
    { virtualServers, vrrpInstances, syncDaemon }: Served,
): DirectorTraffic {
    const servers = virtualServers.flatMap(({ realServers }) => realServers);
    const methods = distinct(servers.map(({ lvsMethod }) => lvsMethod));
    return {
        methods,
        forwards: distinct(
            virtualServers.flatMap((one) =>
                one.realServers.some(({ lvsMethod }) => translatesPorts(lvsMethod))
                    ? [one.family]
                    : [],
            ),
        ),
        syncs: syncDaemon !== undefined,
        serves: servingDirectors(cluster).includes(director),
        ipvs: virtualServers.length > 0 || syncDaemon !== undefined,
        vmac: vrrpInstances.some(({ instance }) => instance.useVmac === true),
        distribution: distributionOf(director, cluster),
    };
}

/** Packets that the director marks for a service. */
function marksOf({ virtualServer }: PoolPlan): Marking[] {
    const { fwmark } = virtualServer;
    return (fwmark?.packets ?? []).map((packets) => ({
        mark: fwmark!.mark,
        ...packets,
        protocol: protocolOf(packets),
    }));
}

/** Real servers of a pool whose answers pass through the director, by one of these methods. */
function answersOf(plan: PoolPlan, ...methods: LvsMethod[]): Masquerading[] {
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
    { virtualServers, vrrpInstances, tracking }: Served,
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

/** List what needs kernel modules. */
export function needsOf(
    virtualServers: readonly VirtualServerPlan[],
    { tables }: DirectorKernel,
    { ipvs, vmac }: DirectorTraffic,
): DirectorNeeds {
    return {
        ipvs,
        schedulers: virtualServers.map(({ lvsSched }) => lvsSched),
        persistenceEngines: virtualServers.flatMap(
            ({ virtualServer }) => virtualServer.persistenceEngine ?? [],
        ),
        netfilter: directorNftFiles(tables).length > 0,
        vmac,
    };
}

function distinct<T>(values: T[]): T[] {
    return [...new Set(values)];
}
