/**
 * Serves the files of a folder over HTTP: `packageServer.ts FOLDER ADDRESS`. It runs in a lab's
 * namespace, where hosts get their packages from it, and logs a line for each request.
 */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import * as path from "node:path";

const [folder, address] = process.argv.slice(2) as [string, string];

const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url ?? "/").replace(/^(\/|\.\/)+/, "");
    const file = path.join(folder, name);
    const stat = name.includes("/") ? undefined : statSync(file, { throwIfNoEntry: false });
    const found = stat?.isFile() ?? false;
    console.log(found ? 200 : 404, request.socket.remoteAddress, request.url);
    if (!stat || !found) return void response.writeHead(404).end();
    response.writeHead(200, {
        "content-length": stat.size,
        "last-modified": stat.mtime.toUTCString(),
    });
    if (request.method === "HEAD") return void response.end();
    createReadStream(file).pipe(response);
});
server.listen(80, address, () => console.log("listening"));
