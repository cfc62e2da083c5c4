/** A line of an IPVS table, of the one that is to be (`ipvs.rules`) or of a kernel's. */
export interface Rule {
    /** What clients send to: `TCP 192.0.2.1:80`, `FWM 7`. */
    service: string;
    /** Who gets it: `192.0.2.2:80`. None in the line of the service itself. */
    server?: string;
    scheduler?: string;
    /** `DR`, `TUN` or `NAT`, which FULLNAT also is to the kernel. */
    method?: string;
    weight?: number;
    /** Whether it is there only while no other server is. */
    sorry?: boolean;
}

const protocols: Record<string, string> = { t: "TCP", u: "UDP", "sctp-service": "SCTP" };
const methods: Record<string, string> = { g: "DR", i: "TUN", m: "NAT" };

/** Rules by their lines, in the words of `ipvsadm --save`; other lines are left out. */
export function parseRules(lines: string[]): Rule[] {
    return lines.flatMap((line) => parseRule(line) ?? []);
}

/** A rule by its line; nothing when it is none. */
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

/** The address and the port of a socket; the address of a service that has one. */
export function splitSocket(socket: string): { address: string; port: string } {
    const [, six, four, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(socket) ?? [];
    return { address: six ?? four ?? socket, port: port ?? "" };
}

/** The virtual IP of a service; nothing when it is a firewall mark. */
export function virtualIpOf(service: string): string | undefined {
    const [protocol, socket] = service.split(" ") as [string, string];
    return protocol.startsWith("FWM") ? undefined : splitSocket(socket).address;
}

/** A service without its virtual IP: `TCP 80`, `mark 7`. */
export function serviceName(service: string): string {
    const [protocol, socket] = service.split(" ") as [string, string];
    if (protocol.startsWith("FWM")) return `mark ${socket}${protocol === "FWM6" ? " IPv6" : ""}`;
    const { port } = splitSocket(socket);
    return `${protocol} ${port === "0" ? "all ports" : port}`;
}

/** A VRRP router as `vrrp.routers` has it, with its virtual IPs. */
export interface Router {
    name: string;
    interface: string;
    id: number;
    virtualIps: { ip: string; device: string }[];
}

/** The routers by the lines of `vrrp.routers`. */
export function parseRouters(lines: string[]): Router[] {
    const words = lines.map((line) => line.trim().split(" "));
    return words
        .filter(([kind]) => kind === "instance")
        .map(([, name, device, id]) => ({
            name: name!,
            interface: device!,
            id: Number(id),
            virtualIps: words
                .filter(([kind, of]) => kind === "address" && of === name)
                .map(([, , on, ip]) => ({ ip: ip!.replace(/\/.*/, ""), device: on! })),
        }));
}
