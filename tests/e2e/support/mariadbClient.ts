/**
 * Log in to MariaDB repeatedly on new connections and print the name of the server:
 * `mariadbClient.ts ADDRESS COUNT PORT`. Client ports count up from PORT, because a director sends
 * a reused port to the same server. The program runs on a lab's client and implements a minimum of
 * the protocol.
 */
import { connect } from "node:net";

const [address, count, firstPort] = process.argv.slice(2) as [string, string, string];

/**
 * Capabilities: protocol 4.1 with a hashed password, packets up to 16 MB, utf8mb4. The user has no
 * password.
 */
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
            // The first three bytes of a packet are the length of its body, after a header of four
            // bytes.
            if (received.length < 4 || received.length < 4 + received.readUIntLE(0, 3)) return;
            const reply = replies.shift();
            if (reply) {
                received = Buffer.alloc(0);
                socket.write(reply);
                return;
            }
            // A row with one field: its length and the name.
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
