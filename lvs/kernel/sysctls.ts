import type { Family } from "../addresses";
import { type Kind, matching, checkValue, type Target, integer } from "../keepalived/keywords";
import { Distribution } from "../keepalived/versions";
import { problemsOfEach, type Problem, problem, problemIf, quote } from "../problems";
import { LvsMethod } from "../service/lvsMethod";
import { type HostFile, textFile } from "./hostFile";
import { sysctlLines, sysctlProblems, type Sysctls } from "./sysctlTable";

/** The directors' kernel: one sysctl each. */
export interface KernelSysctls {
    /** What a new connection from the port of an old one gets: 0 the old server, 1 a new one when that is safe, 2 also while the old one ends (sysctl `net.ipv4.vs.conn_reuse_mode`). Defaults to the kernel's, 1, or to 0 on RHEL 8 with `conntrack`. */
    connReuseMode?: number;
    /** A connection ends at once when its server has gone, instead of waiting in vain (sysctl `net.ipv4.vs.expire_nodest_conn`). Defaults to true. */
    expireNodestConn?: boolean;
    /** A persistent client gets another server when its own has weight 0 (sysctl `net.ipv4.vs.expire_quiescent_template`). Defaults to true. */
    expireQuiescentTemplate?: boolean;
    /** A TCP connection may begin in the middle, as it does after a failover without the sync daemon; with a hashing scheduler (sysctl `net.ipv4.vs.sloppy_tcp`). Defaults to false. */
    sloppyTcp?: boolean;
    /** As `sloppyTcp`, for SCTP (sysctl `net.ipv4.vs.sloppy_sctp`). Defaults to false. */
    sloppySctp?: boolean;
    /** Seconds after which the backup hears again of a connection that is in use; 0 is never (sysctl `net.ipv4.vs.sync_refresh_period`). Defaults to 1 with the sync daemon, and to the kernel's, 0, with `syncPeriod`. */
    syncRefreshPeriod?: number;
    /** Times that such news are repeated, 0 to 3 (sysctl `net.ipv4.vs.sync_retries`). Defaults to the kernel's, 0. */
    syncRetries?: number;
    /** Threads of the sync daemon, each with a UDP port of its own: 1, 2, 4, 8, 16, 32 or 64 (sysctl `net.ipv4.vs.sync_ports`). Defaults to the kernel's, 1. */
    syncPorts?: number;
    /** Of persistent services only the clients are synchronized, not their connections (sysctl `net.ipv4.vs.sync_persist_mode`). Defaults to false. */
    syncPersistMode?: boolean;
    /** A backup leaves packets to services alone, for directors that are also real servers of somebody else (sysctl `net.ipv4.vs.backup_only`). Defaults to false. */
    backupOnly?: boolean;
    /** Answers of NAT services are routed by the virtual IP that they get as source (sysctl `net.ipv4.vs.snat_reroute`). Defaults to the kernel's, true. */
    snatReroute?: boolean;
    /** Packets that are too large for a tunnel are refused, so that the client learns its size, instead of cut in two (sysctl `net.ipv4.vs.pmtu_disc`). Defaults to the kernel's, true. */
    pmtuDisc?: boolean;
    /** The firewall keeps track of IPVS connections too (sysctl `net.ipv4.vs.conntrack`). Defaults to whether a service has FULLNAT, which needs it. */
    conntrack?: boolean;
    /** ICMP messages about connections that a director does not know go to real servers, for directors that share flows (sysctl `net.ipv4.vs.schedule_icmp`). Defaults to false. */
    scheduleIcmp?: boolean;
}

/** The directors' kernel. What is not set here is what each method needs, and the kernel's own. */
export interface KernelSettings extends KernelSysctls {
    /** Packets of a connection after which the backup hears of it, with `syncPeriod`; 2 is as soon as it is established (sysctl `net.ipv4.vs.sync_threshold`, first number). Defaults to 2 with the sync daemon. */
    syncThreshold?: number;
    /** Packets after which the backup hears of it again; 0 is by time, as `syncRefreshPeriod` says (sysctl `net.ipv4.vs.sync_threshold`, second number). Defaults to 0 with the sync daemon. */
    syncPeriod?: number;
    /** Interfaces through which real servers send their answers when a director is the gateway of DR or TUN servers (sysctls `accept_local` 1, `rp_filter` 0). Defaults to none. */
    gatewayInterfaces?: string[];
    /** Size of the connection table as a power of two, 8 to 20; counts when the module is next loaded (`ip_vs` option `conn_tab_bits`). Defaults to the kernel's, 12. */
    connTabBits?: number;
}

/** A sysctl that is on or off. */
const onOrOff: Kind<boolean> = { check: () => undefined, format: (value) => [value ? "1" : "0"] };

/** Whole numbers of which the kernel takes the powers of two alone. */
function powerOfTwo(what: string, most: number): Kind<number> {
    const number = integer(what, 1, most);
    return {
        ...number,
        check: (value, target) =>
            number.check(value, target) ??
            (Number.isInteger(Math.log2(value))
                ? undefined
                : `${quote(value)} is not a power of two: the kernel refuses it`),
    };
}

export const kernelSysctls: Sysctls<KernelSysctls> = {
    connReuseMode: { key: "net.ipv4.vs.conn_reuse_mode", type: integer("a mode", 0, 3) },
    expireNodestConn: { key: "net.ipv4.vs.expire_nodest_conn", type: onOrOff },
    expireQuiescentTemplate: {
        key: "net.ipv4.vs.expire_quiescent_template",
        type: onOrOff,
    },
    sloppyTcp: { key: "net.ipv4.vs.sloppy_tcp", type: onOrOff },
    sloppySctp: { key: "net.ipv4.vs.sloppy_sctp", type: onOrOff },
    syncRefreshPeriod: {
        key: "net.ipv4.vs.sync_refresh_period",
        type: integer("a number of seconds", 0, 86400),
    },
    syncRetries: { key: "net.ipv4.vs.sync_retries", type: integer("a number of retries", 0, 3) },
    syncPorts: { key: "net.ipv4.vs.sync_ports", type: powerOfTwo("a number of ports", 64) },
    syncPersistMode: { key: "net.ipv4.vs.sync_persist_mode", type: onOrOff },
    backupOnly: { key: "net.ipv4.vs.backup_only", type: onOrOff },
    snatReroute: { key: "net.ipv4.vs.snat_reroute", type: onOrOff },
    pmtuDisc: { key: "net.ipv4.vs.pmtu_disc", type: onOrOff },
    conntrack: { key: "net.ipv4.vs.conntrack", type: onOrOff },
    scheduleIcmp: { key: "net.ipv4.vs.schedule_icmp", type: onOrOff },
};

/** A network interface whose name can be part of a sysctl's. */
const device = matching(
    /^(?!\.{1,2}$)[\w.@+-]{1,15}$/,
    "the name of a network interface: 1 to 15 characters, such as eth0",
);

/** What decides about a director's kernel, besides what the user sets. */
export interface DirectorTraffic {
    readonly methods: readonly LvsMethod[];
    readonly families: readonly Family[];
    /** Interfaces on which both clients and NAT servers are. */
    readonly oneArmedInterfaces: readonly string[];
    /** Whether the sync daemon runs. */
    readonly syncs: boolean;
    /** Whether a virtual router has a MAC address of its own. */
    readonly vmac: boolean;
    readonly distribution: Distribution;
}

/** The kernel settings of a director, as lines of a sysctl file. All of them exist since Linux 3.10. */
export function directorSysctls(traffic: DirectorTraffic, settings: KernelSettings): string[] {
    const { methods, families, oneArmedInterfaces, syncs, vmac } = traffic;
    const translates = methods.includes(LvsMethod.NAT) || methods.includes(LvsMethod.FULLNAT);
    const { gatewayInterfaces = [] } = settings;
    const { syncThreshold, syncPeriod } = syncOf(settings);
    return [
        "net.ipv4.ip_forward = 1",
        ...(translates && families.includes("inet6") ? ["net.ipv6.conf.all.forwarding = 1"] : []),
        // The kernel sends redirects unless both say no.
        ...withAll(oneArmedInterfaces).map((name) => `${ipv4(name)}.send_redirects = 0`),
        // Strict filtering is in force where either asks for it.
        ...withAll(gatewayInterfaces).map((name) => `${ipv4(name)}.rp_filter = 0`),
        ...gatewayInterfaces.map((name) => `${ipv4(name)}.accept_local = 1`),
        // keepalived asks for it on the interface, in words that newer kernels refuse.
        ...(vmac ? ["net.ipv4.conf.all.arp_ignore = 1"] : []),
        ...(syncs ? [`net.ipv4.vs.sync_threshold = ${syncThreshold} ${syncPeriod}`] : []),
        ...sysctlLines(kernelSysctls, { ...defaultsFor(traffic, settings), ...given(settings) }),
    ];
}

/** When the sync daemon announces a connection. */
function syncOf({ syncThreshold = 2, syncPeriod = 0 }: KernelSettings) {
    return { syncThreshold, syncPeriod };
}

/** Settings that a director's traffic asks for, where the user says nothing. */
function defaultsFor(
    { methods, distribution, syncs }: DirectorTraffic,
    settings: KernelSettings,
): KernelSysctls {
    const { conntrack = methods.includes(LvsMethod.FULLNAT) } = settings;
    const { syncPeriod } = syncOf(settings);
    return {
        expireNodestConn: true,
        expireQuiescentTemplate: true,
        // A director that returns takes over within seconds, and is to know connections by then;
        // by the count of their packets, it would hear of slow ones too late.
        ...(syncs && syncPeriod === 0 ? { syncRefreshPeriod: 1 } : {}),
        ...(conntrack ? { conntrack } : {}),
        // Before Linux 5.9, every connection from a port in use would wait a second.
        ...(conntrack && distribution === Distribution.rhel8 ? { connReuseMode: 0 } : {}),
    };
}

function given(settings: KernelSettings): KernelSettings {
    return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function withAll(names: readonly string[]): string[] {
    return names.length === 0 ? [] : ["all", ...names];
}

/** In a key whose parts dots part, the dot of a VLAN's name is a slash. */
function ipv4(name: string): string {
    return `net.ipv4.conf.${name.replaceAll(".", "/")}`;
}

/** The file that holds kernel settings on any host. */
export function sysctlFile(lines: readonly string[]): HostFile {
    return textFile("/etc/sysctl.d/lvs.conf", "lines.mustache", { lines });
}

/** What is wrong with the settings of the directors' kernel. */
export function kernelProblems(
    path: string,
    settings: KernelSettings,
    { methods, syncs }: Pick<DirectorTraffic, "methods" | "syncs">,
    target: Target,
): Problem[] {
    const { gatewayInterfaces, connTabBits } = settings;
    const { syncThreshold, syncPeriod } = syncOf(settings);
    const packets = integer("a number of packets", 0, 2147483647);
    const forSync = Object.entries(settings).filter(
        ([name, value]) => name.startsWith("sync") && value !== undefined,
    );
    return [
        ...sysctlProblems(path, kernelSysctls, settings, target),
        ...checkValue(`${path}.syncThreshold`, packets, settings.syncThreshold, target),
        ...checkValue(`${path}.syncPeriod`, packets, settings.syncPeriod, target),
        ...problemIf(
            syncPeriod !== 0 && syncThreshold >= syncPeriod,
            `${path}.syncThreshold`,
            `${quote(syncThreshold)} is not below syncPeriod ${quote(syncPeriod)}: the kernel refuses it`,
        ),
        ...(syncs ? [] : forSync).flatMap(([name]) =>
            problem(
                `${path}.${name}`,
                "is for the sync daemon, and there is none: give lvsSyncDaemon, or remove it",
            ),
        ),
        ...problemIf(
            settings.conntrack === false && methods.includes(LvsMethod.FULLNAT),
            `${path}.conntrack`,
            "is false, and lvsMethod FULLNAT needs it: remove it",
        ),
        ...problemsOfEach(`${path}.gatewayInterfaces`, gatewayInterfaces, (name, at) =>
            checkValue(at, device, name, target),
        ),
        ...checkValue(`${path}.connTabBits`, integer("a power of two", 8, 20), connTabBits, target),
    ];
}
