import { spawn } from "node:child_process";
import { once } from "node:events";
import * as net from "node:net";
import { end } from "./sshd";

/** A port of loopback that watches who comes, and hangs up or lets through. */
export interface Relay {
    port: number;
    /** When each connection came, in milliseconds. */
    came: number[];
    /** How many of those before were still open when each connection came. */
    open: number[];
    stop(): void;
}

/** Hangs up on the first `refused` connections and passes the rest on to another port. */
export async function relay(refused: number, to: number): Promise<Relay> {
    const sockets = new Set<net.Socket>();
    const seen: Relay = { port: 0, came: [], open: [], stop: () => undefined };
    const server = net.createServer((socket) => {
        seen.came.push(performance.now());
        seen.open.push(sockets.size);
        if (seen.came.length <= refused) return socket.on("error", () => undefined).destroy();
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

/** Takes connections, says nothing, and hangs up after some milliseconds. */
export async function silent(
    milliseconds: number,
): Promise<Relay & { stayed: (number | undefined)[] }> {
    const seen = { port: 0, came: [], open: [], stayed: [] as number[], stop: () => undefined };
    const server = net.createServer((socket) => {
        const start = performance.now();
        const hangUp = setTimeout(() => socket.destroy(), milliseconds);
        socket.resume().on("error", () => undefined);
        socket.on("close", () => {
            clearTimeout(hangUp);
            seen.stayed.push(performance.now() - start);
        });
    });
    return listening(server, seen);
}

/** A port whose queue is full: a connection to it is neither taken nor refused. */
export async function full(): Promise<{ port: number; stop: () => Promise<void> }> {
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
