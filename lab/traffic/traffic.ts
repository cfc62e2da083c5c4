import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { type Lab, waitUntil } from "../lab";
import type { Probe } from "../probe";
import { nodeCommand } from "../run";
import { vip } from "../article";
import { ports, virtualRouterId } from "./cluster";

/** One observation of a client. */
export interface TrafficEvent {
    /** Start in milliseconds since 1970. */
    at: number;
    /** Duration in milliseconds. */
    ms: number;
    /** Sender of the answer. */
    from?: string;
    /** Reason why no answer came. */
    error?: string;
    /** End of a whole connection: "done" if it was closed cleanly. */
    ended?: string;
}

/** Observations of the clients of one kind. */
export interface ClientResult {
    /** Requests in the order of their start. */
    requests: TrafficEvent[];
    failed: TrafficEvent[];
    /** Connections that did not end cleanly. */
    lost: TrafficEvent[];
    /** Longest time in milliseconds between the ends of two consecutive successes, or 0. */
    longestGap: number;
}

/** New connections, lasting connections, connections of some seconds, and a flow of datagrams. */
export const kinds = ["fresh", "long", "session", "datagram"] as const;
export type Kind = (typeof kinds)[number];

export interface Observation extends Record<Kind, ClientResult> {
    /** Senders of VRRP adverts, one entry for each change. */
    activeDirectors: TrafficEvent[];
}

/** Clients of every kind in the lab, and a listener for the directors' adverts. */
export class Traffic {
    private final?: Promise<Observation>;

    private constructor(
        private readonly probe: Probe,
        private readonly clients: Record<Exclude<Kind, "fresh">, Client>,
        private readonly adverts: Client,
    ) {}

    /** Start all clients. Return when each has had some answers. */
    static async start(lab: Lab): Promise<Traffic> {
        const spawn = (command: string[]) =>
            new Client(lab.spawn(command, { stdio: ["pipe", "pipe", "inherit"] }));
        const start = (kind: Kind, port: number) =>
            spawn([...nodeCommand("traffic/clients.ts"), kind, vip, String(port)]);
        const long = start("long", ports.lines);
        // Lasting connections start first, so that each gets a different server.
        await waitUntil(
            "answers on the lasting connections",
            30_000,
            () => long.events.length >= 3,
        );
        const listener = path.join(__dirname, "adverts.pl");
        const traffic = new Traffic(
            await lab.probe(`http://${vip}/`, { intervalMs: 50, timeoutMs: 5000 }),
            {
                long,
                session: start("session", ports.lines),
                datagram: start("datagram", ports.datagrams),
            },
            spawn(["perl", listener, lab.client.address, String(virtualRouterId)]),
        );
        // After four seconds of lines, the sync daemon has sent all lasting connections to the
        // backup.
        await waitUntil("answers to every client", 30_000, () => {
            const seen = traffic.soFar();
            return (
                seen.activeDirectors.length > 0 &&
                seen.long.requests.length >= 60 &&
                kinds.every((kind) => successes(seen[kind].requests.slice(-10)).length === 10)
            );
        });
        return traffic;
    }

    /** All observations so far. */
    soFar(): Observation {
        const { requests } = this.probe.soFar();
        return {
            fresh: resultOf(
                requests.map(({ at, ms, body, error = wrongPage(body) }) => ({
                    at,
                    ms,
                    from: body,
                    error,
                })),
            ),
            long: resultOf(this.clients.long.events),
            session: resultOf(this.clients.session.events),
            datagram: resultOf(this.clients.datagram.events),
            activeDirectors: senderChanges(this.adverts.events),
        };
    }

    /** Stop all clients, wait for running requests, and return all observations. */
    stop(): Promise<Observation> {
        const all = [this.adverts, ...Object.values(this.clients)];
        this.final ??= Promise.all([this.probe.stop(), ...all.map((client) => client.stop())]).then(
            () => this.soFar(),
        );
        return this.final;
    }
}

/** A process that prints observations. */
class Client {
    readonly events: TrafficEvent[] = [];

    constructor(private readonly child: ChildProcess) {
        const lines = createInterface(child.stdout!);
        lines.on("line", (line) => this.events.push(JSON.parse(line) as TrafficEvent));
    }

    async stop(): Promise<void> {
        const closed = this.child.exitCode === null ? once(this.child, "close") : undefined;
        this.child.stdin!.end();
        await closed;
    }
}

/** A director without an IPVS table may answer with its own web server. That is a failure. */
function wrongPage(body = ""): string | undefined {
    return /^(RS\d|SORRY)\b/.test(body) ? undefined : "a page of no real server";
}

function successes(requests: TrafficEvent[]): TrafficEvent[] {
    return requests.filter(({ error }) => error === undefined);
}

function resultOf(events: TrafficEvent[]): ClientResult {
    const requests = events.filter(({ ended }) => ended === undefined);
    requests.sort((a, b) => a.at - b.at);
    const ends = successes(requests).map(({ at, ms }) => at + ms);
    ends.sort((a, b) => a - b);
    return {
        requests,
        failed: requests.filter(({ error }) => error !== undefined),
        lost: events.filter(({ ended = "done" }) => ended !== "done"),
        longestGap: Math.max(0, ...ends.slice(1).map((end, index) => end - ends[index]!)),
    };
}

function senderChanges(adverts: TrafficEvent[]): TrafficEvent[] {
    return adverts.filter(({ from }, index) => from !== adverts[index - 1]?.from);
}
