/** One thing on a host that is not as it is to be. */
export interface Drift {
    /** What: `file /etc/sysctl.d/lvs.conf`, `IPVS table`. */
    what: string;
    /** A unified diff, or a sentence where the content is secret. */
    diff: string;
}

/** The differences that `look.sh` found; other lines of it are left out. */
export function parseDrift(text: string): Drift[] {
    const found: Drift[] = [];
    for (const line of text.split("\n")) {
        const last = found.at(-1);
        if (line.startsWith("drift ")) found.push({ what: line.slice(6), diff: "" });
        else if (line.startsWith("    ") && last) last.diff += `${line.slice(4)}\n`;
    }
    return found;
}
