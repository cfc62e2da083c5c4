import { socketOf } from "../addresses";
import { ipvsServices } from "./destination";
import { methodOptions } from "./lvsMethod";
import { persistenceOptions } from "./persistence";
import { schedulerFlags } from "./scheduler";
import type { SorryServerPlan } from "./sorryServer";
import type { PoolMemberPlan, PoolPlan } from "./poolMember";
import type { VirtualServerPlan } from "./virtualServer";

/**
 * Format the planned IPVS table of a director as `ipvsadm --save --numeric` does, with thresholds
 * added. A line that begins with `sorry` is in the kernel only while the pool is down. A line that
 * begins with `varies` names a server whose weight depends on health checks.
 */
export function ipvsRules(virtualServers: readonly PoolPlan[]): string[] {
    return virtualServers.flatMap((plan) =>
        ipvsServices(plan.virtualServer).flatMap((service) => [
            `-A ${service} ${serviceOptions(plan)}`,
            ...plan.realServers.flatMap((server) => serverRules(service, server)),
            ...sorryRules(service, plan.sorryServer),
        ]),
    );
}

/** Format for each service of that table the sum of weights below which it is down. */
export function ipvsQuorums(virtualServers: readonly VirtualServerPlan[]): string[] {
    return virtualServers.flatMap(({ virtualServer, leastWeights }) =>
        ipvsServices(virtualServer).map((service) => `${leastWeights} ${service}`),
    );
}

function serviceOptions({ virtualServer, family, lvsSched }: VirtualServerPlan): string {
    const flags = schedulerFlags(virtualServer);
    return [
        `-s ${lvsSched}`,
        persistenceOptions(virtualServer, family),
        virtualServer.ops ? " -o" : "",
        flags.length > 0 ? ` -b ${flags.join(",")}` : "",
    ].join("");
}

function serverRules(
    service: string,
    { host, port, lvsMethod, tunnel, keywords, variesInWeight }: PoolMemberPlan,
): string[] {
    const { weight, uthreshold, lthreshold } = keywords;
    const server = `-a ${service} -r ${socketOf(host, port)}`;
    const bounds = [uthreshold ? ` -x ${uthreshold}` : "", lthreshold ? ` -y ${lthreshold}` : ""];
    return [
        `${server} ${methodOptions(lvsMethod, weight, tunnel)}${bounds.join("")}`,
        ...(variesInWeight ? [`varies ${server}`] : []),
    ];
}

function sorryRules(service: string, sorry: SorryServerPlan | undefined): string[] {
    if (sorry === undefined) return [];
    const { host, port, lvsMethod, tunnel } = sorry;
    return [
        `sorry -a ${service} -r ${socketOf(host, port)} ${methodOptions(lvsMethod, 1, tunnel)}`,
    ];
}
