import { createHash } from "node:crypto";

/** Name of a real server's files on its host. No other stack has the same. */
export function realServerId(project: string, stack: string, component: string): string {
    const words = [project, stack, component].join(".");
    // A file name has at most 255 characters, and systemd and modprobe read these files.
    const plain = words.replace(/[^\w.-]/g, "_");
    if (plain === words && words.length <= 100) return words;
    const digest = createHash("sha256").update(words).digest("hex").slice(0, 12);
    return `${plain.slice(0, 100)}-${digest}`;
}
