/**
 * A client with a steady pace, started by `Traffic` on the lab's client: `clients.ts KIND HOST
 * PORT`. Slow answers do not change the pace. It prints its observations as lines of JSON
 * (TrafficEvent), and ends cleanly when its input ends.
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { TrafficEvent } from "./traffic";

const [kind, host, portText] = process.argv.slice(2) as [keyof typeof clients, string, string];
const port = Number(portText);
const now = () => performance.timeOrigin + performance.now();
const print = (event: TrafficEvent) => process.stdout.write(`${JSON.stringify(event)}\n`);
let stopped = false;

/** The kernel retransmits a lost line at growing intervals. Eight seconds bridge a gap of four. */
const lineTimeoutMs = 15_000;
/** A busy machine may pause for more than a second: a late answer is not a lost one. */
const datagramTimeoutMs = 3000;

const clients = {
    /** Three lasting connections, each reopened only when it is lost. */
    long: () => [1, 2, 3].forEach(() => keepOpen()),

    /** Connections of four seconds. A new one starts every half second. */
    session: () => keepPace(500, () => hold({ forMs: 4000 })),

    /** Datagrams of one flow. */
    datagram: () => sendDatagrams(),
};

function keepOpen(): void {
    hold({ lost: () => setTimeout(() => stopped || keepOpen(), 200) });
}

/** A connection that sends a line every 200 ms. The server answers with its name and the line. */
function hold({ forMs, lost }: { forMs?: number; lost?: () => void }): void {
    const began = now();
    const asked = new Map<string, number>();
    let from: string | undefined;
    let received = "";
    let count = 0;
    let over = false;
    const socket = connect({ host, port, noDelay: true });

    const end = (how: string) => {
        if (over) return;
        over = true;
        clearInterval(pace);
        clearTimeout(life);
        for (const at of asked.values()) print({ at, ms: now() - at, error: how });
        print({ at: began, ms: now() - began, from, ended: how });
        socket.destroy();
        if (how !== "done") lost?.();
    };
    const ask = () => {
        const [oldest] = asked.values();
        if (oldest !== undefined && now() - oldest > lineTimeoutMs) return end("timeout");
        asked.set(String(count), now());
        socket.write(`${count++}\n`);
    };
    const finish = () => {
        clearInterval(pace);
        clearTimeout(life);
        const wait = setInterval(() => {
            const [oldest] = asked.values();
            if (oldest === undefined) end("done");
            else if (now() - oldest > lineTimeoutMs) end("timeout");
            if (over) clearInterval(wait);
        }, 50);
    };
    const pace = setInterval(() => (stopped ? finish() : ask()), 200);
    const life = forMs === undefined ? undefined : setTimeout(finish, forMs);
    ask();

    socket.setEncoding("utf8").on("data", (text: string) => {
        const lines = (received + text).split("\n");
        received = lines.pop()!;
        for (const line of lines) {
            const [name, number] = line.split(" ") as [string, string];
            const at = asked.get(number)!;
            asked.delete(number);
            from = name;
            print({ at, ms: now() - at, from });
        }
    });
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on("close", () => end("closed"));
}

function sendDatagrams(): void {
    const asked = new Map<string, number>();
    const socket = createSocket("udp4");
    socket.on("message", (message) => {
        const [from, number] = message.toString().trim().split(" ") as [string, string];
        const at = asked.get(number);
        if (at === undefined) return;
        asked.delete(number);
        print({ at, ms: now() - at, from });
    });
    // The error does not say which datagram was refused. Each fails by its timeout.
    socket.on("error", () => undefined);
    socket.connect(port, host);
    socket.on("connect", () => {
        let count = 0;
        keepPace(100, () => {
            const number = String(count++);
            const at = now();
            asked.set(number, at);
            socket.send(`${number}\n`, () => undefined);
            setTimeout(() => {
                if (asked.delete(number)) print({ at, ms: now() - at, error: "timeout" });
            }, datagramTimeoutMs);
        });
    });
    process.stdin.on("end", () => {
        const wait = setInterval(() => {
            if (asked.size > 0) return;
            clearInterval(wait);
            socket.close();
        }, 50);
    });
}

/** Count from the first time, so that one late call does not delay all later ones. */
function keepPace(intervalMs: number, work: () => void): void {
    const start = performance.now();
    const step = (count: number) => {
        if (stopped) return;
        work();
        const at = start + (count + 1) * intervalMs;
        setTimeout(() => step(count + 1), Math.max(0, at - performance.now()));
    };
    step(0);
}

process.stdin.resume().on("end", () => (stopped = true));
clients[kind]();
