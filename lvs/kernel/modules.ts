import { TunnelType } from "../service/lvsMethod";
import type { LvsSched } from "../service/scheduler";
import { type HostFile, textFile } from "../hostFile";
import type { RealServerKernel, TunnelEnd } from "./realServer";

/** Services of a director that need kernel modules. */
export interface DirectorNeeds {
    /** Does it forward connections, or synchronise them? */
    readonly ipvs: boolean;
    readonly schedulers: readonly LvsSched[];
    /** Persistence engines of its services (keepalived `persistence_engine`). */
    readonly persistenceEngines: readonly string[];
    /** Does it need an nftables table, for marks, NAT or FULLNAT? */
    readonly netfilter: boolean;
    /** Does a virtual router have its own MAC address? */
    readonly vmac: boolean;
}

/** Kernel modules of a director. Tunnels need none there, because `ip_vs` encapsulates packets itself. */
export function directorModules({
    ipvs,
    schedulers,
    persistenceEngines,
    netfilter,
    vmac,
}: DirectorNeeds): string[] {
    return [
        ...(ipvs ? ["ip_vs"] : []),
        ...sorted(schedulers.map((scheduler) => `ip_vs_${scheduler}`)),
        ...sorted(persistenceEngines.map((engine) => `ip_vs_pe_${engine}`)),
        ...(vmac ? ["macvlan"] : []),
        ...(netfilter ? ["nf_tables"] : []),
    ];
}

const ends: Record<TunnelType, Record<TunnelEnd["family"], string[]>> = {
    ipip: { inet: ["ipip"], inet6: ["ip6_tunnel"] },
    gre: { inet: ["ip_gre"], inet6: ["ip6_gre"] },
    // GUE carries IP in IP.
    gue: { inet: ["ipip", "fou"], inet6: ["ip6_tunnel", "fou6"] },
};

/** Kernel modules of a real server. */
export function realServerModules({ tunnels, mss }: RealServerKernel): string[] {
    return [
        ...sorted(tunnels.flatMap(({ type, family }) => ends[type][family])),
        ...(mss === undefined ? [] : ["nf_tables"]),
    ];
}

function sorted(words: string[]): string[] {
    return [...new Set(words)].sort();
}

/** File with the modules that a host loads now and at every boot. */
export function modulesFile(name: string, modules: readonly string[]): HostFile {
    return textFile(`/etc/modules-load.d/${name}.conf`, "lines.mustache", { lines: modules });
}

/** File with options of `ip_vs`, which apply whenever it is loaded; no file without options. */
export function moduleOptionsFiles({ connTabBits }: { connTabBits?: number }): HostFile[] {
    if (connTabBits === undefined) return [];
    return [textFile("/etc/modprobe.d/lvs.conf", "modprobe.mustache", { connTabBits })];
}
