/**
 * Run tests stage by stage, also after failures, and print a table at the end. `run.ts` runs what
 * `npm test` runs, `run.ts --full` runs everything. `run.ts e2e NAME…` runs lab tests by file.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fullStages, labStage, type Stage, stages } from "./stages";

/** File with the table of a full run. */
const reportFile = "test-full.txt";

const folders = ["e2e", "full"].map((name) => path.join("tests", name));

interface Row {
    name: string;
    seconds: number;
    passed: number;
    failed: number;
}

function main(words: string[]): boolean {
    const chosen = chosenStages(words);
    const isFull = chosen === fullStages;
    if (isFull) {
        const minutes = Math.round(chosen.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
        console.log(`This takes about ${minutes} minutes on two processors.`);
    }
    const table = tableOf(chosen.map(runStage));
    console.log(`\n${table.text}`);
    if (isFull) {
        fs.writeFileSync(reportFile, `${new Date().toISOString()}\n\n${table.text}\n`);
        console.log(`\nThe table is in ${reportFile}.`);
    }
    console.log(`\n${table.passed} passed, ${table.failed} failed`);
    return table.failed === 0;
}

function chosenStages([kind, ...names]: string[]): Stage[] {
    if (kind === undefined) return stages;
    if (kind === "--full" && names.length === 0) return fullStages;
    if (kind === "e2e" && names.length > 0) return chosenFiles(names);
    console.error("run.ts takes nothing, --full, or e2e and names of lab tests.");
    process.exit(2);
}

/** Stage of the lab tests with these names. */
function chosenFiles(names: string[]): Stage[] {
    const files = folders.flatMap((folder) =>
        fs
            .readdirSync(folder)
            .filter((file) => file.endsWith(".test.ts"))
            .map((file) => path.join(folder, file)),
    );
    const nameOf = (file: string) => path.basename(file, ".test.ts");
    const unknown = names.filter((name) => !files.some((file) => nameOf(file) === name));
    if (unknown.length > 0) {
        const known = files.map(nameOf).join(", ");
        console.error(`${unknown.join(", ")}: no such lab test. Use ${known}.`);
        process.exit(2);
    }
    const chosen = files.filter((file) => names.includes(nameOf(file)));
    return [labStage("e2e", chosen)];
}

function runStage({ name, command, env, isJest }: Stage): Row {
    console.log(`\n== ${name}`);
    const start = performance.now();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-lvs-tests-"));
    const report = path.join(folder, "report.json");
    const [program, ...args] = [
        ...command,
        ...(isJest ? ["--json", `--outputFile=${report}`] : []),
    ];
    const { status } = spawnSync(program!, args, {
        env: { ...process.env, ...env },
        // Jest would print its JSON on stdout too. The readable lines are on stderr.
        stdio: ["ignore", isJest ? "ignore" : "inherit", "inherit"],
    });
    const counts = isJest ? countsOf(report, status === 0) : plainCounts(status === 0);
    fs.rmSync(folder, { recursive: true });
    return { name, seconds: Math.round((performance.now() - start) / 1000), ...counts };
}

/** A stage without counts is one test. */
function plainCounts(succeeded: boolean) {
    return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A stage with an exit status other than 0 has at least one failure. */
function countsOf(report: string, succeeded: boolean) {
    if (!fs.existsSync(report)) return { passed: 0, failed: 1 };
    const counts = JSON.parse(fs.readFileSync(report, "utf8")) as {
        numPassedTests: number;
        numFailedTests: number;
        /** Test files that could not run. */
        numRuntimeErrorTestSuites: number;
    };
    const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
    return {
        passed: counts.numPassedTests,
        failed: succeeded ? failed : Math.max(failed, 1),
    };
}

function tableOf(rows: Row[]) {
    const sum = (key: "passed" | "failed") => rows.reduce((total, row) => total + row[key], 0);
    const text = rows
        .map(
            ({ name, seconds, passed, failed }) =>
                `${name.padEnd(14)}${String(seconds).padStart(5)} s: ${passed} passed, ${failed} failed`,
        )
        .join("\n");
    return { text, passed: sum("passed"), failed: sum("failed") };
}

process.exitCode = main(process.argv.slice(2)) ? 0 : 1;
