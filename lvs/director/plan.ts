import { familyOf } from "../addresses";
import { type ChangePlan, planChange } from "../change";
import { type GlobalDefsPlan, planGlobalDefs } from "../global/globalDefsPlan";
import { planSyncDaemon, sharesWork, syncsByDefault } from "../global/syncDaemon";
import { callsOn } from "../keepalived/scriptCalls";
import { defaultScriptUser, type Script, type ScriptPlan } from "../keepalived/scripts";
import { type Distribution, distributionOf, versionOf } from "../keepalived/versions";
import type { DirectorKernel } from "../kernel/director";
import type { DirectorNeeds } from "../kernel/modules";
import type { Cluster } from "../model";
import { type MonitoringPlan, planMonitoring } from "../monitoring";
import { syncGroupsOf } from "../nat";
import { planPool, type PoolPlan, poolsOf } from "../service/poolMember";
import { contextOf } from "../virtualIps";
import { isSealed, readersOf, scriptUsers } from "../secrets";
import { planVrrpInstance, type VrrpInstancePlan } from "../vrrp/instance/instancePlan";
import type { VrrpContext } from "../vrrp/instance/members";
import { virtualIpsOfInstances } from "../vrrp/instance/vrrpRouters";
import { isInSyncGroup, type VrrpSyncGroup } from "../vrrp/syncGroup";
import { planTracking, type TrackingPlan } from "../vrrp/tracking/tracking";
import { needsOf, planKernel, trafficOf } from "./kernelPlan";

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
    readonly virtualServers: readonly PoolPlan[];
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
export function planDirector(validated: Cluster, name: string): DirectorPlan {
    const cluster = callsOn(validated, name);
    const director = cluster.directors.find((candidate) => candidate.name === name)!;
    const context = contextOf(cluster);
    const version = versionOf(director, cluster);
    const scripts = cluster.scripts ?? [];
    const virtualServers = poolsOf(cluster).map((pool) => planPool(pool, version));
    const vrrpInstances = instancesOf(cluster, name, context);
    const syncDaemon = planSyncDaemon(cluster.globalDefs?.lvsSyncDaemon, vrrpInstances, {
        byDefault: syncsByDefault(cluster),
        isShared: sharesWork(cluster.vrrpInstances, context),
    });
    const tracking = planTracking(cluster, name, version);
    const served = { virtualServers, vrrpInstances, tracking, syncDaemon };
    const traffic = trafficOf(cluster, director, served);
    const kernel = planKernel(cluster, traffic, served);
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
