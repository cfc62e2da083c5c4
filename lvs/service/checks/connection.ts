import { familyOf } from "../../addresses";
import {
    ownAddress,
    keywordProblems,
    type Keywords,
    linesOf,
    networkInterface,
    port,
    integer,
} from "../../keepalived/keywords";
import { type Problem, problemIf, quote } from "../../problems";
import { Protocol } from "../destination";
import { type CheckContext, type Checker, withTiming } from "./checker";
import {
    type CheckTiming,
    nearestTiming,
    type RepeatedCheck,
    repeatedKeywords,
    timingKeywords,
} from "./timing";

/** Endpoints of a check's connection. */
export interface CheckConnection {
    /** Address to connect to (keepalived `connect_ip`). Defaults to the real server's. */
    connectIp?: string;
    /** Port to connect to (keepalived `connect_port`). Defaults to the real server's, or to the only port of a service by `fwmark`. */
    connectPort?: number;
    /** Address to connect from (keepalived `bindto`). Defaults to the kernel's choice. */
    bindto?: string;
    /** Network interface to connect through, such as `eth1` (keepalived `bind_if`). Defaults to the kernel's choice. */
    bindIf?: string;
    /** Port to connect from. Needs `bindto` (keepalived `bind_port`). Defaults to any. */
    bindPort?: number;
    /** Mark on the packets of the check, 1 to 2147483647 (keepalived `fwmark`). Defaults to none. */
    fwmark?: number;
}

/** A check that connects to the server. */
export interface ConnectingCheck extends CheckConnection, CheckTiming, RepeatedCheck {}

const connectionKeywords: Keywords<CheckConnection> = {
    connectIp: { keyword: "connect_ip", type: ownAddress },
    connectPort: { keyword: "connect_port", type: port },
    bindto: { keyword: "bindto", type: ownAddress },
    bindIf: { keyword: "bind_if", type: networkInterface, since: "1.3.7" },
    bindPort: { keyword: "bind_port", type: port },
    // Versions before 2.0 read a signed number.
    fwmark: { keyword: "fwmark", type: integer(1, 2147483647) },
};

export const connectingKeywords: Keywords<ConnectingCheck> = {
    ...connectionKeywords,
    ...timingKeywords,
    ...repeatedKeywords,
};

/** Make a checker that connects to the server and whose settings are all one line each. */
export function connecting<Settings extends ConnectingCheck>(
    keyword: string,
    keywords: Keywords<Settings>,
    { since, transport = Protocol.TCP }: { since?: string; transport?: Protocol | "ICMP" } = {},
): Checker<Settings> & Required<Pick<Checker<Settings>, "timing">> {
    return {
        keyword,
        since,
        problems: (path, check, target, context) => [
            ...keywordProblems(path, keywords, check, target),
            ...addressProblems(path, check, context),
            ...(transport === "ICMP" ? [] : portProblems(path, check, context.ports[transport])),
        ],
        plan(check, around) {
            // keepalived would connect to port 0 of the servers of marked packets.
            const connectPort = transport === "ICMP" ? undefined : around.markedPorts[transport][0];
            return withTiming(
                keywords,
                { ...check, connectPort: check.connectPort ?? connectPort },
                around,
            );
        },
        lines: (check, version) => ({ keywords: linesOf(keywords, check, version), urls: [] }),
        timing: nearestTiming,
    };
}

function addressProblems(
    path: string,
    check: CheckConnection,
    { family }: CheckContext,
): Problem[] {
    const { connectIp, bindto, bindIf, bindPort } = check;
    const [to, from] = [connectIp, bindto].map((address) => familyOf(address ?? ""));
    const linkLocal = (["connectIp", "bindto"] as const).filter((field) =>
        isLinkLocal(check[field] ?? ""),
    );
    return [
        ...problemIf(
            to !== undefined && from !== undefined && to !== from,
            `${path}.bindto`,
            `${quote(bindto)} and connectIp, ${quote(connectIp)}, are not in one address family. Use two addresses of one family.`,
        ),
        ...problemIf(
            from !== undefined && connectIp === undefined && from !== family,
            `${path}.bindto`,
            `${quote(bindto)} is not in the address family of the real servers. Use an address of that family.`,
        ),
        ...linkLocal.flatMap((field) =>
            problemIf(
                bindIf === undefined,
                `${path}.${field}`,
                `${quote(check[field])} is a link-local address, which needs an interface. Give bindIf.`,
            ),
        ),
        ...problemIf(
            bindPort !== undefined && bindto === undefined,
            `${path}.bindPort`,
            "The port has no effect without bindto. Give bindto, or remove the port.",
        ),
    ];
}

/** A check connects to one port. `ports` are those of the service. */
function portProblems(
    path: string,
    { connectPort }: CheckConnection,
    ports: readonly number[],
): Problem[] {
    return problemIf(
        connectPort === undefined && ports.length !== 1,
        `${path}.connectPort`,
        `The value is missing, and ${portsOfService(ports)}. Give the port to check.`,
    );
}

/** Describe the ports of a service that has none of its own. */
export function portsOfService(ports: readonly number[]): string {
    return ports.length === 0
        ? "the service has no single port for this check"
        : `the service has the ports ${ports.join(", ")}`;
}

function isLinkLocal(address: string): boolean {
    return familyOf(address) === "inet6" && /^fe[89ab]/i.test(address) && address[4] === ":";
}
