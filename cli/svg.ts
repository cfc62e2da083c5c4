import { escaped } from "./markup";
import {
    answersThroughDirector,
    directorTexts,
    isPreferred,
    type Picture,
    serverBoxes,
} from "./topology";

const padding = 14;
const lineHeight = 19;
/** Width of the widest common monospaced font, in pixels. */
const letterWidth = 7.9;
const boxGap = 16;
const columnGap = 84;
const margin = 24;
const headHeight = 34;
/** Distance of the lanes of answers. */
const laneGap = 18;
/** Distance of the way to a real server and the way back. */
const pairGap = 12;

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
    FULLNAT: "FULLNAT: both ways through the director, which the real server sees as its client",
};

/** Draw the picture as an SVG file, for light and dark pages. */
export function svg(topology: Picture): string {
    const { virtualIps, directors, routers } = topology;
    const serversOf = serverBoxes(topology);
    const texts = [
        [["clients"]],
        virtualIps.map(({ ip, services }) => [ip, ...services]),
        directors.map((one) => directorTexts(one, topology)),
        serversOf.map(({ lines }) => lines),
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
        serversOf.some((box) => box.methods.includes(method)),
    );
    const legend = [
        ...used.map((method) => ({ kind: `edge ${method}`, text: methods[method]! })),
        { kind: "edge", text: "preferred director of the virtual IP" },
        ...(directors.length > 1 ? [{ kind: "edge spare", text: "backup director" }] : []),
    ];
    const bottom = headHeight + margin + body;
    const legendTop = bottom + used.length * laneGap + 44;
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
        ...["", ...used].map(arrowHead),
        `<rect class="page" width="100%" height="100%" rx="10"/>`,
        ...columns.map(({ x: left, width: wide }, index) =>
            textAt(left + wide / 2, margin + 6, titles[index]!, "title"),
        ),
        `<rect class="frame" x="${round(frame.x)}" y="${round(frame.y)}" width="${round(frame.width)}" height="${round(frame.height)}" rx="10"><title>${escaped(router.join(", "))}</title></rect>`,
        // A virtual IP without services is the gateway of real servers.
        ...vips
            .filter((_, index) => virtualIps[index]!.services.length > 0)
            .map((vip) => arrow(rightOf(clients[0]!), leftOf(vip), "")),
        ...vips.flatMap((vip, index) =>
            dirs.map((director, to) => {
                const first = isPreferred(directors[to]!, virtualIps[index]!.ip, topology);
                return arrow(rightOf(vip), leftOf(director), first ? "" : "spare");
            }),
        ),
        ...servers.flatMap((server, index) => ways(frame, server, serversOf[index]!.methods)),
        // The lanes of directors are the inner ones, so that no lane crosses another.
        ...[...used]
            .reverse()
            .map((method, index) =>
                answerLane(
                    answersThroughDirector(method) ? frame : around(servers),
                    clients[0]!,
                    bottom + (index + 1) * laneGap,
                    (index - (used.length - 1) / 2) * laneGap,
                    method,
                ),
            ),
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
    ".title{fill:#59636e;font-size:12px;letter-spacing:.06em}.lane{font-size:11px;fill:#59636e}",
    ".page{fill:#fff}.box{fill:#f6f8fa;stroke:#d1d9e0;stroke-width:1.2}",
    ".vip{fill:#ddf4ff;stroke:#54aeff}.director{fill:#dafbe1;stroke:#4ac26b}",
    ".frame{fill:none;stroke:#4ac26b;stroke-dasharray:2 4}",
    ".edge{fill:none;stroke:#818b98;stroke-width:1.6}.head{fill:#818b98}.spare{stroke-dasharray:5 5}",
    ...coloured({ DR: "#0969da", TUN: "#8250df", NAT: "#bc4c00", FULLNAT: "#bf3989" }),
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.more,.legend,.title,.lane{fill:#9198a1}",
    ".page{fill:#0d1117}.box{fill:#151b23;stroke:#3d444d}.vip{fill:#121d2f;stroke:#1f6feb}",
    ".director{fill:#12261e;stroke:#238636}.edge{stroke:#656c76}.head{fill:#656c76}",
    ...coloured({ DR: "#4493f8", TUN: "#ab7df8", NAT: "#db6d28", FULLNAT: "#db61a2" }),
    "}",
].join("");

function coloured(colours: Record<string, string>): string[] {
    return Object.entries(colours).map(
        ([method, colour]) =>
            `.${method}{stroke:${colour}}.head.${method}{fill:${colour};stroke:none}`,
    );
}

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
    const { x, y, width, height, ...other } = around(boxes);
    const space = 12;
    return {
        ...other,
        x: x - space,
        y: y - space,
        width: width + 2 * space,
        height: height + 2 * space,
    };
}

function around(boxes: Box[]): Box {
    // A cluster without services has no real servers.
    const [first, last] = [boxes[0]!, boxes.at(-1)!];
    return { ...first, height: last.y + last.height - first.y };
}

interface Point {
    x: number;
    y: number;
}

function rightOf({ x, y, width, height }: Box, shift = 0): Point {
    return { x: x + width, y: y + height / 2 + shift };
}

function leftOf({ x, y, height }: Box, shift = 0): Point {
    return { x, y: y + height / 2 + shift };
}

/** Ways to a real server, and those back that pass through the director. */
function ways(frame: Box, server: Box, own: string[]): string[] {
    const lines = own.flatMap((method) => [
        { method, isBack: false },
        ...(answersThroughDirector(method) ? [{ method, isBack: true }] : []),
    ]);
    return lines.map(({ method, isBack }, place) => {
        const shift = (place - (lines.length - 1) / 2) * pairGap;
        const [near, far] = [rightOf(frame, shift), leftOf(server, shift)];
        return isBack ? arrow(far, near, method) : arrow(near, far, method);
    });
}

/** Way of the answers, below all boxes to the clients. */
function answerLane(from: Box, clients: Box, y: number, shift: number, method: string): string {
    const start = { x: from.x + from.width / 2 + shift, y: from.y + from.height };
    const end = { x: clients.x + clients.width / 2 - shift, y: clients.y + clients.height };
    const corner = 8;
    const path = [
        `M${round(start.x)} ${round(start.y)}V${round(y - corner)}q0 ${corner} -${corner} ${corner}`,
        `H${round(end.x + corner)}q-${corner} 0 -${corner} -${corner}V${round(end.y + headLength)}`,
    ].join("");
    const label = textAt((start.x + end.x) / 2, y - 4, `answers by ${method}`, "lane");
    return `<path class="edge ${method}" marker-end="url(#to-${method})" d="${path}"/>${label}`;
}

/** Length of an arrowhead, in front of which its line ends. */
const headLength = 7;

function arrowHead(method: string): string {
    return (
        `<marker id="to-${method}" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="${headLength + 1}" ` +
        `markerHeight="${headLength + 1}" markerUnits="userSpaceOnUse" orient="auto">` +
        `<path class="head ${method}" d="M0 .5L8 4L0 7.5z"/></marker>`
    );
}

/** Draw a line with an arrowhead. `kind` is a method, or `spare` for a backup director. */
function arrow(start: Point, end: Point, kind: string): string {
    const way = Math.sign(end.x - start.x);
    const middle = (start.x + end.x) / 2;
    const points = [middle, start.y, middle, end.y, end.x - way * headLength, end.y].map(round);
    const head = kind === "spare" ? "" : kind;
    return (
        `<path class="edge${kind === "" ? "" : ` ${kind}`}" marker-end="url(#to-${head})" ` +
        `d="M${round(start.x)} ${round(start.y)}C${points.join(" ")}"/>`
    );
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
