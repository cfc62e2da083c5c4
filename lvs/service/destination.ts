import {
    canonical,
    type Family,
    familyOf,
    isSameAddress,
    longestRange,
    rangeOf,
    socketOf,
} from "../addresses";
import {
    destinationAddress,
    matching,
    oneOf,
    port as portNumber,
    checkValue,
    type Target,
    integer,
} from "../keepalived/keywords";
import { problemsOfEach, type Problem, problem, problemIf, quote } from "../problems";

/** Transport protocol of a service (keepalived `protocol`). */
export const Protocol = { TCP: "TCP", UDP: "UDP", SCTP: "SCTP" } as const;
export type Protocol = (typeof Protocol)[keyof typeof Protocol];

/** An address and a port that clients connect to. */
export interface Socket {
    readonly virtualIp: string;
    readonly port?: number;
}

/** Sockets with one port: a single address, or a range of them. */
export interface SocketRange extends Socket {
    readonly lastIp?: string;
}

/** Address family of packets. */
export const IpFamily = {
    /** IPv4. */
    inet: "inet",
    /** IPv6. */
    inet6: "inet6",
} as const;
export type IpFamily = (typeof IpFamily)[keyof typeof IpFamily];

/** A mark on the packets of one service. */
export interface FwmarkSettings {
    /** The mark, 1 to 2147483647, one for each service of an address family. */
    mark: number;
    /** Address family of packets that another program marks (keepalived `ip_family`). Defaults to that of `packets`, or else to `inet`. */
    ipFamily?: IpFamily;
}

export interface Fwmark extends FwmarkSettings {
    readonly packets?: MarkedPackets[];
}

/** Packets to mark, without their virtual IP. */
export interface MarkedPacketsSettings {
    /** Transport protocol of the packets. Defaults to `TCP`. */
    protocol?: Protocol;
    /** Port, or first port of a range. Defaults to all ports. */
    port?: number;
    /** Last port of the range. Defaults to `port`. */
    lastPort?: number;
    /** Source MAC address of the packets, such as `00:00:5e:00:53:01`: that of a router or of a client in the network. Defaults to any. */
    sourceMac?: string;
    /** Source MAC address of packets that get no mark, such as that of another director. Defaults to none. */
    exceptSourceMac?: string;
}

export interface MarkedPackets extends MarkedPacketsSettings {
    readonly virtualIp: string;
}

/** Address of a service: exactly one of a socket, a group of sockets, and marked packets. */
export interface Destination {
    readonly virtualIp?: string;
    readonly port?: number;
    readonly protocol?: Protocol;
    readonly virtualServerGroup?: SocketRange[];
    readonly fwmark?: Fwmark;
}

/** Transport protocol of a service. Marked packets have their own. */
export function protocolOf({ protocol = Protocol.TCP }: MarkedPacketsSettings): Protocol {
    return protocol;
}

/** Sockets of a service. Port 0 means all ports. */
export function socketsOf(destination: Destination): Required<Socket>[] {
    const { virtualIp, port, virtualServerGroup } = destination;
    const sockets: SocketRange[] =
        virtualServerGroup ?? (virtualIp === undefined ? [] : [{ virtualIp, port }]);
    return sockets.flatMap(({ virtualIp, lastIp, port = 0 }) => {
        // keepalived misreads a range that crosses an octet.
        const range = lastIp === undefined ? undefined : rangeOf(virtualIp, lastIp);
        return (range ?? [virtualIp]).map((ip) => ({ virtualIp: ip, port }));
    });
}

/** Virtual IPs of a service, in the order in which they are written. */
export function virtualIpsIn(destination: Destination): string[] {
    const packets = destination.fwmark?.packets ?? [];
    return [...socketsOf(destination), ...packets].map(({ virtualIp }) => virtualIp);
}

/** Address family of a service, or `inet` if its addresses are not valid. */
export function familyIn(destination: Destination): Family {
    const { ipFamily = IpFamily.inet } = destination.fwmark ?? {};
    return familyOf(virtualIpsIn(destination)[0] ?? "") ?? ipFamily;
}

/** Port of a service; 0 if it has all ports or marked packets. */
export function portOf(destination: Destination): number {
    return destination.fwmark ? 0 : (socketsOf(destination)[0]?.port ?? 0);
}

/** Format the words after `virtual_server` in keepalived.conf. */
export function headOf(destination: Destination): string {
    const { fwmark, virtualIp, virtualServerGroup } = destination;
    if (fwmark) return `fwmark ${fwmark.mark}`;
    if (virtualServerGroup) return `group ${groupName(destination)}`;
    return `${virtualIp} ${portOf(destination)}`;
}

/** Name of a group: its protocol and first socket, so that the name stays when other sockets come and go. */
export function groupName(destination: Destination): string {
    const { virtualIp, port } = socketsOf(destination)[0]!;
    return `${protocolOf(destination)}_${virtualIp}_${port}`;
}

const serviceFlags: Record<Protocol, string> = { TCP: "-t", UDP: "-u", SCTP: "--sctp-service" };

/** Format the service's entries in the kernel as `ipvsadm --save` does. */
export function ipvsServices(destination: Destination): string[] {
    const { fwmark } = destination;
    if (fwmark) {
        return [`-f ${fwmark.mark}${familyIn(destination) === "inet6" ? " -6" : ""}`];
    }
    return socketsOf(destination).map(
        ({ virtualIp, port }) =>
            `${serviceFlags[protocolOf(destination)]} ${socketOf(virtualIp, port)}`,
    );
}

/** Keys that are unique to a service. Two services with one key are the same service. */
export function destinationKeys(destination: Destination): string[] {
    const { fwmark } = destination;
    if (fwmark) return [`fwmark ${fwmark.mark} (${familyIn(destination)})`];
    return socketsOf(destination).map(
        ({ virtualIp, port }) =>
            `${socketOf(canonical(virtualIp), port)} (${protocolOf(destination)})`,
    );
}

/** Check that the address of a service has exactly one of its three forms, and that this form is valid. */
export function destinationProblems(
    path: string,
    destination: Destination,
    target: Target,
): Problem[] {
    const { virtualIp, port, protocol, virtualServerGroup, fwmark } = destination;
    const kinds = Object.entries({ virtualIp, virtualServerGroup, fwmark });
    const given = kinds.filter(([, value]) => value !== undefined).map(([kind]) => kind);
    if (given.length !== 1) {
        const what = given.length === 0 ? "no address" : given.join(" and ");
        return problem(
            path,
            `The service has ${what}. Give one of virtualIp, virtualServerGroup and fwmark.`,
        );
    }
    const inside = fwmark ? "fwmark.packets" : "virtualServerGroup";
    const elsewhere = `The setting belongs to ${inside}. Move it there.`;
    return [
        ...checkValue(`${path}.protocol`, oneOf(Protocol), protocol, target),
        ...problemIf(fwmark !== undefined && protocol !== undefined, `${path}.protocol`, elsewhere),
        ...problemIf(virtualIp === undefined && port !== undefined, `${path}.port`, elsewhere),
        ...(fwmark ? fwmarkProblems(`${path}.fwmark`, fwmark, target) : []),
        ...problemIf(
            virtualServerGroup?.length === 0,
            `${path}.virtualServerGroup`,
            "The list is empty. Give at least one address and port.",
        ),
        ...problemsOfEach(`${path}.virtualServerGroup`, virtualServerGroup, (socket, at) =>
            rangeProblems(at, socket, target),
        ),
        ...(virtualIp === undefined ? [] : socketProblems(path, { virtualIp, port }, target)),
        ...sameFamilyProblems(path, destination),
    ];
}

function socketProblems(path: string, { virtualIp, port }: Socket, target: Target): Problem[] {
    return [
        ...checkValue(`${path}.virtualIp`, destinationAddress, virtualIp, target),
        ...checkValue(`${path}.port`, portNumber, port, target),
    ];
}

/** A MAC address of one interface, not of a group. */
const macAddress = matching(
    /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i,
    "the MAC address of an interface",
    "one such as 00:00:5e:00:53:01",
);

function rangeProblems(path: string, socket: SocketRange, target: Target): Problem[] {
    const { virtualIp, lastIp } = socket;
    const ends = [
        ...socketProblems(path, socket, target),
        ...checkValue(`${path}.lastIp`, destinationAddress, lastIp, target),
    ];
    if (ends.length > 0 || lastIp === undefined) return ends;
    const isRange = !isSameAddress(virtualIp, lastIp) && rangeOf(virtualIp, lastIp) !== undefined;
    return problemIf(
        !isRange,
        `${path}.lastIp`,
        `${quote(lastIp)} does not end a range that begins with ${quote(virtualIp)}. Give the higher end of up to ${longestRange} addresses.`,
    );
}

function fwmarkProblems(
    path: string,
    { mark, ipFamily, packets }: Fwmark,
    target: Target,
): Problem[] {
    return [
        ...checkValue(`${path}.mark`, integer(1, 2147483647), mark, target),
        ...checkValue(`${path}.ipFamily`, oneOf(IpFamily), ipFamily, target),
        ...problemIf(
            ipFamily !== undefined && packets !== undefined,
            `${path}.ipFamily`,
            "The address family follows from packets. Remove ipFamily, or remove packets if another program marks them.",
        ),
        ...problemIf(
            packets?.length === 0,
            `${path}.packets`,
            "The list is empty. Give packets to mark, or remove it if another program marks them.",
        ),
        ...problemsOfEach(`${path}.packets`, packets, (marked, at) => [
            ...socketProblems(at, marked, target),
            ...checkValue(`${at}.protocol`, oneOf(Protocol), marked.protocol, target),
            ...checkValue(`${at}.lastPort`, portNumber, marked.lastPort, target),
            ...checkValue(`${at}.sourceMac`, macAddress, marked.sourceMac, target),
            ...checkValue(`${at}.exceptSourceMac`, macAddress, marked.exceptSourceMac, target),
            ...problemIf(
                marked.sourceMac !== undefined && marked.exceptSourceMac !== undefined,
                `${at}.exceptSourceMac`,
                "All packets from other addresses than sourceMac lack the mark anyway. Give one of the two.",
            ),
            ...problemIf(
                marked.lastPort !== undefined && !(marked.lastPort > (marked.port ?? 65535)),
                `${at}.lastPort`,
                `${quote(marked.lastPort)} is not above port, ${quote(marked.port)}. Give both ends of the range, the lower one in port.`,
            ),
        ]),
    ];
}

/** The kernel keeps each service in one address family. */
function sameFamilyProblems(path: string, destination: Destination): Problem[] {
    const families = new Set(virtualIpsIn(destination).map(familyOf));
    return problemIf(
        families.has("inet") && families.has("inet6"),
        path,
        "The addresses mix IPv4 and IPv6. Split the service in two virtual servers.",
    );
}
