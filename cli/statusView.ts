import type { ClusterStatus, Health, HostStatus, ServerStatus, ServiceStatus } from "./health";
import { serviceName } from "./rules";
import {
    amount,
    type Cell,
    duration,
    type Paint,
    shortened,
    type Style,
    table,
    wrapped,
} from "./text";

/** Print the state of a cluster for a terminal. */
export function statusLines(cluster: ClusterStatus, paint: Paint): string[] {
    const { virtualIps, marks, elsewhere, hosts, problems } = cluster;
    return [
        ...virtualIps.flatMap(({ ip, router, activeDirectors, services }) => [
            `${paint("bold", ip)}  ${router}  ${activeText(activeDirectors, paint)}`,
            ...services.flatMap((service) => serviceLines(service, paint)),
            "",
        ]),
        ...[...marks, ...elsewhere].flatMap((service) => [...serviceLines(service, paint), ""]),
        ...hostLines(hosts, paint),
        "",
        ...(problems.length === 0
            ? [paint("green", "No problems.")]
            : problems.flatMap((problem) =>
                  wrapped(`problem: ${problem}`, { indent: "         " }).map((line) =>
                      paint("red", line),
                  ),
              )),
    ];
}

function activeText(activeDirectors: string[], paint: Paint): string {
    const names = shortened(activeDirectors.join(" and "), 60);
    if (activeDirectors.length === 1) return `active: ${paint("green", names)}`;
    return paint("red", activeDirectors.length === 0 ? "no active director" : `active: ${names}`);
}

const serverColumns = [
    { title: "server" },
    { title: "method" },
    { title: "health" },
    ...["weight", "active", "inactive", "conn/s", "in B/s", "out B/s"].map((title) => ({
        title,
        right: true,
    })),
];

function serviceLines(service: ServiceStatus, paint: Paint): string[] {
    const { scheduler, director, present, servers, rates } = service;
    const name = `${paint("cyan", serviceName(service.service))}  ${scheduler}`;
    const where = present
        ? paint("dim", `table of ${director}`)
        : paint("red", "not in the kernel");
    const total = [rates.connections, rates.bytesIn, rates.bytesOut].map(amount);
    return [
        `  ${name}  ${where}`,
        ...table(
            serverColumns,
            [
                ...servers.map(serverCells),
                ...(servers.length > 1
                    ? [
                          [
                              "all",
                              "",
                              "",
                              "",
                              sum(servers, "active"),
                              sum(servers, "inactive"),
                              ...total,
                          ],
                      ]
                    : []),
            ],
            paint,
            "    ",
        ),
    ];
}

function sum(servers: ServerStatus[], field: "active" | "inactive"): string {
    return amount(servers.reduce((total, server) => total + server[field], 0));
}

const healthStyles: Record<Health, Style> = {
    up: "green",
    down: "red",
    drained: "yellow",
    sorry: "yellow",
    stray: "red",
};

function serverCells(server: ServerStatus): Cell[] {
    const { name, address, port, method, health, weight, active, inactive, rates } = server;
    const host = name === address && address.includes(":") ? `[${address}]` : name;
    return [
        `${host}:${port}`,
        method,
        { text: health, style: healthStyles[health] },
        String(weight),
        amount(active),
        amount(inactive),
        amount(rates.connections),
        amount(rates.bytesIn),
        amount(rates.bytesOut),
    ];
}

const hostColumns = [
    { title: "host" },
    { title: "role" },
    { title: "state" },
    { title: "keepalived" },
    { title: "kernel" },
    { title: "uptime", right: true },
    { title: "last apply", right: true },
];

const roles: Record<string, string> = { director: "director", realServer: "real server" };

function hostLines(hosts: HostStatus[], paint: Paint): string[] {
    return table(hostColumns, hosts.map(hostCells), paint);
}

function hostCells({
    name,
    role,
    state,
    keepalived,
    kernel,
    uptime,
    sinceApply,
}: HostStatus): Cell[] {
    const style = /split|unknown|broken|not set up/.test(state) ? "red" : "green";
    return [
        name,
        roles[role] ?? role,
        { text: state, style: state === "backup" ? "dim" : style },
        // Real servers have no keepalived.
        shortened(keepalived ?? "-", 20),
        shortened(kernel ?? "-", 40),
        uptime === undefined ? "-" : duration(uptime),
        sinceApply === undefined ? "-" : `${duration(sinceApply)} ago`,
    ];
}
