import { printable } from "../lvs/printable";
import {
    answersThroughDirector,
    directorTexts,
    isChosen,
    isForClients,
    type Picture,
    serverBoxes,
} from "./topology";

/** Draw the picture as a Mermaid flow chart, which GitHub and GitLab show in Markdown. */
export function mermaid(topology: Picture): string {
    const { virtualIps, directors } = topology;
    const boxes = serverBoxes(topology);
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
        ...directors.map(
            (one, index) => `        ${director(index)}${box(...directorTexts(one, topology))}`,
        ),
        "    end",
        ...(boxes.length === 0
            ? []
            : [
                  '    subgraph servers["real servers"]',
                  ...boxes.map(({ lines }, index) => `        ${server(index)}${box(...lines)}`),
                  "    end",
              ]),
        ...virtualIps.flatMap((virtualIp, index) => [
            ...(isForClients(virtualIp, topology) ? [`    clients --> ${vip(index)}`] : []),
            ...directors.map((one, to) => {
                const arrow = isChosen(one, virtualIp.ip, topology) ? "-->" : "-.->";
                return `    ${vip(index)} ${arrow} ${director(to)}`;
            }),
        ]),
        ...boxes.map(({ methods }, index) => {
            const begin = methods.some(answersThroughDirector) ? "<--" : "--";
            return `    directors ${begin} "${text(methods.join(", "))}" --> ${server(index)}`;
        }),
        "",
    ].join("\n");
}

function box(...lines: string[]): string {
    return `["${lines.filter(Boolean).map(text).join("<br/>")}"]`;
}

/** Escape as Mermaid does, with `#`. A backtick begins Markdown, and an ampersand a name of HTML. */
function text(line: string): string {
    return printable(line).replace(/[#"<>&`]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
