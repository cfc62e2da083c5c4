import { firewallFile, type FirewallNeeds } from "./firewall";
import type { HostFile } from "../hostFile";
import { directorNftFiles, type DirectorTables } from "./netfilter";
import { sysctlFile } from "./sysctls";

/** Kernel configuration of a director. */
export interface DirectorKernel {
    /** Lines of a sysctl file. */
    readonly sysctls: readonly string[];
    /** Size of the connection table as a power of two, or nothing for the kernel's own. */
    readonly connTabBits?: number;
    readonly tables: DirectorTables;
    /** Packets that a firewall must let in and through, or nothing to leave the firewall alone. */
    readonly firewall?: FirewallNeeds;
}

/** Files for the kernel of a director, without the IPVS table. */
export function directorKernelFiles(director: DirectorKernel): HostFile[] {
    const { sysctls, tables, firewall } = director;
    return [
        ...(sysctls.length === 0 ? [] : [sysctlFile("lvs", sysctls)]),
        ...directorNftFiles(tables),
        firewallFile(firewall),
    ];
}
