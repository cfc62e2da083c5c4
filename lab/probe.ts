import { ChildProcess, StdioOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { nodeCommand } from "./run";

/** Pace of a probe. */
export interface ProbeOptions {
    /**
     * Milliseconds between the starts of two requests, whether or not earlier ones ended. Defaults
     * to 20.
     */
    intervalMs?: number;
    /** Milliseconds after which a request has failed. Defaults to 2000. */
    timeoutMs?: number;
}

/** One request of a probe. Each has its own connection. */
export interface ProbeRequest {
    /** Start in milliseconds since 1970. */
    at: number;
    /** Duration in milliseconds, to the last byte or to the failure. */
    ms: number;
    /** HTTP status, if a response arrived. */
    status?: number;
    /** Body without surrounding white space, if the response was complete. */
    body?: string;
    /** Reason of the failure: "timeout", "ECONNREFUSED", "status 503", … */
    error?: string;
}

/** All requests of a probe. */
export interface ProbeResult {
    /** Requests in the order of their start. */
    requests: ProbeRequest[];
    /** Requests without a complete response of status 200. */
    failed: ProbeRequest[];
    /** Longest time in milliseconds between the ends of two consecutive successes, or 0. */
    longestGap: number;
    /** Number of responses with each body. */
    bodyCounts: Record<string, number>;
}

/** A client in the lab that requests a URL at a steady pace and records the responses. */
export class Probe {
    private readonly requests: ProbeRequest[] = [];

    private constructor(private readonly child: ChildProcess) {}

    /** Start a probe. Return when its first request has ended. */
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

    /** All requests so far. */
    soFar(): ProbeResult {
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
            bodyCounts: byBody,
        };
    }

    /** Start no more requests, wait for the running ones, and return all. */
    async stop(): Promise<ProbeResult> {
        const closed = this.child.exitCode === null ? once(this.child, "close") : undefined;
        this.child.stdin!.end();
        await closed;
        return this.soFar();
    }
}
