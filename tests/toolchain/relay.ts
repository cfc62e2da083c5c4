import { spawn } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { end } from "./sshd";

/** A local port that records connections, and closes or forwards them. */
export interface Relay {
    port: number;
    /** Times of the connections in milliseconds. */
    times: number[];
    /** Number of earlier connections that were open at each new connection. */
    open: number[];
    stop(): void;
}

/** Close the first `refused` connections, and forward the later ones to another port. */
export async function relay(refused: number, to: number): Promise<Relay> {
    const sockets = new Set<net.Socket>();
    const seen: Relay = { port: 0, times: [], open: [], stop: () => undefined };
    const server = net.createServer((socket) => {
        seen.times.push(performance.now());
        seen.open.push(sockets.size);
        if (seen.times.length <= refused) return socket.on("error", () => undefined).destroy();
        const onward = net.connect(to, "127.0.0.1");
        sockets.add(socket);
        for (const [one, other] of [[socket, onward] as const, [onward, socket] as const]) {
            one.on("error", () => undefined).on("close", () => other.destroy());
            one.pipe(other);
        }
        socket.on("close", () => sockets.delete(socket));
    });
    return listening(server, seen);
}

/** Accept connections, send nothing, and close them after some milliseconds. */
export async function silentServer(
    milliseconds: number,
): Promise<Relay & { durations: (number | undefined)[] }> {
    const seen = { port: 0, times: [], open: [], durations: [] as number[], stop: () => undefined };
    const server = net.createServer((socket) => {
        const start = performance.now();
        const hangUp = setTimeout(() => socket.destroy(), milliseconds);
        socket.resume().on("error", () => undefined);
        socket.on("close", () => {
            clearTimeout(hangUp);
            seen.durations.push(performance.now() - start);
        });
    });
    return listening(server, seen);
}

/** A port with a full queue: a connection is neither accepted nor refused. */
export async function fullQueue(): Promise<{ port: number; stop: () => Promise<void> }> {
    const listen =
        `const server = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, ` +
        `() => { console.log(server.address().port); process.kill(process.pid, "SIGSTOP"); })`;
    const child = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, "-e", listen]);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const port = Number(line.toString());
    const sockets = [1, 2, 3, 4].map(() => net.connect(port, "127.0.0.1"));
    sockets.forEach((socket) => socket.on("error", () => undefined));
    const stop = async () => {
        sockets.forEach((socket) => socket.destroy());
        await end(child);
    };
    return { port, stop };
}

async function listening<T extends Relay>(server: net.Server, seen: T): Promise<T> {
    const open = new Set<net.Socket>();
    server.on("connection", (socket) => open.add(socket.on("close", () => open.delete(socket))));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    seen.port = (server.address() as net.AddressInfo).port;
    seen.stop = () => {
        server.close();
        open.forEach((socket) => socket.destroy());
    };
    return seen;
}
