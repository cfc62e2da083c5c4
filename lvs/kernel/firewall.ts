import { canonical } from "../addresses";
import type { MarkedPackets, Protocol } from "../service/destination";
import { type HostFile, textFile } from "../hostFile";
import type { Masquerading } from "./netfilter";

/** Packets that a director's firewall must let in and through. */
export interface FirewallNeeds {
    /** Destinations that clients connect to. No port means all ports. */
    readonly services: readonly (MarkedPackets & { readonly protocol: Protocol })[];
    /** Real servers whose answers pass through the director. */
    readonly answers: readonly Masquerading[];
    /** Ways by which adverts of other directors arrive. */
    readonly adverts: readonly Arrival[];
    /** Address and ports of the sync daemon. */
    readonly sync?: SyncListener;
    /** BFD sessions with neighbours. */
    readonly bfd: readonly BfdSession[];
}

/** A way by which packets arrive. */
export interface Arrival {
    /** IP protocol. */
    readonly protocol: string;
    /** Interface, or a pattern such as `vrrp*`. */
    readonly interface: string;
    readonly destination: string;
    /** All senders, or nothing if the plan does not know their addresses. */
    readonly sources?: readonly string[];
}

/** A BFD session, as far as its addresses are known. */
export interface BfdSession {
    readonly neighborIp?: string;
    readonly sourceIp?: string;
    readonly multihop?: boolean;
}

/** Address and UDP ports of the sync daemon. Each thread has the next port. */
export interface SyncListener {
    readonly interface: string;
    readonly group: string;
    readonly port: number;
    readonly threads: number;
}

/** Packets to accept. The ports of `input` are those of the destination, and the ports of `forward` those of the source. */
interface Opening {
    way: "input" | "forward";
    protocol: string;
    interface?: string;
    source?: string;
    destination?: string;
    ports?: string;
}

/** File from which `lvs-director` opens a firewall. Without needs it is empty. */
export function firewallFile(needs: FirewallNeeds | undefined): HostFile {
    const openings = needs === undefined ? [] : openingsOf(needs);
    return textFile("/etc/lvs/firewall", "lines.mustache", { lines: openings.map(lineOf) });
}

function openingsOf({ services, answers, adverts, sync, bfd }: FirewallNeeds): Opening[] {
    return [
        ...adverts.flatMap(advertOpenings),
        ...(sync ? [syncOpening(sync)] : []),
        ...bfd.map(({ neighborIp, sourceIp, multihop }): Opening => ({
            way: "input",
            protocol: "udp",
            source: neighborIp,
            destination: sourceIp,
            ports: multihop ? "4784" : "3784",
        })),
        ...services.map(({ virtualIp, protocol, port, lastPort }): Opening => ({
            way: "input",
            protocol: protocol.toLowerCase(),
            destination: virtualIp,
            ports: portsOf(port, lastPort),
        })),
        ...answers.map(({ host, protocol, port }): Opening => ({
            way: "forward",
            protocol: protocol.toLowerCase(),
            source: host,
            ports: portsOf(port),
        })),
    ];
}

function advertOpenings({ sources, ...arrival }: Arrival): Opening[] {
    return (sources ?? [undefined]).map((source) => ({
        way: "input",
        ...arrival,
        source,
    }));
}

/** The kernel chooses the source address of the other directors' packets. */
function syncOpening({ interface: device, group, port, threads }: SyncListener): Opening {
    return {
        way: "input",
        protocol: "udp",
        interface: device,
        destination: group,
        ports: portsOf(port, port + threads - 1),
    };
}

function portsOf(first: number | undefined, last = first): string | undefined {
    if (!first) return undefined;
    return last === first ? String(first) : `${first}-${last}`;
}

function lineOf({ way, protocol, source, destination, ports, ...opening }: Opening): string {
    const addresses = [source, destination].map((ip) => ip && canonical(ip));
    return [way, protocol, opening.interface, ...addresses, ports]
        .map((word) => word ?? "any")
        .join(" ");
}
