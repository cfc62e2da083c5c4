import { poolText, type Topology } from "./topology";

/** The picture as a Mermaid flow chart, which GitHub and GitLab draw where they find it. */
export function mermaid({ virtualIps, directors, routers, realServers }: Topology): string {
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
        `    subgraph directors["${text("directors")}"]`,
        ...directors.map(({ name, preferredFor }, index) => {
            const title =
                preferredFor.length > 0 ? `first for ${preferredFor.join(", ")}` : "takes over";
            return `        ${director(index)}${box(name, title)}`;
        }),
        "    end",
        '    subgraph servers["real servers"]',
        ...realServers.map(({ name, address, pools }, index) => {
            const lines = [...(name === address ? [] : [address]), ...pools.map(poolText)];
            return `        ${server(index)}${box(name, ...lines)}`;
        }),
        "    end",
        ...virtualIps.flatMap(({ ip }, index) => {
            const router = routers.find((one) => one.virtualIps.includes(ip));
            return [
                `    clients --> ${vip(index)}`,
                ...directors.map(({ preferredFor }, to) => {
                    const first = router === undefined || preferredFor.includes(router.name);
                    return `    ${vip(index)} ${first ? "-->" : "-.->"} ${director(to)}`;
                }),
            ];
        }),
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
