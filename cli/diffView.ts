import { type Drift, parseDrift } from "./drift";
import type { Answer } from "./ssh";
import type { Paint } from "./text";

/** What came of looking for differences on a host. */
export interface HostDrift {
    name: string;
    drift: Drift[];
    /** Why there is nothing to say of it. */
    problem?: string;
}

/** The differences that a host tells of. */
export function hostDrift({ host, text, problem }: Answer): HostDrift {
    return { name: host.name, drift: text === undefined ? [] : parseDrift(text), problem };
}

/** Whether all hosts could be looked at, and none differs. */
export function isWhole(hosts: HostDrift[]): boolean {
    return hosts.every(({ drift, problem }) => drift.length === 0 && problem === undefined);
}

/** The differences of all hosts, each under what it is about; one line for a host without any. */
export function driftLines(hosts: HostDrift[], none: string, paint: Paint): string[] {
    return hosts.flatMap(({ name, drift, problem }) => {
        if (problem !== undefined) return [paint("red", `${name} ${problem}`)];
        if (drift.length === 0) return [`${name}: ${paint("green", none)}`];
        return drift.flatMap(({ what, diff }) => [
            paint("bold", `${name}: ${what}`),
            ...diff
                .trimEnd()
                .split("\n")
                .map((line) => paintedLine(line, paint)),
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

/** The virtual IPs that none of the directors has, as a difference of them all. */
export function ownerDrift(virtualIps: { ip: string; owners: string[] }[]): Drift[] {
    return virtualIps
        .filter(({ owners }) => owners.length !== 1)
        .map(({ ip, owners }) => ({
            what: `owner of ${ip}`,
            diff: [
                `--- owner of ${ip} (to be)`,
                `+++ owner of ${ip} (now)`,
                "@@ -1 +1 @@",
                "-one director",
                `+${owners.length === 0 ? "no director" : owners.join(" and ")}`,
                "",
            ].join("\n"),
        }));
}
