import { createHash } from "node:crypto";
import { CliError } from "./cliError";
import { run } from "./run";

/** The key of a host's SSH server. */
export interface Scan {
    host: string;
    port: number;
    hostKey?: string;
}

/** Read `HOST` or `HOST:PORT`. An IPv6 address with a port needs brackets. */
export function parseTarget(target: string): { host: string; port: number } {
    const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):(\d+)$/.exec(target) ?? [];
    const host = six ?? four ?? target.replace(/^\[(.*)\]$/, "$1");
    if (host === "" || host.startsWith("-")) {
        throw new CliError(`"${target}" is not a host. Use HOST or HOST:PORT.`);
    }
    return { host, port: port === undefined ? 22 : Number(port) };
}

/** The kinds of keys, the best one first. A stack file has one key per host. */
const kinds = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ssh-rsa"];

/** Pick the best key that `ssh-keyscan` prints. Undefined if it prints none. */
export function bestKey(text: string): string | undefined {
    const keys = text.split("\n").flatMap((line) => {
        const [host, kind, key] = line.trim().split(/\s+/);
        return host && !host.startsWith("#") && kind && key ? [{ kind, key }] : [];
    });
    const rank = ({ kind }: { kind: string }) => kinds.indexOf(kind) + 1 || kinds.length + 1;
    const [best] = keys.sort((one, other) => rank(one) - rank(other));
    return best && `${best.kind} ${best.key}`;
}

/** Fetch the keys of all hosts at the same time. */
export async function scan(targets: { host: string; port: number }[]): Promise<Scan[]> {
    return Promise.all(
        targets.map(async ({ host, port }) => {
            const command = ["ssh-keyscan", "-T", "5", "-p", String(port), host];
            const { stdout } = await run(command, { deadline: 15 }).catch(() => {
                throw new CliError("ssh-keyscan does not start. Install OpenSSH.");
            });
            return { host, port, hostKey: bestKey(stdout) };
        }),
    );
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
