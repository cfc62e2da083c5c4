import { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { nodeCommand } from "./run";

/** How a probe asks. */
export interface ProbeOptions {
    /** Milliseconds between the starts of two requests, whether or not earlier ones ended: 20. */
    intervalMs?: number;
    /** Milliseconds after which a request counts as failed: 2000. */
    timeoutMs?: number;
}

/** One request of a probe, on a connection of its own. */
export interface ProbeRequest {
    /** When it started, in milliseconds since 1970. */
    at: number;
    /** How long it took, to the last byte or to the failure, in milliseconds. */
    ms: number;
    /** The HTTP status, where an answer came. */
    status?: number;
    /** The body without surrounding white space, where a whole answer came. */
    body?: string;
    /** Why it failed: "timeout", "ECONNREFUSED", "status 503", … */
    error?: string;
}

/** All that a probe has seen. */
export interface ProbeResult {
    /** In the order of their start. */
    requests: ProbeRequest[];
    /** Those without a whole answer of status 200. */
    failed: ProbeRequest[];
    /** The longest time between the ends of two successes that follow each other, or 0. */
    longestGap: number;
    /** How often each body came. */
    byBody: Record<string, number>;
}

/** A client in the lab that requests a URL at a steady pace and writes down what comes. */
export class Probe {
    private readonly requests: ProbeRequest[] = [];

    private constructor(private readonly child: ChildProcess) {}

    /** Starts one; returns when its first request has been answered or has failed. */
    static async start(
        spawn: (command: string[], stdio: StdioOptions) => ChildProcess,
        url: string,
        options: ProbeOptions = {},
    ): Promise<Probe> {
        const { intervalMs = 20, timeoutMs = 2000 } = options;
        const command = [
            ...nodeCommand("probeClient.ts"),
            url,
            String(intervalMs),
            String(timeoutMs),
        ];
        const child = spawn(command, ["pipe", "pipe", "inherit"]);
        const probe = new Probe(child);
        const lines = createInterface(child.stdout!);
        lines.on("line", (line) => probe.requests.push(JSON.parse(line) as ProbeRequest));
        const ended = once(child, "close").then(() => {
            throw new Error(`The probe of ${url} ended before its first request`);
        });
        await Promise.race([once(lines, "line"), ended]);
        ended.catch(() => undefined);
        return probe;
    }

    /** What it has seen so far. */
    sofar(): ProbeResult {
        const requests = [...this.requests].sort((a, b) => a.at - b.at);
        const good = requests.filter((request) => request.error === undefined);
        const ends = good.map(({ at, ms }) => at + ms).sort((a, b) => a - b);
        const gaps = ends.slice(1).map((end, index) => end - ends[index]!);
        const byBody: Record<string, number> = {};
        for (const { body } of good) byBody[body!] = (byBody[body!] ?? 0) + 1;
        return {
            requests,
            failed: requests.filter((request) => request.error !== undefined),
            longestGap: Math.max(0, ...gaps),
            byBody,
        };
    }

    /** Starts no more requests, waits for those under way, and returns all. */
    async stop(): Promise<ProbeResult> {
        const closed = this.child.exitCode === null ? once(this.child, "close") : undefined;
        this.child.stdin!.end();
        await closed;
        return this.sofar();
    }
}
