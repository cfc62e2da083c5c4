import { quote } from "../lvs/problems";
import { type Cell, type Column, type Paint, shortened, type Style, table, wrapped } from "./text";

/** A finding of the preflight on a host. */
export interface Finding {
    /** `stop`, `warn` or `ok`. */
    how: string;
    /** Its subject. */
    what: string;
    sentence: string;
}

const styles = new Map<string, Style>([
    ["stop", "red"],
    ["warn", "yellow"],
    ["ok", "green"],
]);

/** Findings of one host. A preflight has some twenty. */
const mostFindings = 200;
/** Characters that are shown. More would narrow the columns of the other hosts. */
const longestSubject = 20;
const longestSentence = 1000;

/**
 * Read the findings that `preflight.sh report` prints: one per line, with tabs between the columns. A
 * host may be compromised: what is no report becomes a finding that stops.
 */
export function parseFindings(text: string): Finding[] {
    const found = text.split("\n").flatMap((line) => {
        const [how, what, ...words] = line.split("\t");
        if (how === undefined || what === undefined || words.length === 0) return [];
        if (!styles.has(how)) {
            return [refused(`${quote(line)} is no finding. Look at the host.`)];
        }
        const sentence = shortened(words.join(" "), longestSentence);
        return [{ how, what: shortened(what, longestSubject), sentence }];
    });
    if (found.length === 0) return [refused("has sent no finding. Look at what its login prints.")];
    if (found.length <= mostFindings) return found;
    return [refused(`has sent ${found.length} findings, too many to be true. Look at the host.`)];
}

function refused(sentence: string): Finding {
    return { how: "stop", what: "report", sentence };
}

/** Seconds by which clocks may differ without a warning: logins do not begin at the same moment. */
const tolerance = 5;

/** Replace the time of each clock by its difference from the median of all clocks. */
export function compareClocks(hosts: { name: string; findings: Finding[] }[]): typeof hosts {
    const isClock = ({ what, sentence }: Finding) =>
        what === "clock" && /^\d{1,15}$/.test(sentence);
    const times = hosts
        // A host has one clock, whatever it says.
        .flatMap(({ findings }) => findings.find(isClock) ?? [])
        .map(({ sentence }) => Number(sentence))
        .sort((one, other) => one - other);
    const middle = times[Math.floor(times.length / 2)] ?? 0;
    const compared = (finding: Finding): Finding => {
        if (!isClock(finding)) return finding;
        const ahead = Number(finding.sentence) - middle;
        if (Math.abs(ahead) <= tolerance)
            return { ...finding, sentence: "agrees with the other hosts" };
        const side = ahead > 0 ? "ahead of" : "behind";
        const sentence = `${Math.abs(ahead)} s ${side} the other hosts. Set the clock, or use NTP.`;
        return { ...finding, how: "warn", sentence };
    };
    return hosts.map(({ name, findings }) => ({ name, findings: findings.map(compared) }));
}

/** Join findings of one host that are `ok` and have the same subject. */
export function joinAlike(findings: Finding[]): Finding[] {
    const rows: Finding[] = [];
    for (const finding of findings) {
        const same = rows.find(
            ({ how, what }) => how === "ok" && how === finding.how && what === finding.what,
        );
        if (same) same.sentence += `, ${finding.sentence}`;
        else rows.push({ ...finding });
    }
    return rows;
}

const sentenceWidth = 66;

/** Print the findings of all hosts as one table, with wrapped sentences. */
export function findingLines(
    hosts: { name: string; findings: Finding[] }[],
    paint: Paint,
): string[] {
    const columns: Column[] = ["host", "", "check", "finding"].map((title) => ({ title }));
    const rows = hosts.flatMap(({ name, findings }) =>
        joinAlike(findings).flatMap(({ how, what, sentence }, index) =>
            wrapped(sentence, { width: sentenceWidth }).map((part, line): Cell[] => [
                index + line === 0 ? name : "",
                line === 0 ? { text: how, style: styles.get(how) ?? "red" } : "",
                line === 0 ? what : "",
                part,
            ]),
        ),
    );
    return table(columns, rows, paint);
}
