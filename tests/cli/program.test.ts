import { spawnSync } from "node:child_process";
import { nodeCommand } from "../../lab/run";

it("lvs as a program of its own prints its help, and ends a wrong command in a sentence", () => {
    const [program, ...args] = nodeCommand("../cli/index.ts");
    const start = (...words: string[]) =>
        spawnSync(program!, [...args, ...words], { encoding: "utf8" });
    const help = start("--help");
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("lvs status");
    const wrong = start("stauts");
    expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain("Did you mean status?");
    expect(wrong.stderr).not.toMatch(/\bat .*:\d+:\d+/);
});
