/** Does pulumi-lvs set up a host? */
export function isManaged({ managed = true }: { name: string; managed?: boolean }): boolean {
    return managed;
}

/** Hosts that pulumi-lvs sets up, and that have not died for good. */
export function present<Member extends { name: string; gone?: boolean; managed?: boolean }>(
    members: readonly Member[],
): Member[] {
    return members.filter((member) => isManaged(member) && !member.gone);
}
