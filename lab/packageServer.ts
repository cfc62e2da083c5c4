/**
 * Serve packages over HTTP: `packageServer.ts ADDRESS,… SUITE=FOLDER …`. The server runs in the
 * namespace of a lab. Hosts get the packages of their suite at http://ADDRESS/SUITE/. Each request
 * is logged as one line.
 */
import { once } from "node:events";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import * as path from "node:path";

const [addresses, ...suites] = process.argv.slice(2) as [string, ...string[]];
const files = new Map(suites.flatMap(filesOf));

/** Files of a suite by their URL paths. */
function filesOf(argument: string): [string, string][] {
    const [suite, folder] = argument.split("=") as [string, string];
    const names = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
    return names.map((name) => [`/${suite}/${name}`, path.join(folder, name)]);
}

const answer: RequestListener = (request, response) => {
    // apt requests "/bookworm/./Packages".
    const file = files.get(path.posix.normalize(decodeURIComponent(request.url ?? "/")));
    console.log(file ? 200 : 404, request.socket.remoteAddress, request.url);
    if (!file) return void response.writeHead(404).end();
    const stat = statSync(file);
    response.writeHead(200, {
        "content-length": stat.size,
        "last-modified": stat.mtime.toUTCString(),
    });
    if (request.method === "HEAD") return void response.end();
    createReadStream(file).pipe(response);
};

const servers = addresses.split(",").map((address) => createServer(answer).listen(80, address));
void Promise.all(servers.map((server) => once(server, "listening"))).then(() =>
    console.log("listening"),
);
