import {
    keywordProblems,
    type Keywords,
    linesOf,
    networkInterface,
    port,
    checkValue,
    type Target,
    integer,
} from "../keepalived/keywords";
import { nameIn, multicastGroup } from "../keepalived/kinds";
import { isAtLeast } from "../keepalived/versions";
import { type Problem, Warning, warningIf } from "../problems";
import type { VrrpInstance } from "../vrrp/instance/instance";
import type { VrrpInstancePlan } from "../vrrp/instance/instancePlan";
import { preferredDirectors, type VrrpContext } from "../vrrp/instance/members";

/** Settings that follow the interface and the instance on the line. */
export interface SyncDaemonKeywords {
    /** Sync id, 0 to 255: the same on all directors, and used by no other cluster in their network (keepalived `id`). Defaults to the instance's virtualRouterId. */
    id?: number;
    /** Largest packet in bytes, 1 to 65507 (keepalived `maxlen`). Defaults to the size that fits the interface's mtu. */
    maxlen?: number;
    /** UDP port (keepalived `port`). Defaults to 8848. */
    port?: number;
    /** Time to live, 1 to 255 (keepalived `ttl`). Defaults to 1. */
    ttl?: number;
    /** Multicast address (keepalived `group`). Defaults to 224.0.0.81. */
    group?: string;
}

/** Connection sync: the active director announces its connections, so that they survive a failover (keepalived `lvs_sync_daemon`). */
export interface SyncDaemon extends SyncDaemonKeywords {
    /** Run the sync daemon. Defaults to true with services and two directors or more. */
    enabled?: boolean;
    /** Network interface for the announcements. Defaults to the instance's. */
    interface?: string;
    /** Name of the VRRP instance whose active director announces connections. Defaults to the first; if instances prefer different directors and all have keepalived 2.1.0, every director announces its own. */
    instance?: string;
}

export const syncDaemonKeywords: Keywords<SyncDaemonKeywords> = {
    id: { keyword: "id", type: integer(0, 255) },
    maxlen: { keyword: "maxlen", type: integer(1, 65507, "bytes") },
    port: { keyword: "port", type: port },
    ttl: { keyword: "ttl", type: integer(1, 255) },
    group: { keyword: "group", type: multicastGroup("inet", "inet6") },
};

/** A sync daemon with every default resolved. */
export interface SyncDaemonPlan extends SyncDaemonKeywords {
    interface: string;
    /** Without one, every director announces its connections and hears those of the others. */
    instance?: string;
    id: number;
    /** Address and port that it listens on. */
    listener: { group: string; port: number };
}

/** Does the sync daemon of a cluster run by default? There are connections to announce, and others to hear of them. */
export function syncsByDefault(cluster: {
    readonly directors: readonly unknown[];
    readonly virtualServers: readonly unknown[];
}): boolean {
    return cluster.directors.length > 1 && cluster.virtualServers.length > 0;
}

/** Does the sync daemon run? */
export function hasSyncDaemon({ enabled }: SyncDaemon = {}, byDefault: boolean): boolean {
    return enabled ?? byDefault;
}

/** Are several directors active at once, and can keepalived announce the connections of all of them? */
export function sharesWork(instances: readonly VrrpInstance[], context: VrrpContext): boolean {
    const canAll = context.directors.every(({ keepalived }) => isAtLeast(keepalived!, "2.1.0"));
    return canAll && preferredDirectors(instances, context).length > 1;
}

/** Resolve the sync daemon of a director with these instances. */
export function planSyncDaemon(
    daemon: SyncDaemon = {},
    instances: readonly VrrpInstancePlan[],
    { byDefault, isShared }: { byDefault: boolean; isShared: boolean },
): SyncDaemonPlan | undefined {
    const { instance: name = instances[0]?.name } = daemon;
    const plan = instances.find((one) => one.name === name);
    if (!hasSyncDaemon(daemon, byDefault) || plan === undefined) return undefined;
    return {
        ...daemon,
        interface: daemon.interface ?? plan.self.interface,
        instance: isShared && daemon.instance === undefined ? undefined : plan.name,
        id: daemon.id ?? plan.instance.virtualRouterId,
        listener: { group: daemon.group ?? "224.0.0.81", port: daemon.port ?? 8848 },
    };
}

/** Format its line in `global_defs`. keepalived 1.3.5 requires the instance there. */
export function syncDaemonLine(plan: SyncDaemonPlan, version: string): string {
    return [
        "lvs_sync_daemon",
        plan.interface,
        ...(plan.instance === undefined ? [] : [plan.instance]),
        ...linesOf(syncDaemonKeywords, plan, version),
    ].join(" ");
}

/** Check the sync daemon; `instances` are the names of all instances. */
export function syncDaemonProblems(
    path: string,
    daemon: SyncDaemon | undefined,
    instances: readonly string[],
    target: Target,
): Problem[] {
    if (daemon === undefined) return [];
    const { interface: device, instance } = daemon;
    return [
        ...keywordProblems(path, syncDaemonKeywords, daemon, target),
        ...checkValue(`${path}.interface`, networkInterface, device, target),
        ...checkValue(`${path}.instance`, nameIn(instances, "vrrpInstances"), instance, target),
    ];
}

/** Warn of connections that no other director hears of. */
export function unsyncedProblems(
    daemon: SyncDaemon | undefined,
    instances: readonly VrrpInstance[],
    context: VrrpContext,
    { version, host }: Target,
): Problem[] {
    const isNamed = daemon?.instance !== undefined;
    const preferred = preferredDirectors(instances, context);
    return [
        ...instances.flatMap(({ unicast }, index) =>
            warningIf(
                unicast === true,
                Warning.multicastSync,
                `vrrpInstances[${index}].unicast`,
                "Adverts use unicast, and the sync daemon knows multicast only. Set globalDefs.lvsSyncDaemon.enabled to false if your network carries no multicast.",
            ),
        ),
        ...warningIf(
            preferred.length > 1 && !isNamed && !isAtLeast(version, "2.1.0"),
            Warning.partialSync,
            "globalDefs.lvsSyncDaemon",
            `Only one instance can announce its connections before keepalived 2.1.0, and ${host} has ${version}. Name that instance, or use a later keepalived.`,
        ),
    ];
}
