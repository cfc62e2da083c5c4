import { canonical } from "../addresses";
import { type MarkedPackets, Protocol } from "../service/destination";
import { type HostFile, textFile } from "./hostFile";
import type { Masquerading } from "./netfilter";

/** What a director's firewall has to let in and through. */
export interface FirewallNeeds {
    /** What clients send to; without a port it is all of them. */
    readonly services: readonly MarkedPackets[];
    /** The real servers whose answers go through the director. */
    readonly answers: readonly Masquerading[];
    /** Where the sync daemon listens, if there is one. */
    readonly sync?: { readonly group?: string; readonly port?: number; readonly ports?: number };
    /** Whether neighbours are watched by BFD. */
    readonly bfd: boolean;
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
        ...services.map(({ virtualIp, protocol = Protocol.TCP, port, lastPort }): Opening => ({
            way: "input",
            protocol: protocol.toLowerCase(),
            address: canonical(virtualIp),
            ports: portsOf(port, lastPort),
        })),
        ...answers.map(({ host, protocol = Protocol.TCP, port }): Opening => ({
            way: "forward",
            protocol: protocol.toLowerCase(),
            address: canonical(host),
            ports: portsOf(port),
        })),
    ];
}

/** Each thread of the sync daemon has a port of its own, the next one. */
function syncOpening({
    group = "224.0.0.81",
    port = 8848,
    ports = 1,
}: NonNullable<FirewallNeeds["sync"]>): Opening {
    const address = canonical(group);
    return { way: "input", protocol: "udp", address, ports: portsOf(port, port + ports - 1) };
}

function portsOf(first: number | undefined, last = first): string | undefined {
    if (!first) return undefined;
    return last === first ? String(first) : `${first}-${last}`;
}

function lineOf({ way, protocol, address = "any", ports = "any" }: Opening): string {
    return [way, protocol, address, ports].join(" ");
}
