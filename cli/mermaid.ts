import { directorTexts, isFirst, realServerTexts, type Topology } from "./topology";

/** The picture as a Mermaid flow chart, which GitHub and GitLab draw where they find it. */
export function mermaid(topology: Topology): string {
    const { virtualIps, directors, realServers } = topology;
    const vip = (index: number) => `vip${index + 1}`;
    const director = (index: number) => `director${index + 1}`;
    const server = (index: number) => `server${index + 1}`;
    return [
        "flowchart LR",
        "    clients([clients])",
        '    subgraph ips["virtual IPs"]',
        ...virtualIps.map(
            ({ ip, services }, index) => `        ${vip(index)}${box(ip, ...services)}`,
        ),
        "    end",
        '    subgraph directors["directors"]',
        ...directors.map((one, index) => `        ${director(index)}${box(...directorTexts(one))}`),
        "    end",
        '    subgraph servers["real servers"]',
        ...realServers.map(
            (one, index) => `        ${server(index)}${box(...realServerTexts(one))}`,
        ),
        "    end",
        ...virtualIps.flatMap(({ ip, services }, index) => [
            // Without services it is for the hosts behind: their gateway.
            ...(services.length > 0 ? [`    clients --> ${vip(index)}`] : []),
            ...directors.map((one, to) => {
                const arrow = isFirst(one, ip, topology) ? "-->" : "-.->";
                return `    ${vip(index)} ${arrow} ${director(to)}`;
            }),
        ]),
        ...realServers.map(({ pools }, index) => {
            const methods = [...new Set(pools.map(({ method }) => method))].join(", ");
            return `    directors -- "${text(methods)}" --> ${server(index)}`;
        }),
        "",
    ].join("\n");
}

function box(...lines: string[]): string {
    return `["${lines.filter(Boolean).map(text).join("<br/>")}"]`;
}

/** Mermaid has its own escapes, with `#`. */
function text(line: string): string {
    return line.replace(/[#"<>]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
