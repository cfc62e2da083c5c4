import * as pulumi from "@pulumi/pulumi";
import { HostRole } from "../host/stepKinds";
import { plainSpelling } from "../lvs/addresses";
import type { Problem } from "../lvs/problems";

/** A member of a cluster, and the machine-id that its preflight found. */
export interface Machine {
    readonly cluster: string;
    readonly name: string;
    readonly role: HostRole;
    readonly host: string;
    readonly machine: string | undefined;
}

/** Find the machine-id in the output of a preflight. */
export function machineIn(stdout: string): string | undefined {
    return /^machine ([0-9a-f]{32})$/m.exec(stdout)?.[1];
}

/** Machines of each program. Tests run several programs in turn. */
const programs = new WeakMap<object, Machine[]>();

/**
 * Find members that are one machine under several addresses, or copies of one machine. Compare them with
 * each other, and with the other clusters of this program whose preflight has ended.
 */
export function machineProblemsInProgram(members: readonly Machine[]): Problem[] {
    const monitor = pulumi.runtime.getMonitor();
    const others = (monitor && programs.get(monitor)) ?? [];
    if (monitor !== undefined) programs.set(monitor, [...others, ...members]);
    return machineProblems(members, others);
}

/** Find members on the machine of an earlier member, or of one of `others`, the members of other clusters. */
export function machineProblems(
    members: readonly Machine[],
    others: readonly Machine[] = [],
): Problem[] {
    const known = new Map<string, Machine[]>();
    for (const other of others) remember(other);
    return members.flatMap((member) => {
        const { name, machine } = member;
        const first = known.get(machine ?? "")?.find((one) => excludes(one, member));
        if (first === undefined) {
            remember(member);
            return [];
        }
        const isOwn = first.cluster === member.cluster;
        const both =
            isOwn && first.role !== member.role
                ? " If the machine is to have both roles, give both members the same host."
                : "";
        return {
            path: name,
            reason:
                `The machine-id ${machine} is also the one of ${isOwn ? "" : `${first.cluster}-`}${first.name}: ` +
                "the two are one machine, or one is a copy of the other. " +
                `Remove one of them, or give the copy a machine-id of its own with \`systemd-machine-id-setup\`.${both}`,
        };
    });

    function remember(one: Machine): void {
        if (one.machine === undefined) return;
        known.set(one.machine, [...(known.get(one.machine) ?? []), one]);
    }
}

/** Real servers of two clusters may share a machine. In one cluster, the two roles with the same host may. */
function excludes(first: Machine, later: Machine): boolean {
    if (first.cluster !== later.cluster)
        return first.role === HostRole.director || later.role === HostRole.director;
    return first.role === later.role || plainSpelling(first.host) !== plainSpelling(later.host);
}
