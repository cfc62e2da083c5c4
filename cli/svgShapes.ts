import { escaped } from "./markup";
import { answersThroughDirector } from "./topology";

const padding = 14;
export const lineHeight = 19;
/** Width of the widest common monospaced font, in pixels. */
export const letterWidth = 7.9;
const boxGap = 16;
/** Distance of the way to a real server and the way back. */
const pairGap = 12;

/** The text of a box, and the classes that colour it. */
export interface Content {
    lines: string[];
    kind: string;
}

/** A box in its place. */
export interface Box extends Content {
    x: number;
    y: number;
    width: number;
    height: number;
}

function boxHeight({ lines }: Content): number {
    return lines.length * lineHeight + padding;
}

export function columnHeight(boxes: Content[]): number {
    return boxes.reduce((sum, box) => sum + boxHeight(box) + boxGap, -boxGap);
}

export function longest(lines: string[]): number {
    return Math.max(0, ...lines.map((line) => line.length));
}

export function placed(contents: Content[], x: number, top: number) {
    const width = longest(contents.flatMap(({ lines }) => lines)) * letterWidth + 2 * padding;
    let y = top;
    return {
        x,
        width,
        boxes: contents.map((content): Box => {
            const box = { ...content, x, y, width, height: boxHeight(content) };
            y += box.height + boxGap;
            return box;
        }),
    };
}

/** Frame around the directors. */
export function framed(boxes: Box[]): Box {
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

/** Area of a column. */
export function around(boxes: Box[]): Box {
    const [first, last] = [boxes[0]!, boxes.at(-1)!];
    return { ...first, height: last.y + last.height - first.y };
}

interface Point {
    x: number;
    y: number;
}

export function rightOf({ x, y, width, height }: Box, shift = 0): Point {
    return { x: x + width, y: y + height / 2 + shift };
}

export function leftOf({ x, y, height }: Box, shift = 0): Point {
    return { x, y: y + height / 2 + shift };
}

/** Ways to a real server, and those back that pass through the director. */
export function ways(frame: Box, server: Box, own: string[]): string[] {
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
export function answerLane(
    from: Box,
    clients: Box,
    y: number,
    shift: number,
    method: string,
): string {
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

export function arrowHead(method: string): string {
    return (
        `<marker id="to-${method}" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="${headLength + 1}" ` +
        `markerHeight="${headLength + 1}" markerUnits="userSpaceOnUse" orient="auto">` +
        `<path class="head ${method}" d="M0 .5L8 4L0 7.5z"/></marker>`
    );
}

/** Draw a line with an arrowhead. `kind` is a method, or `spare` for a backup director. */
export function arrow(start: Point, end: Point, kind: string): string {
    const way = Math.sign(end.x - start.x);
    const middle = (start.x + end.x) / 2;
    const points = [middle, start.y, middle, end.y, end.x - way * headLength, end.y].map(round);
    const head = kind === "spare" ? "" : kind;
    return (
        `<path class="edge${kind === "" ? "" : ` ${kind}`}" marker-end="url(#to-${head})" ` +
        `d="M${round(start.x)} ${round(start.y)}C${points.join(" ")}"/>`
    );
}

export function drawn({ x, y, width, height, lines, kind }: Box): string {
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

export function textAt(x: number, y: number, text: string, kind: string): string {
    if (text === "") return "";
    return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escaped(text)}</text>`;
}

export function round(number: number): number {
    return Math.round(number * 10) / 10;
}
