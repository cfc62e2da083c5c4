import { firewallFile, type FirewallNeeds } from "./firewall";
import type { HostFile } from "./hostFile";
import { directorNftFiles, type Marking, type Masquerading } from "./netfilter";
import { directorSysctls, type DirectorTraffic, type KernelSettings, sysctlFile } from "./sysctls";

/** What a director is to be, as far as its kernel is concerned. */
export interface DirectorKernel {
    readonly traffic: DirectorTraffic;
    readonly settings: KernelSettings;
    readonly marks: readonly Marking[];
    readonly masquerade: readonly Masquerading[];
    /** What a firewall has to let in and through; nothing when it is left alone. */
    readonly firewall?: FirewallNeeds;
}

/** The files of a director that say what its kernel is to be, but for the IPVS table. */
export function directorKernelFiles(director: DirectorKernel): HostFile[] {
    const { traffic, settings, marks, masquerade, firewall } = director;
    return [
        sysctlFile(directorSysctls(traffic, settings)),
        ...directorNftFiles(marks, masquerade),
        firewallFile(firewall),
    ];
}
