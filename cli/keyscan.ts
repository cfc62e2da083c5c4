import { createHash } from "node:crypto";
import { hostKeyKinds } from "../host/connection";
import { quote } from "../lvs/problems";
import { CliError } from "./cliError";
import { run } from "./run";

/** The key of a host's SSH server. */
export interface Scan {
    host: string;
    port: number;
    hostKey?: string;
    /** Why there is no key. */
    problem?: string;
}

/** Read `HOST` or `HOST:PORT`. An IPv6 address with a port needs brackets. */
export function parseTarget(target: string): { host: string; port: number } {
    const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):(\d+)$/.exec(target) ?? [];
    const host = six ?? four ?? target.replace(/^\[(.*)\]$/, "$1");
    if (host === "" || host.startsWith("-")) {
        throw new CliError(`${quote(target)} is not a host. Use HOST or HOST:PORT.`);
    }
    if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
        throw new CliError(`${quote(target)}: ${port} is not a port. Use 1 to 65535.`);
    }
    return { host, port: port === undefined ? 22 : Number(port) };
}

/** Bytes that ssh-keyscan may print about one host. */
const mostBytes = 64 * 1024;

/** Pick the best key that `ssh-keyscan` prints, by the order of `hostKeyKinds`. Undefined if it prints none of them. */
export function bestKey(text: string): string | undefined {
    const keys = text.split("\n").flatMap((line) => {
        const [, kind, key] = /^\S+ ([a-z0-9-]+) ([A-Za-z0-9+/]+=*)$/.exec(line.trim()) ?? [];
        return kind === undefined ? [] : [[kind, key]];
    });
    return hostKeyKinds
        .flatMap((kind) => keys.filter(([found]) => found === kind))
        .map((words) => words.join(" "))[0];
}

/** Fetch the keys of all hosts at the same time. */
export async function scan(targets: { host: string; port: number }[]): Promise<Scan[]> {
    return Promise.all(
        targets.map(async ({ host, port }) => {
            const command = ["ssh-keyscan", "-T", "5", "-p", String(port), host];
            const limits = { deadline: 15, most: mostBytes };
            const { stdout, isFlood } = await run(command, limits).catch(() => {
                throw new CliError("ssh-keyscan does not start. Install OpenSSH.");
            });
            const hostKey = isFlood ? undefined : bestKey(stdout);
            return { host, port, hostKey, problem: problemOf(hostKey, stdout) };
        }),
    );
}

/** Say why a host has no key for a stack file. */
function problemOf(hostKey: string | undefined, stdout: string): string | undefined {
    if (hostKey !== undefined) return undefined;
    if (stdout.trim() === "") return "no SSH server answered";
    return `the host has none of the keys ${hostKeyKinds.join(", ")}. Run ssh-keygen -A on it.`;
}

/** Print lines for a stack file, each key below a comment with its fingerprint. */
export function keyLines(scans: Scan[]): string[] {
    return scans.flatMap(({ host, port, hostKey }) => {
        if (hostKey === undefined) return [];
        const [kind, key] = hostKey.split(" ") as [string, string];
        const file = kind.replace(/^ssh-|-sha2.*$/g, "");
        return [
            `      # ${fingerprint(key)}`,
            `      # compare on the host: ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub`,
            `      host: ${host.includes(":") ? JSON.stringify(host) : host}`,
            ...(port === 22 ? [] : [`      port: ${port}`]),
            `      hostKey: ${hostKey}`,
        ];
    });
}

/** Compute a fingerprint as ssh-keygen prints it. */
function fingerprint(key: string): string {
    const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
    return `SHA256:${digest.replace(/=+$/, "")}`;
}
