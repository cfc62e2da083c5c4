import { familyOf, isLinkLocal, kindOf } from "../../addresses";
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
import type { Protocol } from "../destination";
import { type CheckContext, type Checker, withTiming } from "./checker";
import { portChoices, portServed, type Served } from "./served";
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
    /** Port to connect to (keepalived `connect_port`). Defaults to the port of the real server; of several ports, the only one with the protocol of the check. */
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

/** Make a checker that connects to a port of this protocol, or to none, and whose settings are all one line each. */
export function connecting<Settings extends ConnectingCheck>(
    keyword: string,
    protocol: Protocol | undefined,
    keywords: Keywords<Settings>,
    since?: string,
): Checker<Settings> & Required<Pick<Checker<Settings>, "timing">> {
    return {
        keyword,
        since,
        problems: (path, check, target, context) => [
            ...keywordProblems(path, keywords, check, target),
            ...addressProblems(path, check, context),
            ...portProblems(path, check, protocol, context.served),
        ],
        plan: (check, around) =>
            withTiming(keywords, withPort(check, protocol, around.served), around),
        lines: (check, version) => ({ keywords: linesOf(keywords, check, version), urls: [] }),
        timing: nearestTiming,
    };
}

/** A check of a server with several ports needs one of them, because keepalived would connect to port 0. */
function withPort<Settings extends ConnectingCheck>(
    check: Settings,
    protocol: Protocol | undefined,
    served: Served,
): Settings {
    if (protocol === undefined || served.port > 0 || check.connectPort !== undefined) return check;
    return { ...check, connectPort: portServed(served, protocol) };
}

function portProblems(
    path: string,
    check: ConnectingCheck,
    protocol: Protocol | undefined,
    served: Served,
): Problem[] {
    if (protocol === undefined) return [];
    return problemIf(
        served.port === 0 && withPort(check, protocol, served).connectPort === undefined,
        `${path}.connectPort`,
        `The value is missing, and the service has ${portChoices(served, protocol)}. Give the port to connect to.`,
    );
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
        ...problemIf(
            kindOf(bindto ?? "") === "loopback" && kindOf(connectIp ?? "") !== "loopback",
            `${path}.bindto`,
            `${quote(bindto)} is a loopback address, from which no packet leaves the director. Use another address of the director.`,
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
