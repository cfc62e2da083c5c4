import { canonical } from "../addresses";
import type { MarkedPackets, Protocol } from "../service/destination";
import { type HostFile, textFile } from "./hostFile";
import type { Masquerading } from "./netfilter";

/** Packets that a director's firewall must let in and through. */
export interface FirewallNeeds {
    /** Destinations that clients connect to. No port means all ports. */
    readonly services: readonly (MarkedPackets & { readonly protocol: Protocol })[];
    /** Real servers whose answers pass through the director. */
    readonly answers: readonly Masquerading[];
    /** Address and ports of the sync daemon. */
    readonly sync?: SyncListener;
    /** Are there BFD sessions? */
    readonly bfd: boolean;
}

/** Address and UDP ports of the sync daemon. Each thread has the next port. */
export interface SyncListener {
    readonly group: string;
    readonly port: number;
    readonly threads: number;
}

/** Packets to accept: to an address for `input`, from an address for `forward`. */
interface Opening {
    way: "input" | "forward";
    protocol: string;
    address?: string;
    ports?: string;
}

const vrrp = "112";

/** File from which `lvs-director` opens a firewall. Without needs it is empty. */
export function firewallFile(needs: FirewallNeeds | undefined): HostFile {
    const openings = needs === undefined ? [] : openingsOf(needs);
    return textFile("/etc/lvs/firewall", "lines.mustache", { lines: openings.map(lineOf) });
}

function openingsOf({ services, answers, sync, bfd }: FirewallNeeds): Opening[] {
    return [
        { way: "input", protocol: vrrp },
        ...(sync ? [syncOpening(sync)] : []),
        // BFD over one hop, and over several.
        ...(bfd ? ["3784", "4784"] : []).map((ports): Opening => ({
            way: "input",
            protocol: "udp",
            ports,
        })),
        ...services.map(({ virtualIp, protocol, port, lastPort }): Opening => ({
            way: "input",
            protocol: protocol.toLowerCase(),
            address: canonical(virtualIp),
            ports: portsOf(port, lastPort),
        })),
        ...answers.map(({ host, protocol, port }): Opening => ({
            way: "forward",
            protocol: protocol.toLowerCase(),
            address: canonical(host),
            ports: portsOf(port),
        })),
    ];
}

function syncOpening({ group, port, threads }: SyncListener): Opening {
    const address = canonical(group);
    return { way: "input", protocol: "udp", address, ports: portsOf(port, port + threads - 1) };
}

function portsOf(first: number | undefined, last = first): string | undefined {
    if (!first) return undefined;
    return last === first ? String(first) : `${first}-${last}`;
}

function lineOf({ way, protocol, address = "any", ports = "any" }: Opening): string {
    return [way, protocol, address, ports].join(" ");
}
