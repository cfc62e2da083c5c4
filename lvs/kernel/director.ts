import { firewallFile, type FirewallNeeds } from "./firewall";
import type { HostFile } from "./hostFile";
import { directorNftFiles, type Marking, type Masquerading } from "./netfilter";
import { sysctlFile } from "./sysctls";

/** What a director is to be, as far as its kernel is concerned. */
export interface DirectorKernel {
    /** Lines of a sysctl file. */
    readonly sysctls: readonly string[];
    /** Size of the connection table as a power of two; the kernel's own if there is none. */
    readonly connTabBits?: number;
    readonly marks: readonly Marking[];
    readonly masquerade: readonly Masquerading[];
    /** What a firewall has to let in and through; nothing when it is left alone. */
    readonly firewall?: FirewallNeeds;
}

/** The files of a director that say what its kernel is to be, but for the IPVS table. */
export function directorKernelFiles(director: DirectorKernel): HostFile[] {
    const { sysctls, marks, masquerade, firewall } = director;
    return [sysctlFile(sysctls), ...directorNftFiles(marks, masquerade), firewallFile(firewall)];
}
