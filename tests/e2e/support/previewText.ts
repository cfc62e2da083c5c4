/** A resource of a preview with the lines about it. */
interface Block {
    indent: number;
    lines: string[];
    children: Block[];
}

const header = /^(\s*)(?:[-+~]{1,2} )?[\w/-]+:[\w/-]+:[\w/]+: \(\w+\)/;
const identity = /^\s*\[(id|urn|provider)=/;
/** Outputs and the summary follow the resources. */
const tail = /^\s*--outputs:--|^Resources:/;
/** The engine shows its progress if a preview takes long. */
const progress = /^@ previewing update/;

/**
 * The text of a preview as a reviewer reads it, without the lines that identify a resource. The engine
 * prints resources in the order in which they become known: siblings stand in the order of their URNs here.
 */
export function previewText(text: string): string {
    const lines = text.split("\n").filter((line) => !progress.test(line));
    const end = lines.findIndex((line) => tail.test(line));
    const root: Block = { indent: -1, lines: [], children: [] };
    const open = [root];
    for (const line of lines.slice(0, end)) {
        const indent = header.exec(line)?.[1]!.length;
        if (indent !== undefined) {
            while (open.at(-1)!.indent >= indent) open.pop();
            const block = { indent, lines: [], children: [] };
            open.at(-1)!.children.push(block);
            open.push(block);
        }
        open.at(-1)!.lines.push(line);
    }
    return [...blockLines(root), ...lines.slice(end)]
        .filter((line) => !identity.test(line))
        .join("\n");
}

function blockLines({ lines, children }: Block): string[] {
    const inOrder = [...children].sort((a, b) => urnOf(a).localeCompare(urnOf(b)));
    return [...lines, ...inOrder.flatMap(blockLines)];
}

function urnOf({ lines }: Block): string {
    return lines.find((line) => line.includes("[urn=")) ?? "";
}
