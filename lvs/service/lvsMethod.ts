import { oneOf, port, checkValue, type Target, tooNew, integer } from "../keepalived/keywords";
import { type Problem, problemIf, quote } from "../problems";

/** Forwarding method: how packets get from the director to the real server (keepalived `lvs_method`). */
export const LvsMethod = {
    /** Direct routing: real servers are in the directors' network, listen on the same port, and answer clients directly. */
    DR: "DR",
    /**
     * Network address translation: the director is the gateway of the real server. The real server
     * sees the client's address, and may listen on another port.
     */
    NAT: "NAT",
    /** Tunnelling: real servers may be in another network, and answer clients directly. */
    TUN: "TUN",
    /**
     * Translation of both addresses: the real server sees the director's address and needs no special
     * gateway. In keepalived.conf it is NAT; nftables masquerades.
     */
    FULLNAT: "FULLNAT",
} as const;
export type LvsMethod = (typeof LvsMethod)[keyof typeof LvsMethod];

/** Encapsulation of packets in a tunnel. */
export const TunnelType = {
    /** IP in IP. */
    ipip: "ipip",
    /** Generic UDP encapsulation, for networks that pass nothing but UDP and TCP. */
    gue: "gue",
    /** Generic routing encapsulation. */
    gre: "gre",
} as const;
export type TunnelType = (typeof TunnelType)[keyof typeof TunnelType];

/** A tunnel to real servers (keepalived `lvs_method TUN type …`). */
export interface Tunnel {
    /** Encapsulation. Defaults to `ipip`. */
    type?: TunnelType;
    /** UDP port on the real servers, for type `gue`. Defaults to 6080. */
    port?: number;
    /** Largest TCP segment to ask clients for, 536 to 9000, for networks that drop ICMP. 1440 fits IP in IP on Ethernet. Defaults to none: directors report the size by ICMP. */
    mss?: number;
}

/** Forwarding method of a virtual server. */
export function methodOf({ lvsMethod = LvsMethod.DR }: { readonly lvsMethod?: LvsMethod }) {
    return lvsMethod;
}

/** A tunnel with every default resolved. */
export interface TunnelPlan extends Tunnel {
    readonly type: TunnelType;
    readonly port: number;
}

/** Resolve the defaults of a tunnel. 6080 is the usual UDP port of GUE. */
export function planTunnel({ type = TunnelType.ipip, port = 6080, mss }: Tunnel = {}): TunnelPlan {
    return { type, port, mss };
}

/** Format the words after `lvs_method`. keepalived has only three methods. */
export function methodWords(method: LvsMethod, { type, port: tunnelPort }: TunnelPlan): string {
    if (method === LvsMethod.FULLNAT) return LvsMethod.NAT;
    if (method !== LvsMethod.TUN || type === TunnelType.ipip) return method;
    return type === TunnelType.gue ? `TUN type gue port ${tunnelPort}` : `TUN type ${type}`;
}

/** Format method and weight as ipvsadm does. */
export function methodOptions(
    method: LvsMethod,
    weight: number,
    { type, port: tunnelPort }: TunnelPlan,
): string {
    if (method === LvsMethod.DR) return `-g -w ${weight}`;
    if (method !== LvsMethod.TUN) return `-m -w ${weight}`;
    const wrapping = {
        ipip: "",
        gre: " --tun-type gre --tun-nocsum",
        gue: ` --tun-type gue --tun-port ${tunnelPort} --tun-nocsum`,
    };
    return `-i -w ${weight}${wrapping[type]}`;
}

/** Can a real server listen on another port than the virtual server? */
export function translatesPorts(method: LvsMethod): boolean {
    return method === LvsMethod.NAT || method === LvsMethod.FULLNAT;
}

/** Check a tunnel. */
export function tunnelProblems(
    path: string,
    tunnel: Tunnel | undefined,
    method: LvsMethod,
    target: Target,
): Problem[] {
    if (tunnel === undefined) return [];
    const { type } = planTunnel(tunnel);
    return [
        ...problemIf(
            method !== LvsMethod.TUN,
            path,
            `A tunnel needs lvsMethod TUN, and the method is ${quote(method)}. Remove the tunnel, or change the method.`,
        ),
        ...checkValue(`${path}.type`, oneOf(TunnelType), type, target),
        ...(type === TunnelType.ipip
            ? []
            : // Earlier versions ignore the words and send plain IP in IP.
              tooNew(`${path}.type`, { keyword: `TUN type ${type}`, since: "2.0.18" }, target)),
        ...checkValue(`${path}.port`, port, tunnel.port, target),
        ...checkValue(`${path}.mss`, integer(536, 9000), tunnel.mss, target),
        ...problemIf(
            tunnel.port !== undefined && type !== TunnelType.gue,
            `${path}.port`,
            `A port needs a tunnel of type gue, and the type is ${quote(type)}. Remove the port, or change the type.`,
        ),
    ];
}
