import { canonical } from "../addresses";
import type { MarkedPackets, Protocol } from "../service/destination";
import { type HostFile, textFile } from "./hostFile";
import type { Masquerading } from "./netfilter";

/** What a director's firewall has to let in and through. */
export interface FirewallNeeds {
    /** What clients send to; without a port it is all of them. */
    readonly services: readonly (MarkedPackets & { readonly protocol: Protocol })[];
    /** The real servers whose answers go through the director. */
    readonly answers: readonly Masquerading[];
    /** Where the sync daemon listens, if there is one. */
    readonly sync?: SyncListener;
    /** Whether neighbours are watched by BFD. */
    readonly bfd: boolean;
}

/** The UDP ports of the sync daemon: each thread has its own, the next one. */
export interface SyncListener {
    readonly group: string;
    readonly port: number;
    readonly threads: number;
}

/** One kind of packets: to an address when they come in, from one when they go through. */
interface Opening {
    way: "input" | "forward";
    protocol: string;
    address?: string;
    ports?: string;
}

const vrrp = "112";

/** The file that `lvs-director` opens a firewall by; it opens nothing when there are no needs. */
export function firewallFile(needs: FirewallNeeds | undefined): HostFile {
    const openings = needs === undefined ? [] : openingsOf(needs);
    return textFile("/etc/lvs/firewall", "lines.mustache", { lines: openings.map(lineOf) });
}

function openingsOf({ services, answers, sync, bfd }: FirewallNeeds): Opening[] {
    return [
        { way: "input", protocol: vrrp },
        ...(sync ? [syncOpening(sync)] : []),
        // One hop away, and more.
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
