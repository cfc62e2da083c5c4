import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import { exists } from "../../lab/cache";
import { UserError } from "../../lab/progress";
import { run } from "../../lab/run";

const binary = "/usr/sbin/sshd";

/** Hash (crypt(3)) of the password "sesame". */
const sesame =
    "$6$lvs$2cjXFxBYwEbPUYD7SbwMvVilc0hwz5WeH9sC09OC9kyrtaBgKSiMGvCtuF2wjDH9IpBK/mWzmPcmiru07XQGo/";

/** Login that each port of the server requires. The default is a key. */
const endpoints = {
    key: "",
    other: "",
    proxy: "",
    acceptEnv: "AcceptEnv GREETING PULUMI_COMMAND_STDOUT PULUMI_COMMAND_STDERR",
    password: "AuthenticationMethods password",
    keyboard: "AuthenticationMethods keyboard-interactive",
};

/** A port of the server. */
export type Endpoint = keyof typeof endpoints;

/** A key pair. The passphrase of an encrypted private key is "hush". */
interface KeyPair {
    private: string;
    public: string;
}

/** A real sshd on loopback with an SSH agent beside it. */
export interface Sshd {
    ports: Record<Endpoint, number>;
    keys: Record<"host" | "otherHost" | "user" | "encrypted" | "stranger", KeyPair>;
    agentSocket: string;
    /** Connection to a port that pins the host key and logs in by key, with changes. */
    connection(endpoint: Endpoint, changes?: Record<string, unknown>): Record<string, unknown>;
    /** Number of connections to each port since the last call. */
    connections(): Promise<Record<Endpoint, number>>;
    stop(): Promise<void>;
}

/**
 * Start the server in a mount namespace with its own passwords. The settings, keys and passwords of
 * this machine are not changed. `maxStartups` bounds the connections that have not logged in yet.
 */
export async function startSshd(dir: string, maxStartups = "200"): Promise<Sshd> {
    if (process.getuid?.() !== 0) {
        throw new UserError(
            "You are not root. The tests of the toolchain run their own sshd. Run them as root.",
        );
    }
    if (!(await exists(binary))) {
        throw new UserError(`${binary} is missing. Install the package openssh-server.`);
    }
    const keys = {
        host: await newKey(dir, "host"),
        otherHost: await newKey(dir, "otherHost"),
        user: await newKey(dir, "user"),
        encrypted: await newKey(dir, "encrypted", "hush"),
        stranger: await newKey(dir, "stranger"),
    };
    await run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", `${dir}/ecdsa`]);
    const ports = {} as Record<Endpoint, number>;
    for (const endpoint of endpointNames) ports[endpoint] = await freePort();
    await fs.writeFile(`${dir}/authorized`, `${keys.user.public}\n${keys.encrypted.public}\n`);
    await fs.writeFile(`${dir}/config`, serverConfig(dir, ports, maxStartups));
    await fs.writeFile(`${dir}/shadow`, `root:${sesame}:19000:0:99999:7:::\n`);
    await fs.writeFile(
        `${dir}/pam`,
        "auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n",
    );

    const start = [
        "mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd",
        // Keep the output free of messages from root's login files on this machine.
        "mount -t tmpfs tmpfs ~root",
        `mount --bind ${dir}/shadow /etc/shadow && mount --bind ${dir}/pam /etc/pam.d/sshd`,
        `exec setpriv --pdeathsig KILL ${binary} -D -f ${dir}/config -E ${dir}/log`,
    ];
    const server = spawn("unshare", ["--mount", "sh", "-c", start.join(" && ")]);
    const agentSocket = path.join(dir, "agent");
    const agent = spawn("setpriv", ["--pdeathsig", "KILL", "ssh-agent", "-D", "-a", agentSocket]);
    const stop = async () => {
        await Promise.all([server, agent].map(end));
    };
    try {
        await until("the SSH agent answers", () => exists(agentSocket));
        await run(["ssh-add", "-q", `${dir}/user`], { env: { SSH_AUTH_SOCK: agentSocket } });
        await until("sshd listens", async () => {
            const log = await fs.readFile(`${dir}/log`, "utf8").catch(() => "");
            return log.split("Server listening").length > endpointNames.length;
        });
    } catch (error) {
        await stop();
        throw error;
    }

    const connections = async () => {
        const log = await fs.readFile(`${dir}/log`, "utf8");
        await fs.truncate(`${dir}/log`);
        const accepted = [...log.matchAll(/^Connection from .* on .* port (\d+)/gm)];
        const at = (endpoint: Endpoint) =>
            accepted.filter((match) => match[1] === `${ports[endpoint]}`).length;
        return Object.fromEntries(
            endpointNames.map((endpoint) => [endpoint, at(endpoint)]),
        ) as typeof ports;
    };
    return {
        ports,
        keys,
        agentSocket,
        connection: (endpoint, changes = {}) => ({
            host: "127.0.0.1",
            port: ports[endpoint],
            privateKey: keys.user.private,
            hostKey: keys.host.public,
            // Failing connections must fail fast.
            dialErrorLimit: 1,
            ...changes,
        }),
        connections,
        stop,
    };
}

/** A free local port. */
export async function freePort(): Promise<number> {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as net.AddressInfo;
    server.close();
    await once(server, "close");
    return port;
}

/** Kill a process of a test if it is running, and wait for its end. */
export async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
}

/** Wait until a condition holds. Fails after ten seconds. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await holds())) {
        if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

const endpointNames = Object.keys(endpoints) as Endpoint[];

function serverConfig(dir: string, ports: Record<Endpoint, number>, maxStartups: string): string {
    return [
        "ListenAddress 127.0.0.1",
        ...endpointNames.map((endpoint) => `Port ${ports[endpoint]}`),
        `HostKey ${dir}/host`,
        // Clients prefer this key type: a client that pins the other type must request it.
        `HostKey ${dir}/ecdsa`,
        `AuthorizedKeysFile ${dir}/authorized`,
        "PidFile none",
        "LogLevel VERBOSE",
        `MaxStartups ${maxStartups}`,
        "PermitRootLogin yes",
        "StrictModes no",
        "UsePAM yes",
        "KbdInteractiveAuthentication yes",
        ...endpointNames
            .filter((endpoint) => endpoints[endpoint])
            .map((endpoint) => `Match LocalPort ${ports[endpoint]}\n    ${endpoints[endpoint]}`),
        "",
    ].join("\n");
}

async function newKey(dir: string, name: string, passphrase = ""): Promise<KeyPair> {
    const file = path.join(dir, name);
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", file]);
    return {
        private: await fs.readFile(file, "utf8"),
        public: (await fs.readFile(`${file}.pub`, "utf8")).trim(),
    };
}
