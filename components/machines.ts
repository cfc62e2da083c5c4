import type { HostRole } from "../host/bundle";
import { plainSpelling } from "../lvs/addresses";
import type { Problem } from "../lvs/problems";

/** A member of a cluster, and the machine-id that its preflight found. */
interface Machine {
    readonly name: string;
    readonly role: HostRole;
    readonly host: string;
    readonly machine: string | undefined;
}

/** Find the machine-id in the output of a preflight. */
export function machineIn(stdout: string): string | undefined {
    return /^machine ([0-9a-f]{32})$/m.exec(stdout)?.[1];
}

/** Members that are one machine under several addresses, or copies of one machine. */
export function machineProblems(members: readonly Machine[]): Problem[] {
    const firsts = new Map<string, Machine>();
    return members.flatMap((member) => {
        const { name, machine } = member;
        if (machine === undefined) return [];
        const first = firsts.get(machine);
        if (first === undefined) {
            firsts.set(machine, member);
            return [];
        }
        const isInOtherRole = first.role !== member.role;
        if (isInOtherRole && plainSpelling(first.host) === plainSpelling(member.host)) return [];
        const both = isInOtherRole
            ? " If the machine is to have both roles, give both members the same host."
            : "";
        return {
            path: name,
            reason:
                `The machine-id ${machine} is also the one of ${first.name}: the two are one machine, or one is a copy of the other. ` +
                `Remove one of them, or give the copy a machine-id of its own with \`systemd-machine-id-setup\`.${both}`,
        };
    });
}
