import { TunnelType } from "../service/lvsMethod";
import type { LvsSched } from "../service/scheduler";
import { type HostFile, textFile } from "./hostFile";
import type { RealServerKernel, TunnelEnd } from "./realServer";

/** What a director's services ask of its kernel. */
export interface DirectorNeeds {
    readonly schedulers: readonly LvsSched[];
    /** keepalived's `persistence_engine`, as far as services have one. */
    readonly persistenceEngines: readonly string[];
    /** Whether it has a table in nftables: for marks or for FULLNAT. */
    readonly netfilter: boolean;
    /** Whether a virtual router has a MAC address of its own. */
    readonly vmac: boolean;
}

/** The kernel modules of a director. Tunnels need none there: `ip_vs` wraps packets itself. */
export function directorModules({
    schedulers,
    persistenceEngines,
    netfilter,
    vmac,
}: DirectorNeeds): string[] {
    return [
        "ip_vs",
        ...sorted(schedulers.map((scheduler) => `ip_vs_${scheduler}`)),
        ...sorted(persistenceEngines.map((engine) => `ip_vs_pe_${engine}`)),
        ...(vmac ? ["macvlan"] : []),
        ...(netfilter ? ["nf_tables"] : []),
    ];
}

const ends: Record<TunnelType, Record<TunnelEnd["family"], string[]>> = {
    ipip: { inet: ["ipip"], inet6: ["ip6_tunnel"] },
    gre: { inet: ["ip_gre"], inet6: ["ip6_gre"] },
    // What is in a GUE packet is IP in IP again.
    gue: { inet: ["ipip", "fou"], inet6: ["ip6_tunnel", "fou6"] },
};

/** The kernel modules of a real server. */
export function realServerModules({ tunnels, mss }: RealServerKernel): string[] {
    return [
        ...sorted(tunnels.flatMap(({ type, family }) => ends[type][family])),
        ...(mss === undefined ? [] : ["nf_tables"]),
    ];
}

function sorted(words: string[]): string[] {
    return [...new Set(words)].sort();
}

/** The modules that a host loads now and at every boot. */
export function modulesFile(modules: readonly string[]): HostFile {
    return textFile("/etc/modules-load.d/lvs.conf", "lines.mustache", { lines: modules });
}

/** Options of a module, which count whenever it is loaded; none when there is nothing to set. */
export function moduleOptionsFiles({ connTabBits }: { connTabBits?: number }): HostFile[] {
    if (connTabBits === undefined) return [];
    return [textFile("/etc/modprobe.d/lvs.conf", "modprobe.mustache", { connTabBits })];
}
