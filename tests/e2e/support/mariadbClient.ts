/**
 * Logs in to MariaDB time and again, each time on a new connection, and asks for the name of the
 * server: `mariadbClient.ts ADDRESS COUNT PORT` prints a name a line. Each connection comes from a
 * port of its own, from PORT on: a director sends a port that comes again to the server that it had
 * before. It runs on a lab's client, and knows as much of the protocol as that takes.
 */
import { connect } from "node:net";

const [address, count, firstPort] = process.argv.slice(2) as [string, string, string];

/** Protocol 4.1 with a hashed password, packets up to 16 MB, utf8mb4; then the user, no password. */
const capabilities = Buffer.alloc(32);
capabilities.writeUInt32LE(0x8200, 0);
capabilities.writeUInt32LE(0xffffff, 4);
capabilities.writeUInt8(45, 8);
const login = packet(1, Buffer.concat([capabilities, Buffer.from("monitor\0\0")]));
const query = packet(0, Buffer.from("\x03SELECT @@hostname"));
const quit = packet(0, Buffer.from([1]));

function packet(sequence: number, body: Buffer): Buffer {
    return Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]);
}

function ask(localPort: number): Promise<string> {
    return new Promise((resolve, reject) => {
        // The server speaks first.
        const replies = [login, query];
        let received = Buffer.alloc(0);
        const socket = connect({ host: address, port: 3306, localPort });
        socket.setTimeout(5000, () => socket.destroy(new Error("no answer")));
        socket.on("error", reject);
        socket.on("close", () =>
            reject(new Error(`no name in ${JSON.stringify(received.toString())}`)),
        );
        socket.on("data", (data) => {
            received = Buffer.concat([received, data]);
            // A packet begins with the length of what follows its first four bytes.
            if (received.length < 4 || received.length < 4 + received.readUIntLE(0, 3)) return;
            const reply = replies.shift();
            if (reply) {
                received = Buffer.alloc(0);
                socket.write(reply);
                return;
            }
            // A row of one field: its length, and the name.
            const name = /\x03(my\d)/.exec(received.toString("latin1"))?.[1];
            if (name === undefined) return;
            resolve(name);
            socket.end(quit);
        });
    });
}

void (async () => {
    for (let number = 0; number < Number(count); number++) {
        console.log(await ask(Number(firstPort) + number));
    }
})();
