import { isManaged } from "../host/clusterArgs";

/** Hosts that pulumi-lvs sets up, and that have not died for good. */
export function present<Member extends { name: string; gone?: boolean; managed?: boolean }>(
    members: readonly Member[],
): Member[] {
    return members.filter((member) => isManaged(member) && !member.gone);
}
