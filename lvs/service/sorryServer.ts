import { type Family, familyOf, isSameAddress, kindOf } from "../addresses";
import {
    destinationAddress,
    oneOf,
    port,
    checkValue,
    type Target,
    tooNew,
} from "../keepalived/keywords";
import { type Problem, problemIf, quote, Warning, warningIf } from "../problems";
import { LvsMethod, methodWords, planTunnel, translatesPorts, type TunnelPlan } from "./lvsMethod";

/** A server that answers while a whole pool is down (keepalived `sorry_server`), without its address. */
export interface SorryServerSettings {
    /** Port that the server listens on. Defaults to the virtual server's; another port needs NAT or FULLNAT. */
    port?: number;
    /** Forwarding method (keepalived `sorry_server_lvs_method`). Defaults to the virtual server's. */
    lvsMethod?: LvsMethod;
    /** Keep the pool in the kernel with weight 0 while the sorry server answers, so that connections can end (keepalived `sorry_server_inhibit`). Defaults to false. */
    inhibit?: boolean;
}

export interface SorryServer extends SorryServerSettings {
    readonly host: string;
}

/** A sorry server with every default resolved. */
export interface SorryServerPlan {
    readonly host: string;
    readonly port: number;
    readonly inhibit: boolean;
    readonly lvsMethod: LvsMethod;
    readonly tunnel: TunnelPlan;
    /** Does it have a method of its own? */
    readonly hasOwnMethod: boolean;
}

/** Resolve the defaults of a sorry server; `service` is its virtual server. */
export function planSorryServer(
    sorry: SorryServer,
    service: { port: number; lvsMethod: LvsMethod; tunnel: TunnelPlan },
): SorryServerPlan {
    const { host, port = service.port, inhibit = false, lvsMethod } = sorry;
    const method =
        lvsMethod === undefined
            ? { lvsMethod: service.lvsMethod, tunnel: service.tunnel, hasOwnMethod: false }
            : { lvsMethod, tunnel: planTunnel(), hasOwnMethod: true };
    return { host, port, inhibit, ...method };
}

/** Format its lines. keepalived requires the server before its settings. */
export function sorryServerLines(sorry: SorryServerPlan | undefined): string[] {
    if (sorry === undefined) return [];
    const { host, port, inhibit, lvsMethod, tunnel, hasOwnMethod } = sorry;
    return [
        `sorry_server ${host} ${port}`,
        ...(inhibit ? ["sorry_server_inhibit"] : []),
        ...(hasOwnMethod ? [`sorry_server_lvs_method ${methodWords(lvsMethod, tunnel)}`] : []),
    ];
}

export function sorryServerProblems(
    path: string,
    sorry: SorryServer | undefined,
    service: { port: number; method: LvsMethod; family: Family; pool: string[] },
    target: Target,
): Problem[] {
    if (sorry === undefined) return [];
    const { host, port: own, lvsMethod } = sorry;
    const method = lvsMethod ?? service.method;
    const family = familyOf(host);
    return [
        ...hostProblems(`${path}.host`, host, method, target),
        ...problemIf(
            family !== undefined && family !== service.family,
            `${path}.host`,
            `${quote(host)} is not in the address family of the virtual IP. Use an address of that family.`,
        ),
        ...warningIf(
            service.pool.some((address) => isSameAddress(address, host)),
            Warning.sorryServerInPool,
            `${path}.host`,
            `${quote(host)} is in the pool, and may be down together with it. Use another server.`,
        ),
        ...checkValue(`${path}.port`, port, own, target),
        ...problemIf(
            own !== undefined && own !== service.port && !translatesPorts(method),
            `${path}.port`,
            `${quote(own)} differs from the virtual server's port, ${service.port}, and ${method} cannot change ports. Remove it, or use NAT.`,
        ),
        ...checkValue(`${path}.lvsMethod`, oneOf(LvsMethod), lvsMethod, target),
        ...(lvsMethod === undefined
            ? []
            : tooNew(
                  `${path}.lvsMethod`,
                  { keyword: "sorry_server_lvs_method", since: "1.3.6" },
                  target,
              )),
    ];
}

/** A director can answer itself on a loopback address, except by NAT: the kernel drops such packets. */
function hostProblems(path: string, host: string, method: LvsMethod, target: Target): Problem[] {
    if (kindOf(host) !== "loopback") return checkValue(path, destinationAddress, host, target);
    return problemIf(
        translatesPorts(method),
        path,
        `${quote(host)} is a loopback address, and the kernel drops what ${method} sends there. Use lvsMethod DR, or the address of a host.`,
    );
}
