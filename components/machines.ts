import type { Problem } from "../lvs/problems";

/** A host, and the machine-id that its preflight found. */
interface Machine {
    name: string;
    machine: string | undefined;
}

/** Find the machine-id in the output of a preflight. */
export function machineIn(stdout: string): string | undefined {
    return /^machine ([0-9a-f]{32})$/m.exec(stdout)?.[1];
}

/** Hosts that are one machine under several addresses, or copies of one machine. */
export function machineProblems(hosts: readonly Machine[]): Problem[] {
    const first = new Map<string, string>();
    return hosts.flatMap(({ name, machine }) => {
        if (machine === undefined) return [];
        const other = first.get(machine);
        if (other === undefined) {
            first.set(machine, name);
            return [];
        }
        return {
            path: name,
            reason:
                `The machine-id ${machine} is also the one of ${other}: the two are one machine, or one is a copy of the other. ` +
                "Remove one of them, or give the copy a machine-id of its own with `systemd-machine-id-setup`.",
        };
    });
}
