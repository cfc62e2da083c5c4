import { printable } from "../lvs/printable";
import { directorTexts, isPreferred, realServerTexts, type Picture } from "./topology";

const padding = 14;
const lineHeight = 19;
/** Width of the widest common monospaced font, in pixels. */
const letterWidth = 7.9;
const boxGap = 16;
const columnGap = 84;
const margin = 24;
const headHeight = 34;

interface Box {
    x: number;
    y: number;
    width: number;
    height: number;
    lines: string[];
    kind: string;
}

/** Legend of the methods: the way of a packet and of its answer. */
const methods: Record<string, string> = {
    DR: "DR: directly to the real server, which answers the client directly",
    TUN: "TUN: through a tunnel to the real server, which answers the client directly",
    NAT: "NAT: both ways through the director",
};

/** Draw the picture as an SVG file, for light and dark pages. */
export function svg(topology: Picture): string {
    const { virtualIps, directors, routers, realServers } = topology;
    const texts = [
        [["clients"]],
        virtualIps.map(({ ip, services }) => [ip, ...services]),
        directors.map((one) => directorTexts(one, topology)),
        realServers.map(realServerTexts),
    ];
    const kinds = ["clients", "vip", "director", "server"];
    const titles = ["", "virtual IPs", "directors", "real servers"];
    const heights = texts.map(columnHeight);
    const body = Math.max(...heights);
    let x = margin;
    const columns = texts.map((boxes, index) => {
        const column = placed(
            boxes,
            kinds[index]!,
            x,
            headHeight + margin + (body - heights[index]!) / 2,
        );
        x += column.width + columnGap;
        return column;
    });
    const [clients, vips, dirs, servers] = columns.map(({ boxes }) => boxes) as [
        Box[],
        Box[],
        Box[],
        Box[],
    ];
    const used = Object.keys(methods).filter((method) =>
        realServers.some(({ pools }) => pools.some((pool) => pool.method === method)),
    );
    const legend = [
        ...used.map((method) => ({ kind: `edge ${method}`, text: methods[method]! })),
        { kind: "edge", text: "preferred director of the virtual IP" },
        ...(directors.length > 1 ? [{ kind: "edge spare", text: "backup director" }] : []),
    ];
    const legendTop = headHeight + margin + body + 34;
    const frame = framed(dirs);
    const width = Math.max(
        x - columnGap + margin,
        margin * 2 + 40 + longest(legend.map(({ text }) => [text])) * letterWidth,
    );
    const height = legendTop + legend.length * lineHeight + margin - 6;
    const router = routers.map(({ name, interface: device, id }) => `${name} ${device} id ${id}`);
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" ` +
            `width="${round(width)}" height="${round(height)}" role="img" aria-label="${escaped(summary(topology))}">`,
        `<style>${style}</style>`,
        `<rect class="page" width="100%" height="100%" rx="10"/>`,
        ...columns.map(({ x: left, width: wide }, index) =>
            textAt(left + wide / 2, margin + 6, titles[index]!, "title"),
        ),
        `<rect class="frame" x="${round(frame.x)}" y="${round(frame.y)}" width="${round(frame.width)}" height="${round(frame.height)}" rx="10"><title>${escaped(router.join(", "))}</title></rect>`,
        // A virtual IP without services is the gateway of real servers.
        ...vips
            .filter((_, index) => virtualIps[index]!.services.length > 0)
            .map((vip) => edge(clients[0]!, vip, "edge")),
        ...vips.flatMap((vip, index) =>
            dirs.map((director, to) => {
                const first = isPreferred(directors[to]!, virtualIps[index]!.ip, topology);
                return edge(vip, director, first ? "edge" : "edge spare");
            }),
        ),
        ...servers.flatMap((server, index) => {
            const own = [...new Set(realServers[index]!.pools.map(({ method }) => method))];
            return own.map((method, place) =>
                edge(frame, server, `edge ${method}`, (place - (own.length - 1) / 2) * 8),
            );
        }),
        ...[...clients, ...vips, ...dirs, ...servers].map(drawn),
        ...legend.map(({ kind, text }, index) => {
            const y = legendTop + index * lineHeight;
            return (
                `<path class="${kind}" d="M${margin} ${y}h28"/>` +
                textAt(margin + 40, y + 4, text, "legend")
            );
        }),
        "</svg>",
        "",
    ].join("\n");
}

const style = [
    "text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328;text-anchor:middle}",
    ".first{font-weight:600}.more,.legend{fill:#59636e}.legend{text-anchor:start;font-size:12px}",
    ".title{fill:#59636e;font-size:12px;letter-spacing:.06em}",
    ".page{fill:#fff}.box{fill:#f6f8fa;stroke:#d1d9e0;stroke-width:1.2}",
    ".vip{fill:#ddf4ff;stroke:#54aeff}.director{fill:#dafbe1;stroke:#4ac26b}",
    ".frame{fill:none;stroke:#4ac26b;stroke-dasharray:2 4}",
    ".edge{fill:none;stroke:#818b98;stroke-width:1.6}.spare{stroke-dasharray:5 5}",
    ".DR{stroke:#0969da}.TUN{stroke:#8250df}.NAT{stroke:#bc4c00}",
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.more,.legend,.title{fill:#9198a1}",
    ".page{fill:#0d1117}.box{fill:#151b23;stroke:#3d444d}.vip{fill:#121d2f;stroke:#1f6feb}",
    ".director{fill:#12261e;stroke:#238636}.edge{stroke:#656c76}.DR{stroke:#4493f8}",
    ".TUN{stroke:#ab7df8}.NAT{stroke:#db6d28}}",
].join("");

function summary({ virtualIps, directors, realServers }: Picture): string {
    const list = (names: string[]) => names.join(", ");
    return (
        `Clients connect to ${list(virtualIps.map(({ ip }) => ip))}, ` +
        `which ${list(directors.map(({ name }) => name))} share; ` +
        `connections go to ${list(realServers.map(({ name }) => name))}`
    );
}

function boxHeight(lines: string[]): number {
    return lines.length * lineHeight + padding;
}

function columnHeight(boxes: string[][]): number {
    return boxes.reduce((sum, lines) => sum + boxHeight(lines) + boxGap, -boxGap);
}

function longest(boxes: string[][]): number {
    return Math.max(0, ...boxes.flat().map((line) => line.length));
}

function placed(boxes: string[][], kind: string, x: number, top: number) {
    const width = longest(boxes) * letterWidth + 2 * padding;
    let y = top;
    return {
        x,
        width,
        boxes: boxes.map((lines): Box => {
            const box = { x, y, width, height: boxHeight(lines), lines, kind };
            y += box.height + boxGap;
            return box;
        }),
    };
}

/** Frame around the directors. */
function framed(boxes: Box[]): Box {
    const [first, last] = [boxes[0]!, boxes.at(-1)!];
    const around = 12;
    return {
        ...first,
        x: first.x - around,
        y: first.y - around,
        width: first.width + 2 * around,
        height: last.y + last.height - first.y + 2 * around,
    };
}

function edge(from: Box, to: Box, kind: string, shift = 0): string {
    const start = { x: from.x + from.width, y: from.y + from.height / 2 + shift };
    const end = { x: to.x, y: to.y + to.height / 2 + shift };
    const middle = (start.x + end.x) / 2;
    const points = [middle, start.y, middle, end.y, end.x, end.y].map(round).join(" ");
    return `<path class="${kind}" d="M${round(start.x)} ${round(start.y)}C${points}"/>`;
}

function drawn({ x, y, width, height, lines, kind }: Box): string {
    const rect = `<rect class="box ${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="7"/>`;
    const texts = lines.map((line, index) =>
        textAt(
            x + width / 2,
            y + padding / 2 + (index + 0.72) * lineHeight,
            line,
            index === 0 ? "first" : "more",
        ),
    );
    return rect + texts.join("");
}

function textAt(x: number, y: number, text: string, kind: string): string {
    if (text === "") return "";
    return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escaped(text)}</text>`;
}

function round(number: number): number {
    return Math.round(number * 10) / 10;
}

function escaped(text: string): string {
    const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
    return printable(text).replace(/[&<>"]/g, (sign) => names[sign]!);
}
