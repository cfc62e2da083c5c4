import { monitoringPackages } from "./monitoring";
import type { DirectorPlan, RealServerPlan } from "./plan";

/** Packages of a director, by their names in the RHEL family. */
export function directorPackages(plan: DirectorPlan): string[] {
    const { needs, keepalivedPackage, monitoring } = plan;
    return [
        keepalivedPackage === undefined ? "keepalived" : `keepalived=${keepalivedPackage}`,
        ...(needs.ipvs ? ["ipvsadm"] : []),
        ...(needs.netfilter ? ["nftables"] : []),
        ...monitoringPackages(monitoring),
    ];
}

/** Packages of a real server, by their names in the RHEL family. */
export function realServerPackages({ kernel, demoPage, monitoring }: RealServerPlan): string[] {
    return [
        ...(demoPage !== undefined ? ["httpd"] : []),
        ...(kernel.mss === undefined ? [] : ["nftables"]),
        ...monitoringPackages(monitoring),
    ];
}
