import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { patienceMs, waitUntil } from "./wait";

/** A running `pulumi up`. */
export class RunningUp {
    /** Output so far. */
    output = "";
    private readonly ended: Promise<unknown>;

    constructor(
        private readonly child: ChildProcess,
        printed: string[],
    ) {
        for (const stream of [child.stdout!, child.stderr!]) {
            stream.setEncoding("utf8").on("data", (text: string) => {
                this.output += text;
                printed.push(text);
            });
        }
        // Plugins that outlive the engine may keep its pipes open.
        this.ended = once(child, "exit");
    }

    /** Whether the process is still running. */
    get isRunning(): boolean {
        return this.child.exitCode === null && this.child.signalCode === null;
    }

    /** Wait until it has begun to change resources, and some milliseconds longer. */
    async waitForUpdating(moreMs: number): Promise<void> {
        await waitUntil("begin of an up", patienceMs, () => this.output.includes("Updating"), 20);
        await sleep(moreMs);
    }

    /** Wait until the output matches a pattern. */
    async waitForOutput(pattern: RegExp, deadlineMs = 60_000): Promise<void> {
        await waitUntil(`${pattern.source} in an up`, deadlineMs, () => {
            if (pattern.test(this.output)) return true;
            if (!this.isRunning) throw new Error(`it has ended:\n${this.output}`);
            return false;
        });
    }

    /** Kill only the engine, as the kernel does when memory runs out. */
    kill(): void {
        this.child.kill("SIGKILL");
    }

    /** Send the signal of Ctrl-C to the whole process group. */
    interrupt(): void {
        if (this.isRunning) process.kill(-this.child.pid!, "SIGINT");
    }

    /** Wait for the end. Return the exit status, or -1 if it was killed. */
    async waitForExit(deadlineMs = 300_000): Promise<number> {
        const timely = sleep(deadlineMs, "late", { ref: false });
        if (this.isRunning && (await Promise.race([this.ended, timely])) === "late") {
            throw new Error(`pulumi up still runs after ${deadlineMs / 1000} s:\n${this.output}`);
        }
        return this.child.exitCode ?? -1;
    }
}
