import type { ClusterStatus, Health, HostStatus, ServerStatus, ServiceStatus } from "./status";
import { serviceName } from "./rules";
import {
    amount,
    type Cell,
    duration,
    lineWidth,
    type Paint,
    shortened,
    type Style,
    table,
    wrapped,
} from "./text";

/** How a page is printed. */
export interface Page {
    paint: Paint;
    /** Columns of the longest line. */
    width: number;
}

/** Print the state of a cluster, and its problems at the end. */
export function statusLines(
    cluster: ClusterStatus,
    paint: Paint,
    width: number = lineWidth,
): string[] {
    const page = { paint, width };
    return [...stateLines(cluster, page), "", ...problemLines(cluster.problems, page)];
}

/** Print the virtual IPs and hosts of a cluster. */
export function stateLines(cluster: ClusterStatus, page: Page): string[] {
    const { virtualIps, marks, elsewhere, hosts } = cluster;
    const { paint } = page;
    return [
        ...virtualIps.flatMap(({ ip, router, activeDirectors, services }) => [
            `${paint("bold", ip)}  ${router}  ${activeText(activeDirectors, paint)}`,
            ...services.flatMap((service) => serviceLines(service, page)),
            "",
        ]),
        ...[...marks, ...elsewhere].flatMap((service) => [...serviceLines(service, page), ""]),
        ...table(hostColumns, hosts.map(hostCells), paint, page),
    ];
}

/** Print problems, or that there are none. */
export function problemLines(problems: string[], { paint, width }: Page): string[] {
    if (problems.length === 0) return [paint("green", "No problems.")];
    return problems.flatMap((problem) =>
        wrapped(`problem: ${problem}`, { width, indent: "         " }).map((line) =>
            paint("red", line),
        ),
    );
}

function activeText(activeDirectors: string[], paint: Paint): string {
    const names = shortened(activeDirectors.join(" and "), 60);
    if (activeDirectors.length === 1) return `active: ${paint("green", names)}`;
    return paint("red", activeDirectors.length === 0 ? "no active director" : `active: ${names}`);
}

export const serverColumns = [
    { title: "server" },
    { title: "method" },
    { title: "health" },
    ...["weight", "active", "inactive", "conn/s", "in B/s", "out B/s"].map((title) => ({
        title,
        right: true,
    })),
];

function serviceLines(service: ServiceStatus, { paint, width }: Page): string[] {
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
            { indent: "    ", width },
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

export function serverCells(server: ServerStatus): Cell[] {
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

export const hostColumns = [
    { title: "host" },
    { title: "role" },
    { title: "state" },
    { title: "keepalived" },
    { title: "kernel" },
    { title: "uptime", right: true },
    { title: "last apply", right: true },
];

const roles: Record<string, string> = { director: "director", realServer: "real server" };

export function hostCells({
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
