import { type Drift, parseDrift } from "./drift";
import type { Answer } from "./ssh";
import { type Paint, shortened } from "./text";

/** Differences of a host. */
export interface HostDrift {
    name: string;
    drift: Drift[];
    /** Why the host did not report. */
    problem?: string;
}

/** Read the differences in a host's answer. */
export function hostDrift({ host, text, problem }: Answer): HostDrift {
    return { name: host.name, drift: text === undefined ? [] : parseDrift(text), problem };
}

/** Did all hosts report, without any difference? */
export function isUnchanged(hosts: HostDrift[]): boolean {
    return hosts.every(({ drift, problem }) => drift.length === 0 && problem === undefined);
}

/** Characters of a line that are shown. */
const longestLine = 2000;

/** Print the differences of all hosts, and one line for a host without any. */
export function driftLines(hosts: HostDrift[], none: string, paint: Paint): string[] {
    return hosts.flatMap(({ name, drift, problem }) => {
        if (problem !== undefined) return [paint("red", `${name} ${problem}`)];
        if (drift.length === 0) return [`${name}: ${paint("green", none)}`];
        return drift.flatMap(({ what, diff }) => [
            paint("bold", `${name}: ${shortened(what, longestLine)}`),
            ...diff
                .trimEnd()
                .split("\n")
                .map((line) => paintedLine(shortened(line, longestLine), paint)),
            "",
        ]);
    });
}

function paintedLine(line: string, paint: Paint): string {
    if (/^(---|\+\+\+) /.test(line)) return paint("dim", line);
    if (line.startsWith("@@")) return paint("cyan", line);
    if (line.startsWith("-")) return paint("red", line);
    return line.startsWith("+") ? paint("green", line) : line;
}

/** List the virtual IPs that do not have exactly one active director, as differences. */
export function activeDirectorDrift(
    virtualIps: { ip: string; activeDirectors: string[] }[],
): Drift[] {
    return virtualIps
        .filter(({ activeDirectors }) => activeDirectors.length !== 1)
        .map(({ ip, activeDirectors }) => ({
            what: `active director of ${ip}`,
            diff: [
                `--- active director of ${ip} (applied)`,
                `+++ active director of ${ip} (now)`,
                "@@ -1 +1 @@",
                "-one director",
                `+${activeDirectors.length === 0 ? "no director" : activeDirectors.join(" and ")}`,
                "",
            ].join("\n"),
        }));
}
