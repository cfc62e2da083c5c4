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
import type { Problem } from "../problems";
import type { VrrpInstancePlan } from "../vrrp/instance/instance";

/** The words after the interface and the instance. */
export interface SyncDaemonKeywords {
    /** 0 to 255, the same on all directors and of nobody else in their network (keepalived `id`). Defaults to the instance's virtualRouterId. */
    id?: number;
    /** Bytes of a packet at most, 1 to 65507 (keepalived `maxlen`). Defaults to what fits the interface's mtu. */
    maxlen?: number;
    /** UDP port (keepalived `port`). Defaults to 8848. */
    port?: number;
    /** Time to live, 1 to 255 (keepalived `ttl`). Defaults to 1. */
    ttl?: number;
    /** Multicast address (keepalived `group`). Defaults to 224.0.0.81. */
    group?: string;
}

/** The connections that directors tell each other of, so that they outlive a failover (keepalived `lvs_sync_daemon`). */
export interface SyncDaemon extends SyncDaemonKeywords {
    /** Whether they do. Defaults to true with two directors or more. */
    enabled?: boolean;
    /** Network interface that carries them. Defaults to the instance's. */
    interface?: string;
    /** Name of the VRRP instance whose owner tells the others. Defaults to the first. */
    instance?: string;
}

export const syncDaemonKeywords: Keywords<SyncDaemonKeywords> = {
    id: { keyword: "id", type: integer("a sync id", 0, 255) },
    maxlen: { keyword: "maxlen", type: integer("a number of bytes", 1, 65507) },
    port: { keyword: "port", type: port },
    ttl: { keyword: "ttl", type: integer("a time to live", 1, 255) },
    group: { keyword: "group", type: multicastGroup("inet", "inet6") },
};

/** A sync daemon with nothing left to look up. */
export interface SyncDaemonPlan extends SyncDaemonKeywords {
    interface: string;
    instance: string;
    id: number;
    /** Where it listens. */
    listener: { group: string; port: number };
}

/** Whether directors tell each other of connections; `directors` is how many there are. */
export function hasSyncDaemon({ enabled }: SyncDaemon = {}, directors: number): boolean {
    return enabled ?? directors > 1;
}

/** The sync daemon of a director that has these instances; `directors` is how many there are. */
export function planSyncDaemon(
    daemon: SyncDaemon = {},
    instances: readonly VrrpInstancePlan[],
    directors: number,
): SyncDaemonPlan | undefined {
    const { instance: name = instances[0]?.name } = daemon;
    const plan = instances.find((one) => one.name === name);
    if (!hasSyncDaemon(daemon, directors) || plan === undefined) return undefined;
    return {
        ...daemon,
        interface: daemon.interface ?? plan.self.interface,
        instance: plan.name,
        id: daemon.id ?? plan.instance.virtualRouterId,
        listener: { group: daemon.group ?? "224.0.0.81", port: daemon.port ?? 8848 },
    };
}

/** Its line in `global_defs`; 1.3.5 wants the instance in it. */
export function syncDaemonLine(plan: SyncDaemonPlan, version: string): string {
    return [
        "lvs_sync_daemon",
        plan.interface,
        plan.instance,
        ...linesOf(syncDaemonKeywords, plan, version),
    ].join(" ");
}

/** What is wrong with a sync daemon; `instances` are the names of all. */
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
