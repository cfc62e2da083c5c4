import { monitoringPackages } from "./monitoring";
import type { DirectorPlan, RealServerPlan } from "./plan";

/**
 * The packages of a director, by the names that they have in the RHEL family. `keepalived` comes in
 * the version that is asked for.
 */
export function directorPackages(plan: DirectorPlan): string[] {
    const { needs, keepalivedPackage, monitoring } = plan;
    return [
        keepalivedPackage === undefined ? "keepalived" : `keepalived=${keepalivedPackage}`,
        "ipvsadm",
        ...(needs.netfilter ? ["nftables"] : []),
        ...monitoringPackages(monitoring),
    ];
}

/** Packages of a real server, by their names in the RHEL family. */
export function realServerPackages({ kernel, httpd, monitoring }: RealServerPlan): string[] {
    return [
        ...(httpd ? ["httpd"] : []),
        ...(kernel.mss === undefined ? [] : ["nftables"]),
        ...monitoringPackages(monitoring),
    ];
}
