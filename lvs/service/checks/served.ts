import { type Destination, Protocol, protocolOf } from "../destination";

/** Packets that a pool member gets. */
export interface Served {
    /** Port of its block in keepalived.conf; 0 if it serves several. */
    readonly port: number;
    /** Protocols and ports of the packets. Several ports together have no number. Empty if another program marks the packets. */
    readonly packets: readonly { readonly protocol: Protocol; readonly port?: number }[];
}

/** Packets of a service that reach its pool members at `port`. */
export function servedBy(destination: Destination, port: number): Served {
    const { fwmark } = destination;
    if (fwmark === undefined) {
        return { port, packets: [{ protocol: protocolOf(destination), port: port || undefined }] };
    }
    const packets = (fwmark.packets ?? []).map(({ protocol, port: first, lastPort }) => ({
        protocol: protocolOf({ protocol }),
        port: lastPort === undefined ? first : undefined,
    }));
    return { port, packets };
}

/** Does a pool member serve this protocol? */
export function serves({ packets }: Served, protocol: Protocol): boolean {
    return packets.some((one) => one.protocol === protocol);
}

/** Ports of this protocol to which a check can connect. A range or all ports count as none. */
export function portsServed({ packets }: Served, protocol: Protocol): number[] {
    const ofProtocol = packets.filter((one) => one.protocol === protocol);
    return [...new Set(ofProtocol.flatMap(({ port }) => port ?? []))];
}

/** The port of this protocol, if there is exactly one. */
export function portServed(served: Served, protocol: Protocol): number | undefined {
    const [port, ...others] = portsServed(served, protocol);
    return others.length === 0 ? port : undefined;
}

/** Describe the ports of this protocol for a message. */
export function portChoices(served: Served, protocol: Protocol): string {
    const ports = portsServed(served, protocol);
    return ports.length === 0
        ? `no single ${protocol} port`
        : `the ${protocol} ports ${ports.join(", ")}`;
}
