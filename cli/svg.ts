import { escaped } from "./markup";
import {
    answerLane,
    around,
    arrow,
    arrowHead,
    columnHeight,
    type Content,
    drawn,
    framed,
    leftOf,
    letterWidth,
    lineHeight,
    longest,
    placed,
    rightOf,
    round,
    textAt,
    ways,
} from "./svgShapes";
import {
    answersThroughDirector,
    directorTexts,
    isChosen,
    isForClients,
    type Picture,
    serverBoxes,
} from "./topology";

const columnGap = 84;
const margin = 24;
const headHeight = 34;
/** Distance of the lanes of answers. */
const laneGap = 18;

/** Legend of the methods: the way of a packet and of its answer. */
const methods: Record<string, string> = {
    DR: "DR: directly to the real server, which answers the client directly",
    TUN: "TUN: through a tunnel to the real server, which answers the client directly",
    NAT: "NAT: both ways through the director",
    FULLNAT: "FULLNAT: both ways through the director, which the real server sees as its client",
};

/** Draw the picture as an SVG file, for light and dark pages. */
export function svg(topology: Picture): string {
    const { choice, virtualIps, directors, routers } = topology;
    const serversOf = serverBoxes(topology);
    const contents: Content[][] = [
        [{ lines: ["clients"], kind: "clients" }],
        virtualIps.map(({ ip, services, style: own = "" }) => ({
            lines: [ip, ...services],
            kind: `vip ${own}`.trim(),
        })),
        directors.map((one) => ({
            lines: directorTexts(one, topology),
            kind: `director ${one.style ?? ""}`.trim(),
        })),
        serversOf.map(({ lines, style: own = "" }) => ({ lines, kind: `server ${own}`.trim() })),
    ].filter((boxes) => boxes.length > 0);
    const titles = ["", "virtual IPs", "directors", "real servers"];
    const heights = contents.map(columnHeight);
    const body = Math.max(...heights);
    let x = margin;
    const columns = contents.map((boxes, index) => {
        const column = placed(boxes, x, headHeight + margin + (body - heights[index]!) / 2);
        x += column.width + columnGap;
        return column;
    });
    const [clients = [], vips = [], dirs = [], servers = []] = columns.map(({ boxes }) => boxes);
    const used = Object.keys(methods).filter((method) =>
        serversOf.some((box) => box.methods.includes(method)),
    );
    const legend = [
        ...used.map((method) => ({ kind: `edge ${method}`, text: methods[method]! })),
        { kind: "edge", text: `${choice} director of the virtual IP` },
        ...(directors.length > 1 ? [{ kind: "edge spare", text: "backup director" }] : []),
    ];
    const bottom = headHeight + margin + body;
    const legendTop = bottom + used.length * laneGap + 44;
    const frame = framed(dirs);
    const width = Math.max(
        x - columnGap + margin,
        margin * 2 + 40 + longest(legend.map(({ text }) => text)) * letterWidth,
    );
    const height = legendTop + legend.length * lineHeight + margin - 6;
    const router = routers.map(({ text }) => text);
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
        ...vips
            .filter((_, index) => isForClients(virtualIps[index]!, topology))
            .map((vip) => arrow(rightOf(clients[0]!), leftOf(vip), "")),
        ...vips.flatMap((vip, index) =>
            dirs.map((director, to) => {
                const first = isChosen(directors[to]!, virtualIps[index]!.ip, topology);
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
    // The live state of a box.
    ".box.green{fill:#dafbe1;stroke:#4ac26b}.box.red{fill:#ffebe9;stroke:#cf222e}",
    ".box.yellow{fill:#fff8c5;stroke:#bf8700}.box.dim{fill:#f6f8fa;stroke:#d1d9e0}",
    ".frame{fill:none;stroke:#4ac26b;stroke-dasharray:2 4}",
    ".edge{fill:none;stroke:#818b98;stroke-width:1.6}.head{fill:#818b98}.spare{stroke-dasharray:5 5}",
    ...coloured({ DR: "#0969da", TUN: "#8250df", NAT: "#bc4c00", FULLNAT: "#bf3989" }),
    "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.more,.legend,.title,.lane{fill:#9198a1}",
    ".page{fill:#0d1117}.box{fill:#151b23;stroke:#3d444d}.vip{fill:#121d2f;stroke:#1f6feb}",
    ".box.green{fill:#12261e;stroke:#238636}.box.red{fill:#25171c;stroke:#f85149}",
    ".box.yellow{fill:#272115;stroke:#d29922}.box.dim{fill:#151b23;stroke:#3d444d}",
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

function summary(picture: Picture): string {
    const { virtualIps, directors } = picture;
    const list = (names: string[]) => names.join(", ");
    const servers = serverBoxes(picture).map(({ lines }) => lines[0]!);
    return (
        `Clients connect to ${list(virtualIps.map(({ ip }) => ip))}, ` +
        `which ${list(directors.map(({ name }) => name))} share` +
        (servers.length === 0 ? "" : `; connections go to ${list(servers)}`)
    );
}
