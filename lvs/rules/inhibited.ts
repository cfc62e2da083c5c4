import type { Target } from "../keepalived/keywords";
import { isAtLeast } from "../keepalived/versions";
import type { Pool, Pooled } from "../service/poolMember";
import { type Problem, Warning, warningIf } from "../problems";
import { Protocol, protocolOf } from "../service/destination";

/** Warn of failed or drained servers that go on serving. */
export function inhibitedProblems(
    { virtualServer, members }: Pool,
    path: string,
    target: Target,
): Problem[] {
    const { fwmark, ops = false, inhibitOnFailure, check } = virtualServer;
    const isUdp = (fwmark?.packets ?? [virtualServer]).some(
        (packets) => protocolOf(packets) === Protocol.UDP,
    );
    const inhibits = ({ member }: Pooled) => member.inhibitOnFailure ?? inhibitOnFailure ?? false;
    const isDynamic = ({ member }: Pooled) => (member.check ?? check)?.misc?.miscDynamic ?? false;
    return [
        ...warningIf(
            isUdp && !ops && members.some(inhibits),
            Warning.inhibitedUdp,
            `${path}.inhibitOnFailure`,
            "A UDP client that never pauses stays with a failed server, because the server stays in the kernel. Remove it, or set ops.",
        ),
        ...warningIf(
            isAtLeast(target.version, "2.1.0") &&
                !isAtLeast(target.version, "2.2.0") &&
                members.some(isDynamic),
            Warning.leastWeightOne,
            `${path}.check.misc.miscDynamic`,
            `keepalived ${target.version} on ${target.host} makes a weight of 1 out of 0, so exit status 2 drains no server. Let the script fail instead, or use keepalived 2.2.0.`,
        ),
    ];
}
