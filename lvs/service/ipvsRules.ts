import { socketOf } from "../addresses";
import type { Check } from "./checks";
import { ipvsServices, portOf } from "./destination";
import { methodOptions } from "./lvsMethod";
import { persistenceOptions } from "./persistence";
import { leastWeights } from "./quorum";
import { LvsSched, schedulerFlags } from "./scheduler";
import {
    defaultMethod,
    type PoolMemberPlan,
    type VirtualServer,
    type VirtualServerPlan,
} from "./virtualServer";

/**
 * The IPVS table that a director is to have, in the words of `ipvsadm --save --numeric` and with the
 * thresholds, which that leaves out. A line that begins with `sorry` is there while no other server
 * is; one that begins with `varies` names a server whose weight is up to health checks.
 */
export function ipvsRules(virtualServers: VirtualServerPlan[]): string[] {
    return virtualServers.flatMap((plan) =>
        ipvsServices(plan.virtualServer).flatMap((service) => [
            `-A ${service} ${serviceOptions(plan)}`,
            ...plan.realServers.flatMap((server) => serverRules(service, server, plan)),
            ...sorryRules(service, plan.virtualServer),
        ]),
    );
}

/** For each service of that table the sum of weights below which it is down, and its words. */
export function ipvsQuorums(virtualServers: VirtualServerPlan[]): string[] {
    return virtualServers.flatMap(({ virtualServer }) =>
        ipvsServices(virtualServer).map((service) => `${leastWeights(virtualServer)} ${service}`),
    );
}

function serviceOptions({ virtualServer, family }: VirtualServerPlan): string {
    const flags = schedulerFlags(virtualServer);
    return [
        `-s ${virtualServer.lvsSched ?? LvsSched.rr}`,
        persistenceOptions(virtualServer, family),
        virtualServer.ops ? " -o" : "",
        flags.length > 0 ? ` -b ${flags.join(",")}` : "",
    ].join("");
}

function serverRules(
    service: string,
    { host, port, lvsMethod, tunnel, member }: PoolMemberPlan,
    { virtualServer }: VirtualServerPlan,
): string[] {
    const { weight = 1, uthreshold, lthreshold, inhibitOnFailure, check } = member;
    const server = `-a ${service} -r ${socketOf(host, port)}`;
    const bounds = [uthreshold ? ` -x ${uthreshold}` : "", lthreshold ? ` -y ${lthreshold}` : ""];
    const varies = inhibitOnFailure === true || setsWeights(check ?? virtualServer.check);
    return [
        `${server} ${methodOptions(lvsMethod, weight, tunnel)}${bounds.join("")}`,
        ...(varies ? [`varies ${server}`] : []),
    ];
}

/** Whether a check does not only take servers out, but says what they weigh. */
function setsWeights({ misc, file, bfd }: Check = {}): boolean {
    return misc?.miscDynamic === true || file !== undefined || bfd !== undefined;
}

function sorryRules(service: string, virtualServer: VirtualServer): string[] {
    const { sorryServer, lvsMethod = defaultMethod, tunnel } = virtualServer;
    if (sorryServer === undefined) return [];
    const { host, port = portOf(virtualServer), lvsMethod: own } = sorryServer;
    const options = own ? methodOptions(own, 1) : methodOptions(lvsMethod, 1, tunnel);
    return [`sorry -a ${service} -r ${socketOf(host, port)} ${options}`];
}
