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

const protocols: Record<string, string> = { t: "TCP", u: "UDP", "sctp-service": "SCTP" };
const methods: Record<string, string> = { g: "DR", i: "TUN", m: "NAT" };

/** Read rules in the format of `ipvsadm --save`, and skip other lines. */
export function parseRules(lines: string[]): Rule[] {
    return lines.flatMap((line) => parseRule(line) ?? []);
}

/** Read a rule. Undefined if the line is none. */
export function parseRule(line: string): Rule | undefined {
    const [, sorry, kind, rest = ""] = /^(sorry )?-([Aa]) (.*)$/.exec(line.trim()) ?? [];
    if (kind === undefined) return undefined;
    const option = (name: string) => new RegExp(`(?:^| )-${name} (\\S+)`).exec(rest)?.[1];
    const service = serviceOf(rest);
    if (kind === "A") return { service, scheduler: option("s") };
    const [, method] = / -([gim])( |$)/.exec(rest) ?? [];
    return {
        service,
        server: option("r"),
        method: methods[method!],
        weight: Number(option("w") ?? 1),
        ...(sorry ? { sorry: true } : {}),
    };
}

function serviceOf(rest: string): string {
    const [, mark, six] = /^-f (\d+)( -6)?/.exec(rest) ?? [];
    if (mark !== undefined) return six ? `FWM6 ${mark}` : `FWM ${mark}`;
    const [, flag, socket] = /^--?(\S+) (\S+)/.exec(rest)!;
    return `${protocols[flag!]} ${socket}`;
}

/** Split `192.0.2.1:80` or `[2001:db8::1]:80` into address and port. */
export function splitSocket(socket: string): { address: string; port: string } {
    const [, six, four, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(socket) ?? [];
    return { address: six ?? four ?? socket, port: port ?? "" };
}

/** Virtual IP of a service. Undefined for a firewall mark. */
export function virtualIpOf(service: string): string | undefined {
    const [protocol, socket] = service.split(" ") as [string, string];
    return protocol.startsWith("FWM") ? undefined : splitSocket(socket).address;
}

/** Name a service without its virtual IP: `TCP 80`, `mark 7`. */
export function serviceName(service: string): string {
    const [protocol, socket] = service.split(" ") as [string, string];
    if (protocol.startsWith("FWM")) return `mark ${socket}${protocol === "FWM6" ? " IPv6" : ""}`;
    const { port } = splitSocket(socket);
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
