import { canonical, type Family, familyOf, hostPrefix } from "../addresses";
import { TunnelType } from "../service/lvsMethod";
import { type HostFile, plainFile, textFile } from "../hostFile";
import { realServerNftFiles } from "./netfilter";
import { sysctlFile } from "./sysctls";

/** A real server's end of a tunnel from the directors. */
export interface TunnelEnd {
    readonly type: TunnelType;
    /** UDP port, for GUE. */
    readonly port: number;
    /** Address family of the outer packets. */
    readonly family: Family;
}

/** Kernel configuration of a real server. */
export interface RealServerKernel {
    /** Virtual IPs that it serves by DR or TUN. */
    readonly virtualIps: readonly string[];
    readonly tunnels: readonly TunnelEnd[];
    /** Addresses of directors to answer through, at most one per address family. */
    readonly gateways: readonly string[];
    /** Largest TCP segment that clients may send to a virtual IP, for tunnels. */
    readonly mss?: number;
}

/** Files for the kernel of a real server, the same for every method. */
export function realServerKernelFiles(id: string, realServer: RealServerKernel): HostFile[] {
    const sysctls = realServerSysctls(realServer);
    const list = `/etc/lvs/real-servers/${id}`;
    const clamp = realServerNftFiles(`${list}.nft`, realServer.virtualIps, realServer.mss);
    return [
        textFile(`${list}.conf`, "lines.mustache", {
            lines: realServerLines(realServer),
        }),
        ...(sysctls.length > 0 ? [sysctlFile(`lvs-${id}`, sysctls)] : []),
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

/** Format the addresses, tunnels and gateways for `lvs-real-server`, one a line. */
function realServerLines({ virtualIps, tunnels, gateways }: RealServerKernel): string[] {
    const [first] = virtualIps.filter((ip) => familyOf(ip) === "inet");
    const lines = [
        ...tunnels.flatMap(tunnelLines),
        ...virtualIps.map((ip) => addressLine(ip, "lo")),
        // The reverse path filter drops packets from a device without an address.
        ...(first ? ipv4Devices(tunnels).map((device) => addressLine(first, device)) : []),
        ...gateways.map((ip) => `gateway ${canonical(ip)}`),
    ];
    return [...new Set(lines)];
}

function addressLine(ip: string, device: string): string {
    return `address ${hostPrefix(canonical(ip))} ${device}`;
}

/** The kernel's fallback devices accept tunnels from any address. GUE carries IP in IP. */
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
        // The kernel answers neighbour solicitations (IPv6) only for addresses of the receiving interface.
        ...(virtualIps.some((ip) => familyOf(ip) === "inet")
            ? ["all", "lo"].flatMap((device) => [
                  `net.ipv4.conf.${device}.arp_ignore = 1`,
                  `net.ipv4.conf.${device}.arp_announce = 2`,
              ])
            : []),
        // The larger of this and `all` is in force: 2 accepts packets from a tunnel in every case.
        ...[...new Set(ipv4Devices(tunnels))].map(
            (device) => `net.ipv4.conf.${device}.rp_filter = 2`,
        ),
    ];
}

/** Addresses can be added before the network is up. Routes and tables of a firewall cannot. */
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
