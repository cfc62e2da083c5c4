import { firewallFile, type FirewallNeeds } from "./firewall";
import { type HostFile, plainFile, textFile } from "./hostFile";
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
    /** The keepalived that its configuration is made for. */
    readonly keepalivedVersion: string;
}

/** The files of a director besides keepalived's configuration and the IPVS rules. */
export function directorKernelFiles(director: DirectorKernel): HostFile[] {
    const { traffic, settings, marks, masquerade, firewall, keepalivedVersion } = director;
    return [
        sysctlFile(directorSysctls(traffic, settings)),
        ...directorNftFiles(marks, masquerade),
        firewallFile(firewall),
        textFile("/var/lib/pulumi-lvs/keepalived.version", "lines.mustache", {
            lines: [keepalivedVersion],
        }),
        plainFile("/etc/systemd/system/lvs-director.service", "lvs-director.service"),
        plainFile("/etc/systemd/system/keepalived.service.d/lvs.conf", "keepalived.service.conf"),
        plainFile("/usr/local/sbin/lvs-director", "lvs-director.sh", "0755"),
    ];
}
