import type { DirectorNeeds } from "./kernel/modules";
import type { RealServerKernel } from "./kernel/realServer";

/**
 * The packages of a director, by the names that they have in the RHEL family. `keepalived` comes in
 * the version that is asked for.
 */
export function directorPackages({ netfilter }: DirectorNeeds, version?: string): string[] {
    return [
        version === undefined ? "keepalived" : `keepalived=${version}`,
        "ipvsadm",
        ...(netfilter ? ["nftables"] : []),
    ];
}

/** The packages of a real server, likewise. */
export function realServerPackages({ mss }: RealServerKernel, hasHttpd: boolean): string[] {
    return [...(hasHttpd ? ["httpd"] : []), ...(mss === undefined ? [] : ["nftables"])];
}
