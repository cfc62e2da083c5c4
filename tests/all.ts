import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** What `npm test` does, after the set-up: each stage is run, whatever became of the others. */
const stages: { name: string; command: string[]; counts?: boolean }[] = [
    { name: "lint", command: ["npm", "run", "--silent", "lint"] },
    { name: "types", command: ["npm", "run", "--silent", "types"] },
    { name: "shellcheck", command: ["npm", "run", "--silent", "lint:shell"] },
    { name: "unit", command: jest("unit"), counts: true },
    { name: "scripts", command: jest("scripts"), counts: true },
    { name: "toolchain", command: jest("toolchain"), counts: true },
    { name: "e2e", command: jest("e2e"), counts: true },
];

interface Counts {
    numPassedTests: number;
    numFailedTests: number;
    /** Files that could not be run at all. */
    numRuntimeErrorTestSuites: number;
}

const results = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-lvs-tests-"));
const rows = stages.map(({ name, command, counts }) => {
    console.log(`\n== ${name}`);
    const start = performance.now();
    const file = path.join(results, `${name}.json`);
    const report = counts ? ["--json", `--outputFile=${file}`] : [];
    const { status } = spawnSync(command[0]!, [...command.slice(1), ...report], {
        // Jest's JSON would go to stdout, too; what a person reads is on stderr.
        stdio: ["ignore", counts ? "ignore" : "inherit", "inherit"],
    });
    const seconds = Math.round((performance.now() - start) / 1000);
    return { name, seconds, ...outcome(status === 0, counts ? file : undefined) };
});
fs.rmSync(results, { recursive: true });

console.log();
for (const { name, seconds, passed, failed } of rows) {
    console.log(`${name.padEnd(12)}${seconds} s: ${passed} passed, ${failed} failed`);
}
const sum = (key: "passed" | "failed") => rows.reduce((total, row) => total + row[key], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") === 0 ? 0 : 1;

/** A stage without tests to count is one test; one that ends in failure has failed at least once. */
function outcome(succeeded: boolean, file?: string): { passed: number; failed: number } {
    if (file === undefined || !fs.existsSync(file)) {
        return succeeded && file === undefined
            ? { passed: 1, failed: 0 }
            : { passed: 0, failed: 1 };
    }
    const counts = JSON.parse(fs.readFileSync(file, "utf8")) as Counts;
    const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
    return {
        passed: counts.numPassedTests,
        failed: succeeded ? failed : Math.max(failed, 1),
    };
}

/** Two files at a time: a third lab gains little on two processors, and its hosts wait for seconds. */
function jest(project: string): string[] {
    return ["npx", "jest", "--maxWorkers=2", "--selectProjects", project];
}
