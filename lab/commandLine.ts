import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Lab } from "./lab";
import { nodeCommand, type RunResult } from "./run";
import { sshFilesOf } from "./sshFiles";
import type { LabStack } from "./stack";

/** Runs `lvs` on the lab's client as a user with an ssh configuration runs it. */
export class CommandLine {
    /** The user's ssh: the ssh of the lab without shared connections and known hosts. */
    readonly ssh: string;

    constructor(
        private readonly lab: Lab,
        private readonly stack: LabStack,
    ) {
        const config = readFileSync(sshFilesOf(lab).config, "utf8");
        const own = path.join(lab.shortDir, "user_ssh_config");
        writeFileSync(own, config.replace(/^ +(Control|UserKnownHosts).*\n/gm, ""));
        this.ssh = `ssh -F ${own}`;
    }

    /** Command that runs `lvs`, and its environment. */
    command(...words: string[]): { command: string[]; env: NodeJS.ProcessEnv } {
        const previews = ["render", "diff", "preflight", "topology"].includes(words[0]!);
        const file = previews ? ["--config-file", this.stack.file] : [];
        return {
            command: [...nodeCommand("../cli/index.ts"), ...words, "--stack", "lab", ...file],
            env: { ...this.stack.env, LVS_SSH: this.ssh },
        };
    }

    run(...words: string[]): Promise<RunResult> {
        const { command, env } = this.command(...words);
        return this.lab.tryExec(command, { cwd: path.join(__dirname, ".."), env });
    }
}
