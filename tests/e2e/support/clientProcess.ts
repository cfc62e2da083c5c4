/**
 * A client that keeps its connections open, started by `Client` on the lab's client. Each line of
 * its input is a request in JSON and is answered with a line of JSON before the next one is read.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

const timeoutMs = 5000;
const connections: Socket[] = [];

const requests = {
    /** Open a connection, optionally from a certain address. Return its number. */
    async open({ host, port, from }: { host: string; port: number; from?: string }) {
        const socket = connect({ host, port, localAddress: from });
        socket.setTimeout(timeoutMs, () => socket.destroy(new Error("timeout")));
        await once(socket, "connect");
        // An unhandled error event would end the process.
        socket.setTimeout(0).on("error", () => undefined);
        return connections.push(socket) - 1;
    },

    /** Request the page on an open connection and keep the connection open. */
    async ask({ connection }: { connection: number }) {
        const socket = connections[connection]!;
        // The server may have closed it since the last request.
        if (socket.destroyed) throw new Error("closed");
        const failed = once(socket, "close").then(() => Promise.reject(new Error("closed")));
        failed.catch(() => undefined);
        let answer = "";
        const answered = new Promise<string>((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("timeout")), timeoutMs);
            socket.on("error", reject).on("data", (data) => {
                answer += String(data);
                const [head, body = ""] = answer.split("\r\n\r\n");
                const length = /^content-length: (\d+)/im.exec(head!)?.[1];
                if (length === undefined || body.length < Number(length)) return;
                clearTimeout(timer);
                socket.removeAllListeners("data").removeListener("error", reject);
                resolve(body.trim());
            });
        });
        socket.write("GET / HTTP/1.1\r\nHost: lab\r\n\r\n");
        return Promise.race([answered, failed]);
    },

    /** Close a connection. */
    async close({ connection }: { connection: number }) {
        const socket = connections[connection]!;
        if (socket.destroyed) return;
        const closed = once(socket, "close");
        socket.destroy();
        await closed;
    },

    /** Query a name server several times from one port. */
    async resolve({ host, port, count }: { host: string; port: number; count: number }) {
        const socket = createSocket("udp4");
        const answers: string[] = [];
        for (let id = 1; id <= count; id++) {
            const head = [0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
            const name = ["\x03who\x03lab\0", "\0\x10\0\x01"].map((part) => Buffer.from(part));
            const answer = once(socket, "message", { signal: AbortSignal.timeout(timeoutMs) });
            socket.send([Buffer.from(head), ...name], port, host);
            const [message] = (await answer) as [Buffer];
            answers.push(/RS\d/.exec(message.toString("latin1"))?.[0] ?? "nothing");
        }
        socket.close();
        return answers;
    },
};

async function main(): Promise<void> {
    for await (const line of createInterface(process.stdin)) {
        const [name, options] = JSON.parse(line) as [keyof typeof requests, unknown];
        const answer = await (requests[name] as (given: unknown) => Promise<unknown>)(options).then(
            (value) => ({ value }),
            (error: NodeJS.ErrnoException) => ({ error: error.code ?? error.message }),
        );
        process.stdout.write(`${JSON.stringify(answer)}\n`);
    }
    process.exit();
}

void main();
