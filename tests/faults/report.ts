import type { Scenario } from "./scenario";
import { kinds, type Observation } from "../../lab/traffic/traffic";

/** Result of a scenario with one seed. */
export interface ScenarioResult {
    scenario: Scenario;
    seed: number;
    /** Observations of the clients. undefined for a scenario without clients. */
    seen?: Observation;
    /** Reason of the failure. */
    error?: string;
    seconds: number;
}

const columns = [
    "#",
    "scenario",
    "seeds",
    "requests",
    "failed",
    "lost connections",
    "longest gap",
    "failovers",
    "passed",
];

/**
 * Markdown table with a row for each scenario over all its seeds. Scenarios that did not run keep
 * their rows of an earlier document.
 */
export function table(results: ScenarioResult[], scenarios: Scenario[], earlier = ""): string {
    const rows = scenarios.flatMap((scenario) => {
        const own = results.filter((result) => result.scenario === scenario);
        return own.length > 0 ? [row(own)] : earlierRow(earlier, scenario);
    });
    const lines = [columns, columns.map(() => "---"), ...rows];
    return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Row of a scenario in an earlier document. The list of scenarios has fewer cells. */
function earlierRow(document: string, { name }: Scenario): string[][] {
    return document
        .split("\n")
        .map((line) => line.split("|").map((cell) => cell.trim()))
        .filter((cells) => cells.length === columns.length + 2 && cells[2] === name)
        .map((cells) => cells.slice(1, -1));
}

/** Row of a scenario. The gap is the longest one of new connections over all seeds. */
function row(results: ScenarioResult[]): string[] {
    const { number, name } = results[0]!.scenario;
    const observed = results.flatMap(({ seen }) => seen ?? []);
    const sum = (count: (seen: Observation) => number) =>
        observed.reduce((total, seen) => total + count(seen), 0);
    const ofAll = (what: "requests" | "failed" | "lost") =>
        sum((seen) => kinds.reduce((total, kind) => total + seen[kind][what].length, 0));
    const passed = results.filter(({ error }) => error === undefined).length;
    const figures = [
        ofAll("requests"),
        ofAll("failed"),
        ofAll("lost"),
        `${(Math.max(...observed.map(({ fresh }) => fresh.longestGap)) / 1000).toFixed(2)} s`,
        sum(({ activeDirectors }) => Math.max(0, activeDirectors.length - 1)),
    ];
    return [
        number,
        name,
        results.length,
        ...(observed.length > 0 ? figures : figures.map(() => "–")),
        passed === results.length ? "yes" : `${passed} of ${results.length}`,
    ].map(String);
}

/** Lines to print when a scenario ends. */
export function resultLine({ scenario, seed, error, seconds, seen }: ScenarioResult): string {
    const { number, name } = scenario;
    const head = `${error === undefined ? "passed" : "FAILED"} ${number} ${name}, seed ${seed}, ${seconds.toFixed(0)} s`;
    const clients = (all: Observation) =>
        kinds.map((kind) => {
            const { requests, failed, lost, longestGap } = all[kind];
            const counts = `${failed.length} of ${requests.length} failed, ${lost.length} lost`;
            const answers = requests.filter(({ error }) => error === undefined);
            const slowest = Math.max(0, ...answers.map(({ ms }) => ms));
            const times = `gap ${longestGap.toFixed(0)} ms, slowest answer ${slowest.toFixed(0)} ms`;
            return `\n    ${kind}: ${counts}, ${times}`;
        });
    const details = seen ? clients(seen).join("") : "";
    if (error === undefined) return `${head}${details}`;
    const events = seen ? `\n${timeline(seen)}` : "";
    return `${head}${details}\n    ${`${error}${events}`.replaceAll("\n", "\n    ")}`;
}

/** Timeline of active directors and lost connections. */
function timeline({ activeDirectors, ...clients }: Observation): string {
    const start = activeDirectors[0]?.at ?? 0;
    const seconds = (time: number) => `${((time - start) / 1000).toFixed(2)} s`;
    const lost = kinds.flatMap((kind) =>
        clients[kind].lost.map(
            ({ at, ms, from = "no server", ended }) =>
                `${kind} to ${from}, ${seconds(at)} to ${seconds(at + ms)}: ${ended}`,
        ),
    );
    return [
        ...activeDirectors.map(({ at, from }) => `active: ${from} at ${seconds(at)}`),
        ...lost,
    ].join("\n");
}

/** The document with the tables and the secrets of this run between its marks. */
export function updatedPage(
    document: string,
    scenarios: Scenario[],
    results: ScenarioResult[],
    secrets: string[],
): string {
    const failures = results
        .filter(({ error }) => error !== undefined)
        .map(
            ({ scenario, seed, error }) =>
                `- ${scenario.name}, seed ${seed}: ${error!.split("\n")[0]}\n`,
        );
    const found = secrets.length === 0 ? "nothing" : secrets.join("; ");
    const parts = {
        scenarios: list(scenarios),
        runs: [table(results, scenarios, document), ...failures].join("\n"),
        secrets: `Found elsewhere in the last run: ${found}.\n`,
    };
    return Object.entries(parts).reduce(
        (text, [name, part]) => replaceMarked(text, name, part),
        document,
    );
}

function list(scenarios: Scenario[]): string {
    const rows = scenarios.map(
        ({ number, name, does, observes }) => `| ${number} | ${name} | ${does} | ${observes} |\n`,
    );
    return `| # | scenario | fault | required observations |\n| --- | --- | --- | --- |\n${rows.join("")}`;
}

/** Replace the text between two marks, which are comments. */
function replaceMarked(text: string, name: string, part: string): string {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`no ${begin} and ${end} in the document`);
    return `${text.slice(0, from + begin.length)}\n\n${part}\n${text.slice(to)}`;
}
