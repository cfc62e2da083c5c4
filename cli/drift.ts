/** A difference on a host. */
export interface Drift {
    /** `file /etc/sysctl.d/lvs.conf`, `IPVS table`. */
    what: string;
    /** A unified diff, or a sentence if the content is secret. */
    diff: string;
}

/** Read the differences that `drift.sh` prints, and skip its other lines. */
export function parseDrift(text: string): Drift[] {
    const found: Drift[] = [];
    for (const line of text.split("\n")) {
        const last = found.at(-1);
        if (line.startsWith("drift ")) found.push({ what: line.slice(6), diff: "" });
        else if (line.startsWith("    ") && last) last.diff += `${line.slice(4)}\n`;
    }
    return found;
}
