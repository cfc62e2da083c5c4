import { type Family, familyOf, isSameAddress } from "../addresses";
import { ipAddress, oneOf, port, refusal, type Target, tooNew } from "../keepalived/keywords";
import { type Problem, problemIf, show } from "../problems";
import { LvsMethod, methodWords, translatesPorts } from "./lvsMethod";

/** Who answers while the whole pool is down (keepalived `sorry_server`), without its address. */
export interface SorryServerSettings {
    /** Port that it listens on. Defaults to the virtual server's, and only NAT can reach another. */
    port?: number;
    /** How packets reach it (keepalived `sorry_server_lvs_method`). Defaults to the virtual server's. */
    lvsMethod?: LvsMethod;
    /** The pool stays in the kernel with weight 0 meanwhile, so that connections can end (keepalived `sorry_server_inhibit`). Defaults to false. */
    inhibit?: boolean;
}

export interface SorryServer extends SorryServerSettings {
    readonly host: string;
}

/** keepalived wants the server before what belongs to it. */
export function sorryServerLines(sorry: SorryServer | undefined, servicePort: number): string[] {
    if (sorry === undefined) return [];
    const { host, port: own = servicePort, inhibit, lvsMethod } = sorry;
    return [
        `sorry_server ${host} ${own}`,
        ...(inhibit ? ["sorry_server_inhibit"] : []),
        ...(lvsMethod ? [`sorry_server_lvs_method ${methodWords(lvsMethod)}`] : []),
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
        ...refusal(`${path}.host`, ipAddress, host, target),
        ...problemIf(
            family !== undefined && family !== service.family,
            `${path}.host`,
            `${show(host)} is of another address family than the virtual IP`,
        ),
        ...problemIf(
            service.pool.some((address) => isSameAddress(address, host)),
            `${path}.host`,
            `${show(host)} is in the pool: it would be down with it`,
        ),
        ...refusal(`${path}.port`, port, own, target),
        ...problemIf(
            own !== undefined && own !== service.port && !translatesPorts(method),
            `${path}.port`,
            `${show(own)} differs from the virtual server's ${service.port}, and ${method} leaves the port as it is`,
        ),
        ...refusal(`${path}.lvsMethod`, oneOf(LvsMethod), lvsMethod, target),
        ...(lvsMethod === undefined
            ? []
            : tooNew(
                  `${path}.lvsMethod`,
                  { keyword: "sorry_server_lvs_method", since: "1.3.6" },
                  target,
              )),
    ];
}
