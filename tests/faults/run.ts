import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { document, outcomeLine, table } from "./report";
import type { Scenario } from "./scenario";
import { scenarios } from "./scenarios";
import { findSecrets } from "./secrets";
import { Site } from "./site";
import { play } from "./suite";

const usage = `npm run test:faults -- [--seed FIRST] [--seeds COUNT] [--write] [NAME|NUMBER…]

Without a name, all scenarios: ${scenarios.map(({ number, name }) => `${number} ${name}`).join(", ")}.
--write puts the table into docs/faults.md.
`;

/** What cannot be told from a list of words. */
class Misuse extends Error {}

function parse(words: string[]) {
    const options = { seed: 1, seeds: 1, write: false, chosen: [] as Scenario[] };
    while (words.length > 0) {
        const word = words.shift()!;
        if (word === "--write") options.write = true;
        else if (word === "--seed" || word === "--seeds") {
            const value = Number(words.shift());
            if (!Number.isInteger(value) || value < 1) throw new Misuse(`${word} takes a number`);
            options[word === "--seed" ? "seed" : "seeds"] = value;
        } else {
            const found = scenarios.filter(({ number, name }) =>
                [String(number), name].includes(word),
            );
            if (found.length === 0) throw new Misuse(`${word} is no scenario`);
            options.chosen.push(...found);
        }
    }
    if (options.chosen.length === 0) options.chosen = scenarios;
    return options;
}

async function main(): Promise<boolean> {
    const { seed, seeds, write, chosen } = parse(process.argv.slice(2));
    const numbers = Array.from({ length: seeds }, (_, index) => seed + index);
    const site = await Site.up();
    try {
        site.stack.report.forEach((line) => console.log(line));
        // Hosts without a cluster come first, but for the end of all.
        const rank = ({ on, number }: Scenario) => (number === 39 ? 2 : on ? 0 : 1);
        const order = [...chosen].sort((a, b) => rank(a) - rank(b));
        const say = (outcome: Parameters<typeof outcomeLine>[0]) =>
            console.log(outcomeLine(outcome));
        const serving = order.filter((scenario) => rank(scenario) < 2);
        const outcomes = await play(site, serving, numbers, say);
        const secrets = await findSecrets(site);
        console.log(`secrets: ${secrets.length === 0 ? "none found" : secrets.join("; ")}`);
        outcomes.push(
            ...(await play(
                site,
                order.filter((scenario) => rank(scenario) === 2),
                numbers,
                say,
            )),
        );
        const report = table(outcomes, scenarios);
        console.log(`\n${report}`);
        if (write) {
            const file = path.join(__dirname, "../../docs/faults.md");
            const earlier = await fs.readFile(file, "utf8").catch(() => "");
            await fs.writeFile(file, document(scenarios, outcomes, secrets, earlier));
            const prettier = require.resolve("prettier/bin/prettier.cjs");
            execFileSync(process.execPath, [prettier, "--write", file]);
        }
        return secrets.length === 0 && outcomes.every(({ error }) => error === undefined);
    } finally {
        await site.down();
    }
}

main().then(
    (passed) => (process.exitCode = passed ? 0 : 1),
    (error: Error) => {
        console.error(error instanceof Misuse ? `${error.message}\n\n${usage}` : error.stack);
        process.exitCode = 1;
    },
);
