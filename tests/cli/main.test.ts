import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { lvs } from "./inProcess";

const commands = ["status", "check", "diff", "render", "preflight", "keyscan", "topology"];

it.each(["", ...commands, "completion"])(
    "`lvs %s --help` shows the usage in lines of 100 columns",
    async (command) => {
        const { status, stdout } = await lvs([command, "--help"].filter(Boolean));
        expect(status).toBe(0);
        for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
        if (command === "") for (const each of commands) expect(stdout).toContain(`lvs ${each}`);
        else expect(stdout).toContain(`lvs ${command}`);
    },
);

it.each([
    [[], "A command is missing"],
    [["stauts"], "Did you mean status?"],
    [["status", "--jsn"], "Unknown argument: jsn"],
    [["keyscan"], "Not enough non-option arguments"],
    [["status"], "pulumi is not on the PATH"],
])("lvs refuses the arguments %j in a sentence", async (words, sentence) => {
    const { status, stdout, stderr } = await lvs(words);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
});

describe("the command line of lvs", () => {
    const seconds = (name: string, value: string, least: string) =>
        `lvs: --${name}: ${value} is not a number of seconds. Use ${least} to 3600.`;

    it.each([
        ...["abc", "0", "-1", "NaN", "Infinity", "1e9", "3601", "5s", "0.5", "1,5", ""].map(
            (value): [string[], string] => [
                ["status", `--timeout=${value}`],
                seconds(
                    "timeout",
                    /^[\d.e-]+$/.test(value) ? String(Number(value)) : JSON.stringify(value),
                    "1",
                ),
            ],
        ),
        ...["abc", "0", "-1", "NaN", "1e9", "0.01"].map((value): [string[], string] => [
            ["status", `--watch=${value}`],
            seconds(
                "watch",
                /^[\d.e-]+$/.test(value) ? String(Number(value)) : JSON.stringify(value),
                "0.1",
            ),
        ]),
        [["check", "--timeout"], "Not enough arguments following: timeout"],
        [["check", "--timeout", "5", "--timeout", "6"], "--timeout is given twice. Give it once."],
        [["status", "--watch", "1", "-w", "2"], "--watch is given twice. Give it once."],
        [["status", "--stack", "a", "-s", "b"], "--stack is given twice. Give it once."],
        [["status", "--stack", ""], "--stack is empty. Give a value, or leave it out."],
        [["status", "--ssh", ""], "--ssh is empty. Give a value, or leave it out."],
        [["render", "--out", "", "ds1"], "--out is empty. Give a value, or leave it out."],
        [["render", "--out", "a", "--out", "b"], "--out is given twice. Give it once."],
        [
            ["topology", "--cluster", "a", "--cluster", "b"],
            "--cluster is given twice. Give it once.",
        ],
        [["keyscan", "192.0.2.1:0"], '"192.0.2.1:0": 0 is not a port. Use 1 to 65535.'],
        [["keyscan", ""], '"" is not a host. Use HOST or HOST:PORT.'],
    ])("refuses the options in %j", async (words, sentence) => {
        const { status, stdout, stderr } = await lvs(words);
        expect([status, stdout]).toEqual([2, ""]);
        expect(stderr).toContain(sentence);
    });

    it.each([
        ["--timeout", "1"],
        ["--timeout=3600"],
        ["--timeout", "2.5"],
        ["--watch"],
        ["-w", "0.1"],
    ])("accepts the options %s %s of status", async (...words) => {
        const given = words.filter((word) => typeof word === "string");
        const { stderr } = await lvs(["status", ...given]);
        expect(stderr).toContain("pulumi is not on the PATH");
    });

    it("escapes unseen characters in its errors", async () => {
        const { stderr } = await lvs(["keyscan", "\u202e:0"]);
        expect(stderr).toContain('"\\u202e:0": 0 is not a port.');
    });
});

describe("lvs completion", () => {
    const shells = ["bash", "zsh"].filter((shell) =>
        (process.env.PATH ?? "").split(":").some((dir) => fs.existsSync(path.join(dir, shell))),
    );

    it.each(shells)("prints a script that %s can read", async (shell) => {
        const { stdout } = await lvs(["completion", shell]);
        expect(stdout).toContain("lvs");
        execFileSync(shell, ["-n"], { input: stdout });
    });

    it("prints the script of the shell that is asked for, whichever is in use", async () => {
        const script = async (words: string[], shell: string) =>
            (await lvs(["completion", ...words], { SHELL: shell })).stdout;
        expect(await script(["zsh"], "/bin/bash")).toMatch(/^#compdef lvs/);
        expect(await script(["bash"], "/bin/zsh")).toContain("complete -o");
        expect(await script([], "/bin/zsh")).toMatch(/^#compdef lvs/);
    });

    it("completes the commands and their options", async () => {
        const words = async (...typed: string[]) =>
            (await lvs(["--get-yargs-completions", "lvs", ...typed], { SHELL: "/bin/bash" })).stdout
                .trim()
                .split("\n");
        expect(await words("")).toEqual(expect.arrayContaining(commands));
        expect(await words("status", "--")).toEqual(expect.arrayContaining(["--json", "--watch"]));
    });
});
