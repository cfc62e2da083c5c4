import { type Cell, type Column, type Paint, type Style, table, wrapped } from "./text";

/** A finding of the preflight on a host. */
export interface Finding {
    /** `stop`, `warn` or `ok`. */
    how: string;
    /** Its subject. */
    what: string;
    sentence: string;
}

/** Read the findings that `preflight.sh report` prints: one per line, with tabs between the columns. */
export function parseFindings(text: string): Finding[] {
    return text.split("\n").flatMap((line) => {
        const [how, what, ...sentence] = line.split("\t");
        if (how === undefined || what === undefined || sentence.length === 0) return [];
        return [{ how, what, sentence: sentence.join(" ") }];
    });
}

/** Seconds by which clocks may differ without a warning: logins do not begin at the same moment. */
const tolerance = 5;

/** Replace the time of each clock by its difference from the median of all clocks. */
export function compareClocks(hosts: { name: string; findings: Finding[] }[]): typeof hosts {
    const isClock = ({ what, sentence }: Finding) => what === "clock" && /^\d+$/.test(sentence);
    const times = hosts
        .flatMap(({ findings }) => findings.filter(isClock))
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

const styles: Record<string, Style> = { stop: "red", warn: "yellow", ok: "green" };

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
                line === 0 ? { text: how, style: styles[how] ?? "red" } : "",
                line === 0 ? what : "",
                part,
            ]),
        ),
    );
    return table(columns, rows, paint);
}
