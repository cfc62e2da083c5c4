/** The page of `lvs status --html` in Chromium. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { HostReport } from "../../cli/status";
import { clusterStatus } from "../../cli/clusterStatus";
import { statusPage } from "../../cli/statusPage";
import { manyReports, readReports, reports } from "../cli/support";

/** Width and height of the window. */
const size = [1200, 1600] as const;

/**
 * Program that a page runs to measure itself. It finds texts of the picture that leave their box, boxes
 * that leave the picture, elements wider than the window, and the colour behind everything.
 */
const measure = `
    const inside = (inner, outer) =>
        inner.left >= outer.left && inner.right <= outer.right &&
        inner.top >= outer.top && inner.bottom <= outer.bottom;
    const place = (element) => element.getBoundingClientRect();
    const boxes = [...document.querySelectorAll("rect.box")];
    const words = ({ textContent }) => textContent;
    const textsOf = (box) => {
        const texts = [];
        for (let next = box.nextElementSibling; next?.matches("text"); next = next.nextElementSibling) texts.push(next);
        return texts;
    };
    const found = {
        boxes: boxes.length,
        texts: boxes.flatMap(textsOf).length,
        outsideBox: boxes.flatMap((box) => textsOf(box).filter((text) => !inside(place(text), place(box))).map(words)),
        outsidePicture: boxes.filter((box) => !inside(place(box), place(box.closest("svg")))).length,
        tooWide: [...document.querySelectorAll("body *")].filter((one) => place(one).right > innerWidth).map(words),
        background: getComputedStyle(document.body).backgroundColor,
    };
    document.body.innerHTML = "<pre>" + btoa(unescape(encodeURIComponent(JSON.stringify(found)))) + "</pre>";
`;

let folder: string;

beforeAll(() => (folder = fs.mkdtempSync(path.join(tmpdir(), "browser-"))));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function chromium(file: string, ...options: string[]): string {
    const common = [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
        `--user-data-dir=${path.join(folder, "profile")}`,
        `--window-size=${size.join(",")}`,
    ];
    return execFileSync("chromium", [...common, ...options, pathToFileURL(file).href], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        maxBuffer: 64 * 1024 * 1024,
    });
}

const schemes = { dark: 0, light: 1 };
type Scheme = keyof typeof schemes;
const schemeOption = (scheme: Scheme) => `--blink-settings=preferredColorScheme=${schemes[scheme]}`;

function written(name: string, text: string): string {
    const file = path.join(folder, `${name}.html`);
    fs.writeFileSync(file, text);
    return file;
}

function measured(page: string, scheme: Scheme): object {
    const file = written("measured", page.replace("</body>", `<script>${measure}</script></body>`));
    const dom = chromium(file, schemeOption(scheme), "--dump-dom");
    const [, found] = /<pre>([^<]+)<\/pre>/.exec(dom)!;
    return JSON.parse(Buffer.from(found!, "base64").toString()) as object;
}

function screenshot(page: string, scheme: Scheme): Buffer {
    const file = path.join(folder, "screenshot.png");
    fs.rmSync(file, { force: true });
    chromium(written("shown", page), schemeOption(scheme), `--screenshot=${file}`);
    return fs.readFileSync(file);
}

const clusters: [string, HostReport[], object][] = [
    ["2 directors and 3 real servers", readReports(reports()), { boxes: 7, texts: 19 }],
    [
        "2 directors and 3 real servers, some of which are down",
        readReports(reports({ ds1: undefined, rs3: undefined })),
        { boxes: 7, texts: 21 },
    ],
    ["2 directors and 200 real servers", manyReports(200), { boxes: 6, texts: 15 }],
];
const backgrounds = { dark: "rgb(13, 17, 23)", light: "rgb(255, 255, 255)" };

describe.each(clusters)("The page of a cluster with %s", (_, hosts, counts) => {
    const page = statusPage([clusterStatus("web", hosts)], new Date("2026-01-02T03:04:05Z"));

    it.each(["dark", "light"] as const)(
        "fits its window and its boxes in %s colours",
        (scheme) => {
            expect(measured(page, scheme)).toEqual({
                ...counts,
                outsideBox: [],
                outsidePicture: 0,
                tooWide: [],
                background: backgrounds[scheme],
            });
        },
        60_000,
    );

    it("shows more than an empty page, in the colours of the reader", () => {
        const [dark, light] = [screenshot(page, "dark"), screenshot(page, "light")];
        const empty = screenshot("<!doctype html>", "light");
        for (const shown of [dark, light]) {
            // The width and the height stand in the header of a PNG.
            expect([shown.readUInt32BE(16), shown.readUInt32BE(20)]).toEqual(size);
            expect(shown.length).toBeGreaterThan(5 * empty.length);
        }
        expect(dark.equals(light)).toBe(false);
    }, 120_000);
});
