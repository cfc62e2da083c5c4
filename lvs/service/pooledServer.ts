import { type Family, familyOf } from "../addresses";

/** The part of a real server that its pools depend on. */
export interface PooledServer {
    readonly name: string;
    readonly host: string;
    /** IPv4 address that directors send packets to, if `host` is not that address. */
    readonly address?: string;
    /** IPv6 address that directors send packets to, if `host` is not that address. */
    readonly address6?: string;
    readonly weight?: number;
    readonly drained?: boolean;
    /** Has the host died for good? */
    readonly gone?: boolean;
}

/** Address of a real server that directors send packets of this family to. */
export function addressOf(realServer: PooledServer, family: Family): string | undefined {
    const { host, address, address6 } = realServer;
    const own = familyOf(host) === family ? host : undefined;
    return (family === "inet" ? address : address6) ?? own;
}
