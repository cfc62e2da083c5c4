/** A line of an IPVS table: of the plan's (`ipvs.rules`) or of a kernel's. */
export interface Rule {
    /** `TCP 192.0.2.1:80`, `FWM 7`. */
    service: string;
    /** `192.0.2.2:80`. None in the line of the service itself. */
    server?: string;
    scheduler?: string;
    /** `DR`, `TUN` or `NAT`. The kernel also calls FULLNAT so. */
    method?: string;
    weight?: number;
    /** The server is in the table only while no other server is. */
    sorry?: boolean;
}

const protocols = new Map([
    ["-t", "TCP"],
    ["-u", "UDP"],
    ["--sctp-service", "SCTP"],
]);
const methods = new Map([
    ["-g", "DR"],
    ["-i", "TUN"],
    ["-m", "NAT"],
]);

/** Read rules in the format of `ipvsadm --save`, and skip other lines. */
export function parseRules(lines: string[]): Rule[] {
    return lines.flatMap((line) => parseRule(line) ?? []);
}

const socket = String.raw`(?:\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}):\d{1,5}`;
const serviceRule = new RegExp(
    String.raw`^(?:(-t|-u|--sctp-service) (${socket})|-f (\d{1,10})( -6)?)(?: (.*))?$`,
);
const serverOption = new RegExp(`(?:^| )-r (${socket})(?: |$)`);

/** Read a rule. Undefined if the line is none. */
export function parseRule(line: string): Rule | undefined {
    const [, sorry, kind, rest = ""] = /^(sorry )?-([Aa]) (.*)$/.exec(line.trim()) ?? [];
    const found = serviceRule.exec(rest);
    if (!found) return undefined;
    const [, flag = "", address, mark, six, options = ""] = found;
    const service =
        mark === undefined
            ? `${protocols.get(flag)} ${address}`
            : `${six ? "FWM6" : "FWM"} ${mark}`;
    const option = (pattern: RegExp) => pattern.exec(options)?.[1];
    if (kind === "A") return { service, scheduler: option(/(?:^| )-s ([a-z]{1,15})(?: |$)/) };
    const server = option(serverOption);
    if (server === undefined) return undefined;
    return {
        service,
        server,
        method: methods.get(option(/(?:^| )(-[gim])(?: |$)/) ?? ""),
        weight: Number(option(/(?:^| )-w (\d{1,10})(?: |$)/) ?? 1),
        ...(sorry ? { sorry: true } : {}),
    };
}

/** Split `192.0.2.1:80` or `[2001:db8::1]:80` into address and port. */
export function splitSocket(text: string): { address: string; port: string } {
    const [, six, four, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(text) ?? [];
    return { address: six ?? four ?? text, port: port ?? "" };
}

/** Virtual IP of a service. Undefined for a firewall mark. */
export function virtualIpOf(service: string): string | undefined {
    const [protocol, place] = service.split(" ") as [string, string];
    return protocol.startsWith("FWM") ? undefined : splitSocket(place).address;
}

/** Name a service without its virtual IP: `TCP 80`, `mark 7`. */
export function serviceName(service: string): string {
    const [protocol, place] = service.split(" ") as [string, string];
    if (protocol.startsWith("FWM")) return `mark ${place}${protocol === "FWM6" ? " IPv6" : ""}`;
    const { port } = splitSocket(place);
    return `${protocol} ${port === "0" ? "all ports" : port}`;
}

/** A VRRP instance of a director, with its virtual IPs. */
export interface Router {
    name: string;
    interface: string;
    id: number;
    priority: number;
    virtualIps: { ip: string; device: string }[];
}

/** Read the lines of `vrrp.routers`. */
export function parseRouters(lines: string[]): Router[] {
    const words = lines.map((line) => line.trim().split(" "));
    return words
        .filter(([kind]) => kind === "instance")
        .map(([, name, device, id, , , priority]) => ({
            name: name!,
            interface: device!,
            id: Number(id),
            priority: Number(priority),
            virtualIps: words
                .filter(([kind, of]) => kind === "address" && of === name)
                .map(([, , on, ip]) => ({ ip: ip!.replace(/\/.*/, ""), device: on! })),
        }));
}
