/** Hosts that have not died for good. */
export function present<Member extends { gone?: boolean }>(members: readonly Member[]): Member[] {
    return members.filter(({ gone }) => !gone);
}
