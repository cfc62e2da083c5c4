/**
 * A client with a steady pace: `probeClient.ts URL INTERVAL TIMEOUT`, both in milliseconds. It
 * starts a request on a new connection every INTERVAL, however slow the responses are. It prints
 * each request as a line of JSON (ProbeRequest) when the request has ended. It stops when its input
 * ends.
 */
import { get } from "node:http";
import type { ProbeRequest } from "./probe";

const [url, interval, timeout] = process.argv.slice(2) as [string, string, string];
const intervalMs = Number(interval);
const timeoutMs = Number(timeout);
const now = () => performance.timeOrigin + performance.now();
let stopped = false;

function request(): void {
    const at = now();
    const end = (outcome: Omit<ProbeRequest, "at" | "ms">) => {
        clearTimeout(timer);
        const line: ProbeRequest = { at, ms: now() - at, ...outcome };
        process.stdout.write(`${JSON.stringify(line)}\n`);
    };
    const sent = get(url, { agent: false }, (response) => {
        const status = response.statusCode;
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => {
            end(
                status === 200
                    ? { status, body: body.trim() }
                    : { status, error: `status ${status}` },
            );
        });
        response.on("error", (error) => end({ status, error: reason(error) }));
    });
    let answered = false;
    sent.on("response", () => (answered = true));
    // The response reports errors that happen after it began.
    sent.on("error", (error) => answered || end({ error: reason(error) }));
    const timer = setTimeout(() => sent.destroy(new Error("timeout")), timeoutMs);
}

function reason(error: NodeJS.ErrnoException): string {
    return error.code ?? error.message;
}

/** Count from the first request, so that one late request does not delay all later ones. */
function keepPace(start: number, count: number): void {
    if (stopped) return;
    request();
    const next = start + (count + 1) * intervalMs;
    setTimeout(() => keepPace(start, count + 1), Math.max(0, next - performance.now()));
}

process.stdin.resume().on("end", () => (stopped = true));
keepPace(performance.now(), 0);
