import { canonical, type Family, familyOf, hostPrefix } from "../addresses";
import { TunnelType } from "../service/lvsMethod";
import { type HostFile, plainFile, textFile } from "./hostFile";
import { realServerNftFiles } from "./netfilter";
import { sysctlFile } from "./sysctls";

/** The real server's end of a tunnel from the directors. */
export interface TunnelEnd {
    readonly type: TunnelType;
    /** UDP port, with GUE. */
    readonly port: number;
    /** The family of the addresses that the packets are sent to. */
    readonly family: Family;
}

/** What a real server is to be, as far as its kernel is concerned. */
export interface RealServerKernel {
    /** Those that it serves by DR and TUN. */
    readonly virtualIps: readonly string[];
    readonly tunnels: readonly TunnelEnd[];
    /** Directors' addresses through which it answers, one of each family at most. */
    readonly gateways: readonly string[];
    /** The largest TCP segment that clients may send to a virtual IP; for tunnels. */
    readonly mss?: number;
}

/** The files of a real server, without its web page. They are the same kinds for every method. */
export function realServerKernelFiles(realServer: RealServerKernel): HostFile[] {
    const sysctls = realServerSysctls(realServer);
    const clamp = realServerNftFiles(realServer.virtualIps, realServer.mss);
    return [
        textFile("/etc/lvs/real-server", "lines.mustache", {
            lines: realServerLines(realServer),
        }),
        ...(sysctls.length > 0 ? [sysctlFile(sysctls)] : []),
        ...clamp,
        textFile(
            "/etc/systemd/system/lvs-real-server.service",
            "lvs-real-server.service.mustache",
            {
                order: unitOrder(realServer, clamp.length > 0),
            },
        ),
        plainFile("/usr/local/sbin/lvs-real-server", "lvs-real-server.sh", "0755"),
    ];
}

/** What `lvs-real-server` is to bring about, a line each. */
function realServerLines({ virtualIps, tunnels, gateways }: RealServerKernel): string[] {
    const [first] = virtualIps.filter((ip) => familyOf(ip) === "inet");
    const lines = [
        ...tunnels.flatMap(tunnelLines),
        ...virtualIps.map((ip) => addressLine(ip, "lo")),
        // What comes out of a device without an address fails the reverse path filter.
        ...(first ? ipv4Devices(tunnels).map((device) => addressLine(first, device)) : []),
        ...gateways.map((ip) => `gateway ${canonical(ip)}`),
    ];
    return [...new Set(lines)];
}

function addressLine(ip: string, device: string): string {
    return `address ${hostPrefix(canonical(ip))} ${device}`;
}

/**
 * The kernel's own devices take tunnels from anywhere, so none has to be made. Out of GUE's UDP
 * comes IP in IP.
 */
function tunnelLines({ type, port, family }: TunnelEnd): string[] {
    const device = deviceOf(type, family);
    return type === TunnelType.gue
        ? [`gue ${family} ${port}`, `device ${device}`]
        : [`device ${device}`];
}

function deviceOf(type: TunnelType, family: Family): string {
    if (type === TunnelType.gre) return family === "inet6" ? "ip6gre0" : "gre0";
    return family === "inet6" ? "ip6tnl0" : "tunl0";
}

function ipv4Devices(tunnels: readonly TunnelEnd[]): string[] {
    return tunnels
        .filter(({ family }) => family === "inet")
        .map(({ type, family }) => deviceOf(type, family));
}

function realServerSysctls({ virtualIps, tunnels }: RealServerKernel): string[] {
    return [
        // ARP is about IPv4; nobody asks for an IPv6 address on lo.
        ...(virtualIps.some((ip) => familyOf(ip) === "inet")
            ? ["all", "lo"].flatMap((device) => [
                  `net.ipv4.conf.${device}.arp_ignore = 1`,
                  `net.ipv4.conf.${device}.arp_announce = 2`,
              ])
            : []),
        // The larger value is in force: 2 lets in what comes out of a tunnel whatever "all" says.
        ...[...new Set(ipv4Devices(tunnels))].map(
            (device) => `net.ipv4.conf.${device}.rp_filter = 2`,
        ),
    ];
}

/** Addresses come before the network does; routes and a firewall's tables cannot. */
function unitOrder({ gateways }: RealServerKernel, clamps: boolean): string[] {
    return [
        "After=systemd-sysctl.service",
        ...(gateways.length > 0
            ? [
                  "Wants=network-online.target",
                  "After=network-online.target networking.service systemd-networkd.service",
                  "PartOf=networking.service systemd-networkd.service",
              ]
            : ["Before=network.target"]),
        ...(clamps
            ? [
                  "After=nftables.service",
                  "PartOf=nftables.service",
                  "ReloadPropagatedFrom=nftables.service",
              ]
            : []),
    ];
}
