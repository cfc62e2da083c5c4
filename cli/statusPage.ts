import { escaped } from "./markup";
import type { ClusterStatus, ServiceStatus } from "./status";
import { foldedHosts, foldedService } from "./folded";
import { livePicture } from "./livePicture";
import { serviceName } from "./rules";
import { hostCells, hostColumns, serverCells, serverColumns } from "./statusView";
import { svg } from "./svg";
import type { Cell, Column } from "./text";

/** Write the state of clusters as one HTML file, which loads nothing. */
export function statusPage(clusters: ClusterStatus[], time: Date): string {
    const problems = clusters.flatMap((cluster) => cluster.problems);
    const title = problems.length === 0 ? "No problems" : `Problems: ${problems.length}`;
    const moment = time.toISOString().replace("T", " ").replace(/\..*/, " UTC");
    return [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        `<title>${title}</title><style>${style}</style></head>`,
        "<body>",
        `<header><h1 class="${problems.length === 0 ? "green" : "red"}">${title}</h1><time>${moment}</time></header>`,
        ...clusters.map((cluster) => section(cluster, clusters.length > 1)),
        "</body>",
        "</html>",
    ].join("\n");
}

function section(cluster: ClusterStatus, isNamed: boolean): string {
    const { name, virtualIps, marks, elsewhere, hosts, problems } = cluster;
    return [
        "<section>",
        ...(isNamed ? [`<h2>${escaped(name)}</h2>`] : []),
        ...(problems.length === 0
            ? []
            : [`<ul>${problems.map((one) => `<li>${escaped(one)}</li>`).join("\n")}</ul>`]),
        svg(livePicture(cluster)),
        ...virtualIps.map(({ ip, router, activeDirectors, services }) =>
            [
                `<article><h3>${escaped(ip)}</h3><p>${escaped(router)}, ${activeText(activeDirectors)}</p>`,
                ...services.map(serviceTable),
                "</article>",
            ].join("\n"),
        ),
        ...[...marks, ...elsewhere].map((service) => `<article>${serviceTable(service)}</article>`),
        `<article><h3>hosts</h3>${tables(hostColumns, hosts.map(hostCells), foldedHosts(hosts).map(hostCells))}</article>`,
        "</section>",
    ].join("\n");
}

function activeText(activeDirectors: string[]): string {
    const names = escaped(activeDirectors.join(" and "));
    if (activeDirectors.length === 1) return `active: <b class="green">${names}</b>`;
    const text = activeDirectors.length === 0 ? "no active director" : `active: ${names}`;
    return `<b class="red">${text}</b>`;
}

function serviceTable(service: ServiceStatus): string {
    const { scheduler, director, present, servers } = service;
    const where = present
        ? `table of ${escaped(director)}`
        : '<b class="red">not in the kernel</b>';
    return (
        `<h4>${escaped(serviceName(service.service))} <small>${escaped(scheduler)}, ${where}</small></h4>` +
        tables(
            serverColumns,
            servers.map(serverCells),
            foldedService(service).servers.map(serverCells),
        )
    );
}

/** Most rows of a table that is shown whole. */
const mostRows = 12;

/** Write a table. If it is long, its rows that are alike share a row, and the reader opens the rest. */
function tables(columns: Column[], rows: Cell[][], folded: Cell[][]): string {
    if (rows.length <= mostRows) return table(columns, rows);
    const all = `<details><summary>all ${rows.length}</summary>${table(columns, rows)}</details>`;
    return table(columns, folded) + all;
}

function table(columns: Column[], rows: Cell[][]): string {
    const kind = (index: number) => (columns[index]!.right ? ' class="right"' : "");
    const head = columns.map(({ title }, index) => `<th${kind(index)}>${title}</th>`);
    const body = rows.map((row) => {
        const cells = row.map((cell, index) => {
            const text = typeof cell === "string" ? escaped(cell) : badge(cell);
            return `<td${kind(index)}>${text}</td>`;
        });
        return `<tr>${cells.join("")}</tr>`;
    });
    return `<table><thead><tr>${head.join("")}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
}

function badge({ style, text }: Exclude<Cell, string>): string {
    return `<b class="${style}">${escaped(text)}</b>`;
}

const style = [
    ":root{color-scheme:light dark;--page:#fff;--box:#f6f8fa;--line:#d1d9e0;--text:#1f2328;--dim:#59636e;",
    "--green:#1a7f37;--red:#cf222e;--yellow:#9a6700}",
    "@media(prefers-color-scheme:dark){:root{--page:#0d1117;--box:#151b23;--line:#3d444d;--text:#f0f6fc;",
    "--dim:#9198a1;--green:#3fb950;--red:#f85149;--yellow:#d29922}}",
    "body{margin:0 auto;max-width:70rem;padding:1.5rem;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}",
    "header{display:flex;justify-content:space-between;align-items:baseline;flex-wrap:wrap}h1{font-size:1.5rem;margin:0}",
    "time,small,p,th{color:var(--dim);font-weight:400}h3{margin:0;font-size:1.1rem}h4{margin:1rem 0 .25rem}p{margin:0}",
    "article{background:var(--box);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0;overflow-x:auto}",
    "ul{border-left:4px solid var(--red);margin:1rem 0;padding:.25rem 0 .25rem 2rem}",
    "svg{display:block;max-width:100%;height:auto;margin:1rem auto}",
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}",
    "th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);white-space:nowrap}",
    "tbody tr:last-child td{border-bottom:0}.right{text-align:right}",
    // The names of a row of many hosts need several lines.
    "td:first-child{white-space:normal;min-width:8rem}summary{color:var(--dim);cursor:pointer;margin-top:.5rem}",
    ".green{color:var(--green)}.red{color:var(--red)}.yellow{color:var(--yellow)}.dim{color:var(--dim);font-weight:400}",
].join("");
