import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { nodeCommand } from "../../lab/run";

/** The command line as a user starts it, without anything of Pulumi on the way. */
function lvs(words: string[], env: Record<string, string> = {}) {
    const [program, ...args] = nodeCommand("../cli/index.ts");
    return spawnSync(program!, [...args, ...words], {
        encoding: "utf8",
        env: { PATH: path.dirname(process.execPath), ...env },
    });
}

const commands = ["status", "check", "diff", "render", "preflight", "keyscan", "topology"];

it.each(["", ...commands, "completion"])("help of «%s» fits a line and says how", (command) => {
    const { status, stdout } = lvs([command, "--help"].filter(Boolean));
    expect(status).toBe(0);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    if (command === "") for (const each of commands) expect(stdout).toContain(`lvs ${each}`);
    else expect(stdout).toContain(`lvs ${command}`);
});

it.each([
    [[], "Say what to show"],
    [["stauts"], "Did you mean status?"],
    [["status", "--jsn"], "Unknown argument: jsn"],
    [["keyscan"], "Not enough non-option arguments"],
    [["status"], "pulumi is not on the PATH"],
])("%j is refused in a sentence", (words, sentence) => {
    const { status, stdout, stderr } = lvs(words);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
});

describe("completion", () => {
    const shells = ["bash", "zsh"].filter((shell) =>
        (process.env.PATH ?? "").split(":").some((dir) => fs.existsSync(path.join(dir, shell))),
    );

    it.each(shells)("is a script that %s can read", (shell) => {
        const { stdout } = lvs(["completion", shell]);
        expect(stdout).toContain("lvs");
        execFileSync(shell, ["-n"], { input: stdout });
    });

    it("is for the shell that is asked for, whichever is in use", () => {
        expect(lvs(["completion", "zsh"], { SHELL: "/bin/bash" }).stdout).toMatch(/^#compdef lvs/);
        expect(lvs(["completion", "bash"], { SHELL: "/bin/zsh" }).stdout).toContain("complete -o");
        expect(lvs(["completion"], { SHELL: "/bin/zsh" }).stdout).toMatch(/^#compdef lvs/);
    });

    it("knows the commands and their options", () => {
        const words = (...typed: string[]) =>
            lvs(["--get-yargs-completions", "lvs", ...typed], { SHELL: "/bin/bash" })
                .stdout.trim()
                .split("\n");
        expect(words("")).toEqual(expect.arrayContaining(commands));
        expect(words("status", "--")).toEqual(expect.arrayContaining(["--json", "--watch"]));
    });
});
