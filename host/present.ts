/** Does pulumi-lvs set up a host? */
export function isManaged({ managed = true }: { readonly managed?: boolean }): boolean {
    return managed;
}

/** Hosts that pulumi-lvs sets up, and that have not died for good. */
export function present<Member extends { readonly gone?: boolean; readonly managed?: boolean }>(
    members: readonly Member[],
): Member[] {
    return members.filter((member) => isManaged(member) && !member.gone);
}
