import { createHash } from "node:crypto";
import { Refusal } from "./refusal";
import { run } from "./run";

/** What a host's SSH server says its key is. */
export interface Scan {
    host: string;
    port: number;
    hostKey?: string;
}

/** `HOST` or `HOST:PORT`; an IPv6 address with a port stands in brackets. */
export function parseTarget(target: string): { host: string; port: number } {
    const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):(\d+)$/.exec(target) ?? [];
    const host = six ?? four ?? target.replace(/^\[(.*)\]$/, "$1");
    if (host === "" || host.startsWith("-")) {
        throw new Refusal(`"${target}" is not a host: give HOST or HOST:PORT`);
    }
    return { host, port: port === undefined ? 22 : Number(port) };
}

/** The kinds of keys, the best one first: what stands in a stack file is one key. */
const kinds = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ssh-rsa"];

/** The key to pin among what `ssh-keyscan` prints; nothing when the host said none. */
export function bestKey(text: string): string | undefined {
    const keys = text.split("\n").flatMap((line) => {
        const [host, kind, key] = line.trim().split(/\s+/);
        return host && !host.startsWith("#") && kind && key ? [{ kind, key }] : [];
    });
    const rank = ({ kind }: { kind: string }) => kinds.indexOf(kind) + 1 || kinds.length + 1;
    const [best] = keys.sort((one, other) => rank(one) - rank(other));
    return best && `${best.kind} ${best.key}`;
}

/** Asks each host for its key, all at once. */
export async function scan(targets: { host: string; port: number }[]): Promise<Scan[]> {
    return Promise.all(
        targets.map(async ({ host, port }) => {
            const command = ["ssh-keyscan", "-T", "5", "-p", String(port), host];
            const { stdout } = await run(command, { deadline: 15 }).catch(() => {
                throw new Refusal("ssh-keyscan cannot be started: it comes with OpenSSH");
            });
            return { host, port, hostKey: bestKey(stdout) };
        }),
    );
}

/** Lines of a stack file, each key under a comment with what to compare it with. */
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

/** As ssh-keygen prints it. */
function fingerprint(key: string): string {
    const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
    return `SHA256:${digest.replace(/=+$/, "")}`;
}
