import type { Family } from "../addresses";
import { type Kind, matching, checkValue, type Target, integer } from "../keepalived/keywords";
import { type Distribution, hasKernelOfRhel8 } from "../keepalived/versions";
import { problemsOfEach, type Problem, problem, problemIf, quote } from "../problems";
import { LvsMethod } from "../service/lvsMethod";
import { type HostFile, textFile } from "../hostFile";
import { sysctlLines, sysctlProblems, type Sysctls } from "./sysctlTable";

/** Kernel settings of directors that are one sysctl each. */
export interface KernelSysctls {
    /** Server for a new connection from the port of an old one: 0 is the old server, 1 a new one if that is safe. 2 is a new one also while the old connection closes (sysctl `net.ipv4.vs.conn_reuse_mode`). Defaults to the kernel's, 1, or 0 on RHEL 8 with `conntrack`. */
    connReuseMode?: number;
    /** End a connection at once when its server was removed, instead of dropping its packets (sysctl `net.ipv4.vs.expire_nodest_conn`). Defaults to true. */
    expireNodestConn?: boolean;
    /** Give a persistent client another server when its server has weight 0 (sysctl `net.ipv4.vs.expire_quiescent_template`). Defaults to true. */
    expireQuiescentTemplate?: boolean;
    /** Accept TCP connections in the middle, as after a failover without connection sync, for hashing schedulers (sysctl `net.ipv4.vs.sloppy_tcp`). Defaults to false. */
    sloppyTcp?: boolean;
    /** As `sloppyTcp`, for SCTP (sysctl `net.ipv4.vs.sloppy_sctp`). Defaults to false. */
    sloppySctp?: boolean;
    /** Seconds after which a connection in use is announced again to the backup directors. 0 means never (sysctl `net.ipv4.vs.sync_refresh_period`). Defaults to 1 with connection sync; with `syncPeriod`, the kernel's, 0. */
    syncRefreshPeriod?: number;
    /** Number of times that such an announcement is repeated, 0 to 3 (sysctl `net.ipv4.vs.sync_retries`). Defaults to the kernel's, 0. */
    syncRetries?: number;
    /** Threads of the sync daemon, each with its own UDP port: 1, 2, 4, 8, 16, 32 or 64 (sysctl `net.ipv4.vs.sync_ports`). Defaults to the kernel's, 1. */
    syncPorts?: number;
    /** For persistent services announce the clients only, and not their connections (sysctl `net.ipv4.vs.sync_persist_mode`). Defaults to false. */
    syncPersistMode?: boolean;
    /** Let a backup director ignore packets to services, for directors that are also real servers (sysctl `net.ipv4.vs.backup_only`). Needs the sync daemon. Defaults to true on such a machine; the kernel's, false, on others. */
    backupOnly?: boolean;
    /** Route answers of NAT services by their new source, the virtual IP (sysctl `net.ipv4.vs.snat_reroute`). Defaults to the kernel's, true. */
    snatReroute?: boolean;
    /** Reject packets that are too large for a tunnel, so that the client learns its size, instead of fragmenting them (sysctl `net.ipv4.vs.pmtu_disc`). Defaults to the kernel's, true. */
    pmtuDisc?: boolean;
    /** Track IPVS connections in the firewall too (sysctl `net.ipv4.vs.conntrack`). Defaults to true if a service has FULLNAT, which needs it; false otherwise. */
    conntrack?: boolean;
    /** Forward ICMP messages about unknown connections to real servers, for directors that share flows (sysctl `net.ipv4.vs.schedule_icmp`). Defaults to false. */
    scheduleIcmp?: boolean;
}

/** Kernel settings of directors. Other settings follow from the forwarding methods, or stay as the kernel has them. */
export interface KernelSettings extends KernelSysctls {
    /** Number of packets after which a connection is announced to the backup directors, with `syncPeriod`. 2 means as soon as it is established (sysctl `net.ipv4.vs.sync_threshold`, first number). Defaults to 2 with connection sync. */
    syncThreshold?: number;
    /** Number of packets after which a connection is announced again. 0 means by time, see `syncRefreshPeriod` (sysctl `net.ipv4.vs.sync_threshold`, second number). Defaults to 0 with connection sync. */
    syncPeriod?: number;
    /** Interfaces on which answers arrive, if a director is the gateway of DR or TUN servers (sysctls `accept_local` 1, `rp_filter` 0). Defaults to none. */
    gatewayInterfaces?: string[];
    /** Size of the connection table as a power of two, 8 to 20. Takes effect when the module is next loaded (`ip_vs` option `conn_tab_bits`). Defaults to the kernel's, 12. */
    connTabBits?: number;
}

/** A sysctl that is on or off. */
const onOrOff: Kind<boolean> = { check: () => undefined, format: (value) => [value ? "1" : "0"] };

/** A power of two; the kernel rejects other numbers. */
function powerOfTwo(most: number): Kind<number> {
    const number = integer(1, most);
    return {
        ...number,
        check: (value, target) =>
            number.check(value, target) ??
            (Number.isInteger(Math.log2(value))
                ? undefined
                : `${quote(value)} is not a power of two, and the kernel would reject it. Use 1, 2, 4 and so on up to ${most}.`),
    };
}

export const kernelSysctls: Sysctls<KernelSysctls> = {
    connReuseMode: { key: "net.ipv4.vs.conn_reuse_mode", type: integer(0, 3) },
    expireNodestConn: { key: "net.ipv4.vs.expire_nodest_conn", type: onOrOff },
    expireQuiescentTemplate: {
        key: "net.ipv4.vs.expire_quiescent_template",
        type: onOrOff,
    },
    sloppyTcp: { key: "net.ipv4.vs.sloppy_tcp", type: onOrOff },
    sloppySctp: { key: "net.ipv4.vs.sloppy_sctp", type: onOrOff },
    syncRefreshPeriod: {
        key: "net.ipv4.vs.sync_refresh_period",
        type: integer(0, 86400, "seconds"),
    },
    syncRetries: { key: "net.ipv4.vs.sync_retries", type: integer(0, 3, "retries") },
    syncPorts: { key: "net.ipv4.vs.sync_ports", type: powerOfTwo(64) },
    syncPersistMode: { key: "net.ipv4.vs.sync_persist_mode", type: onOrOff },
    backupOnly: { key: "net.ipv4.vs.backup_only", type: onOrOff },
    snatReroute: { key: "net.ipv4.vs.snat_reroute", type: onOrOff },
    pmtuDisc: { key: "net.ipv4.vs.pmtu_disc", type: onOrOff },
    conntrack: { key: "net.ipv4.vs.conntrack", type: onOrOff },
    scheduleIcmp: { key: "net.ipv4.vs.schedule_icmp", type: onOrOff },
};

/** A network interface whose name can be part of a sysctl's name. */
const device = matching(
    /^(?!\.{1,2}$)[\w.@+-]{1,15}$/,
    "the name of a network interface",
    'up to 15 letters, digits, "_", ".", "@", "+" and "-", such as eth0',
);

/** Properties of a cluster that decide a director's kernel settings. */
export interface DirectorTraffic {
    readonly methods: readonly LvsMethod[];
    /** Address families in which real servers answer through the director: by NAT or FULLNAT. */
    readonly forwards: readonly Family[];
    /** Does the sync daemon run? */
    readonly syncs: boolean;
    /** Does it get packets to a virtual IP from another director, as a real server? */
    readonly serves: boolean;
    /** Does it forward connections, or synchronise them? */
    readonly ipvs: boolean;
    /** Does a virtual router have its own MAC address? */
    readonly vmac: boolean;
    readonly distribution: Distribution;
}

/** Format the kernel settings of a director as lines of a sysctl file. Linux has all of them since 3.10. */
export function directorSysctls(traffic: DirectorTraffic, settings: KernelSettings): string[] {
    const { forwards, syncs, vmac } = traffic;
    const { gatewayInterfaces = [] } = settings;
    const routes = forwards.includes("inet") || gatewayInterfaces.length > 0;
    const { syncThreshold, syncPeriod } = syncOf(settings);
    return [
        ...(routes ? ["net.ipv4.ip_forward = 1"] : []),
        ...(forwards.includes("inet6") ? ["net.ipv6.conf.all.forwarding = 1"] : []),
        // The kernel filters strictly if either `all` or the interface asks for it.
        ...withAll(gatewayInterfaces).map((name) => `${ipv4(name)}.rp_filter = 0`),
        ...gatewayInterfaces.map((name) => `${ipv4(name)}.accept_local = 1`),
        // keepalived sets this on the interface with a value that newer kernels reject.
        ...(vmac ? ["net.ipv4.conf.all.arp_ignore = 1"] : []),
        ...(syncs ? [`net.ipv4.vs.sync_threshold = ${syncThreshold} ${syncPeriod}`] : []),
        ...sysctlLines(kernelSysctls, { ...defaultsFor(traffic, settings), ...given(settings) }),
    ];
}

/** Resolve when the sync daemon announces a connection. */
function syncOf({ syncThreshold = 2, syncPeriod = 0 }: KernelSettings) {
    return { syncThreshold, syncPeriod };
}

/** Resolve settings that the user did not give and that a director's traffic needs. */
function defaultsFor(
    { methods, distribution, syncs, serves, ipvs }: DirectorTraffic,
    settings: KernelSettings,
): KernelSysctls {
    if (!ipvs) return {};
    const { conntrack = methods.includes(LvsMethod.FULLNAT) } = settings;
    const { syncPeriod } = syncOf(settings);
    return {
        expireNodestConn: true,
        expireQuiescentTemplate: true,
        // A returning director becomes active within seconds and must know the connections by then.
        // Announcements by the count of packets reach it too late for slow connections.
        ...(syncs && syncPeriod === 0 ? { syncRefreshPeriod: 1 } : {}),
        // A backup must not forward again what the active director sends to it.
        ...(serves && syncs ? { backupOnly: true } : {}),
        ...(conntrack ? { conntrack } : {}),
        // Before Linux 5.9, every new connection from a port in use would wait for a second.
        ...(conntrack && hasKernelOfRhel8(distribution) ? { connReuseMode: 0 } : {}),
    };
}

function given(settings: KernelSettings): KernelSettings {
    return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function withAll(names: readonly string[]): string[] {
    return names.length === 0 ? [] : ["all", ...names];
}

/** In a sysctl's name a slash stands for the dot in the name of a VLAN. */
function ipv4(name: string): string {
    return `net.ipv4.conf.${name.replaceAll(".", "/")}`;
}

/** File with the kernel settings of a host. */
export function sysctlFile(name: string, lines: readonly string[]): HostFile {
    return textFile(`/etc/sysctl.d/${name}.conf`, "lines.mustache", { lines });
}

/** Check the kernel settings of directors. */
export function kernelProblems(
    path: string,
    settings: KernelSettings,
    { methods, syncs, ipvs }: Pick<DirectorTraffic, "methods" | "syncs" | "ipvs">,
    target: Target,
): Problem[] {
    const { gatewayInterfaces, connTabBits } = settings;
    const { syncThreshold, syncPeriod } = syncOf(settings);
    const packets = integer(0, 2147483647, "packets");
    const names = Object.entries(settings).flatMap(([name, value]) =>
        value === undefined ? [] : name,
    );
    const forSync = names.filter(
        (name) => ipvs && !syncs && (name.startsWith("sync") || name === "backupOnly"),
    );
    const forServices = names.filter((name) => !ipvs && name !== "gatewayInterfaces");
    return [
        ...sysctlProblems(path, kernelSysctls, settings, target),
        ...checkValue(`${path}.syncThreshold`, packets, settings.syncThreshold, target),
        ...checkValue(`${path}.syncPeriod`, packets, settings.syncPeriod, target),
        ...problemIf(
            syncPeriod !== 0 && syncThreshold >= syncPeriod,
            `${path}.syncThreshold`,
            `${quote(syncThreshold)} is not below syncPeriod, ${quote(syncPeriod)}, and the kernel would reject it. Lower it, or raise syncPeriod.`,
        ),
        ...forServices.flatMap((name) =>
            problem(
                `${path}.${name}`,
                "The setting is for services, and there are none. Remove it.",
            ),
        ),
        ...forSync.flatMap((name) =>
            problem(
                `${path}.${name}`,
                "The setting is for the sync daemon, and there is none. Enable globalDefs.lvsSyncDaemon, or remove it.",
            ),
        ),
        ...problemIf(
            settings.conntrack === false && methods.includes(LvsMethod.FULLNAT),
            `${path}.conntrack`,
            "false contradicts lvsMethod FULLNAT, which needs connection tracking. Remove it.",
        ),
        ...problemsOfEach(`${path}.gatewayInterfaces`, gatewayInterfaces, (name, at) =>
            checkValue(at, device, name, target),
        ),
        ...checkValue(`${path}.connTabBits`, integer(8, 20), connTabBits, target),
    ];
}
