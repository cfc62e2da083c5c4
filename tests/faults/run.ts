import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../lab/progress";
import { wholeNumber } from "../../lab/wholeNumber";
import { resultLine, table, updatedPage } from "./report";
import type { Scenario } from "./scenario";
import { scenarios } from "./scenarios";
import { findSecrets } from "./secrets";
import { FaultBed } from "./bed";
import { runScenarios } from "./suite";

const usage = `npm run test:faults -- [--seed FIRST] [--seeds COUNT] [--write] [NAME|NUMBER…]

Without a name or number, all scenarios run: ${scenarios.map(({ number, name }) => `${number} ${name}`).join(", ")}.
--write writes the tables to docs/faults.md.
`;

function options() {
    const { values, positionals } = parsed();
    const seed = wholeNumber("--seed", values.seed, 1e9);
    const seeds = wholeNumber("--seeds", values.seeds);
    const chosen = positionals.flatMap((word) => {
        const found = scenarios.filter(({ number, name }) => [String(number), name].includes(word));
        if (found.length === 0) throw new UserError(`"${word}" is no scenario.`);
        return found;
    });
    return {
        numbers: Array.from({ length: seeds }, (_, index) => seed + index),
        write: values.write,
        chosen: chosen.length > 0 ? chosen : scenarios,
    };
}

function parsed() {
    try {
        return parseArgs({
            options: {
                seed: { type: "string", default: "1" },
                seeds: { type: "string", default: "1" },
                write: { type: "boolean", default: false },
            },
            allowPositionals: true,
        });
    } catch (error) {
        throw new UserError((error as Error).message);
    }
}

async function main(): Promise<boolean> {
    const { numbers, write, chosen } = options();
    const bed = await FaultBed.boot();
    try {
        bed.stack.report.forEach((line) => console.log(line));
        // Scenarios on bare hosts run first, because they need the cluster destroyed.
        const isBare = ({ on }: Scenario) => Number(on === "bare hosts");
        const order = [...chosen].sort((a, b) => isBare(b) - isBare(a));
        const results = await runScenarios(bed, order, numbers, (result) =>
            console.log(resultLine(result)),
        );
        const secrets = await findSecrets(bed);
        console.log(`secrets: ${secrets.length === 0 ? "none found" : secrets.join("; ")}`);
        console.log(`\n${table(results, scenarios)}`);
        if (write) {
            const file = path.join(__dirname, "../../docs/faults.md");
            const earlier = await fs.readFile(file, "utf8");
            await fs.writeFile(file, updatedPage(earlier, scenarios, results, secrets));
            const prettier = require.resolve("prettier/bin/prettier.cjs");
            execFileSync(process.execPath, [prettier, "--write", file]);
        }
        return secrets.length === 0 && results.every(({ error }) => error === undefined);
    } finally {
        await bed.down();
    }
}

main().then(
    (passed) => (process.exitCode = passed ? 0 : 1),
    (error: Error) => {
        console.error(error instanceof UserError ? `${error.message}\n\n${usage}` : error.stack);
        process.exitCode = 1;
    },
);
