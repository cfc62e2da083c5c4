import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Lab } from "../../../lab/lab";
import { nodeCommand, type RunResult } from "../../../lab/run";
import type { LabStack } from "../../../lab/stack";

/** Runs `lvs` on the lab's client, as a user with his own ssh does. */
export class CommandLine {
    private constructor(
        private readonly lab: Lab,
        private readonly stack: LabStack,
        /** The lab's way to log in, without the logins that it shares: a user has none of these. */
        readonly ssh: string,
    ) {}

    static async of({ lab, stack }: { lab: Lab; stack: LabStack }): Promise<CommandLine> {
        const config = await fs.readFile(path.join(lab.dir, "ssh_config"), "utf8");
        const own = path.join(lab.dir, "user_ssh_config");
        await fs.writeFile(own, config.replace(/^ +(Control|UserKnownHosts).*\n/gm, ""));
        return new CommandLine(lab, stack, `ssh -F ${own}`);
    }

    /** In the folder of the program. */
    run(...words: string[]): Promise<RunResult> {
        const previews = ["render", "diff", "preflight", "topology"].includes(words[0]!);
        const file = previews ? ["--config-file", this.stack.file] : [];
        const command = [...nodeCommand("../cli/index.ts"), ...words, "--stack", "lab", ...file];
        return this.lab.tryExec(command, {
            cwd: path.join(__dirname, "..", "..", ".."),
            env: { ...this.stack.env, LVS_SSH: this.ssh },
        });
    }
}
