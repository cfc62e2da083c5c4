import type { Scenario } from "./scenario";
import { kinds, type Observation } from "./traffic";

/** How a scenario went with one seed. */
export interface Outcome {
    scenario: Scenario;
    seed: number;
    /** Nothing where there was nobody to be served. */
    seen?: Observation;
    /** Why it failed. */
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
    "owner changes",
    "passed",
];

/**
 * A row for each scenario, over all its seeds, as a table in Markdown. Of those that did not take
 * part this time, the rows of an earlier document stay.
 */
export function table(outcomes: Outcome[], scenarios: Scenario[], earlier = ""): string {
    const rows = scenarios.flatMap((scenario) => {
        const own = outcomes.filter((outcome) => outcome.scenario === scenario);
        return own.length > 0 ? [row(own)] : earlierRow(earlier, scenario);
    });
    const lines = [columns, columns.map(() => "---"), ...rows];
    return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** A list of scenarios has fewer cells. */
function earlierRow(document: string, { name }: Scenario): string[][] {
    return document
        .split("\n")
        .map((line) => line.split("|").map((cell) => cell.trim()))
        .filter((cells) => cells.length === columns.length + 2 && cells[2] === name)
        .map((cells) => cells.slice(1, -1));
}

/** The gap is that of new connections; the longest of all seeds. */
function row(outcomes: Outcome[]): string[] {
    const { number, name } = outcomes[0]!.scenario;
    const observed = outcomes.flatMap(({ seen }) => seen ?? []);
    const sum = (count: (seen: Observation) => number) =>
        observed.reduce((total, seen) => total + count(seen), 0);
    const ofAll = (what: "requests" | "failed" | "lost") =>
        sum((seen) => kinds.reduce((total, kind) => total + seen[kind][what].length, 0));
    const passed = outcomes.filter(({ error }) => error === undefined).length;
    const figures = [
        ofAll("requests"),
        ofAll("failed"),
        ofAll("lost"),
        `${(Math.max(...observed.map(({ fresh }) => fresh.longestGap)) / 1000).toFixed(2)} s`,
        sum(({ owners }) => Math.max(0, owners.length - 1)),
    ];
    return [
        number,
        name,
        outcomes.length,
        ...(observed.length > 0 ? figures : figures.map(() => "–")),
        passed === outcomes.length ? "yes" : `${passed} of ${outcomes.length}`,
    ].map(String);
}

/** What is said when a scenario ends. */
export function outcomeLine({ scenario, seed, error, seconds, seen }: Outcome): string {
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
    const told = seen ? clients(seen).join("") : "";
    return `${head}${told}${error === undefined ? "" : `\n    ${error.replaceAll("\n", "\n    ")}`}`;
}

/** docs/faults.md, of this run and what an earlier one has left there. */
export function document(
    scenarios: Scenario[],
    outcomes: Outcome[],
    secrets: string[],
    earlier: string,
): string {
    const listed = scenarios.map(
        ({ number, name, does, observes }) => `| ${number} | ${name} | ${does} | ${observes} |\n`,
    );
    const failures = outcomes.filter(({ error }) => error !== undefined);
    return `# Faults

What goes wrong with a cluster, and what its clients and its operators then observe, shown on the
machines of the lab ([lab.md](lab.md)). This page is written by \`npm run test:faults -- --write\`.

\`\`\`sh
npm run test:faults                        # all
npm run test:faults -- director-power-off  # one, by name or number
npm run test:faults -- --seeds 5 1 24      # two, five times each
npm run test:faults -- --seed 7            # all, at another phase
\`\`\`

Each scenario finds the article's cluster healthy, with clients at it that ask at a steady pace,
however slow the answers are: a new connection for a page every 50 ms; three connections that stay,
and one more every half second that lasts four seconds, with a line every 200 ms on each; and a
datagram of one flow every 100 ms. Every request is written down. Gaps are measured by the clients'
clock. The seed moves the fault's phase, and chooses which of several alike hosts it hits. Afterwards
the cluster is brought back to health.

## Scenarios

| # | scenario | what is done | what must be observed |
| --- | --- | --- | --- |
${listed.join("")}
## The last runs

Requests, failures and lost connections are those of all clients, the longest gap that of new
connections; a fault may well cost some, and the scenario says which. Owner changes are counted by
the adverts on the network. A row is of the last run that its scenario took part in.

${table(outcomes, scenarios, earlier)}
${failures.map(({ scenario, seed, error }) => `- ${scenario.name}, seed ${seed}: ${error!.split("\n")[0]}\n`).join("")}
## What is not met

- **sshd-stalls.** While a host takes a connection and says nothing, \`up\` waits: the command
  provider has a limit for connecting and none for what follows. Other hosts finish meanwhile.
- **host-key-changed.** The message names the mismatch and the host, not the two fingerprints; and a
  host that refuses a key is asked twice, which \`dialErrorLimit: 0\` makes once.
- **director-returns.** A director that takes its virtual IPs back resets connections of the last
  seconds, and those in which nothing was sent since it is back. \`nopreempt\` avoids the move.
- **keepalived-killed.** While a keepalived starts in place of one that was killed, connections may be
  reset, and new ones refused.
- **no-server.** The kernel sends one refusal a second to each client's address; what asks more often
  waits for its own time limit. A \`sorryServer\` answers at once.
- **network-restart** takes the addresses from the card and gives the card's own back, as a network
  service does; no network manager runs in the lab.

## Secrets

After the suite, the VRRP password and the private key are looked for in all that the engine has
printed, in a preview's diff, in the state and all else in the backend's folder, in the journals and
all files of all hosts, and in the lists of processes during an up that goes to every host. The one
place where a password may be is /etc/keepalived/auth_pass.conf of a director, which only root can
read. ${secrets.length === 0 ? "Found elsewhere in the last run: nothing." : `Found in the last run: ${secrets.join("; ")}.`}
`;
}
