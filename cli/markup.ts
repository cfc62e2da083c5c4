import { printable } from "../lvs/printable";

const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Escape a text for XML and HTML. */
export function escaped(text: string): string {
    return printable(text).replace(/[&<>"]/g, (sign) => names[sign]!);
}
