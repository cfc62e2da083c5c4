import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { ClusterHost } from "./inventory";
import { type Outcome, run } from "./run";
import { Refusal } from "./refusal";

/** What came of asking a host: what it printed, or why there is nothing. */
export interface Answer {
    host: ClusterHost;
    text?: string;
    problem?: string;
}

export interface SshOptions {
    /** The command to log in with, and options for it: `ssh -F file`. */
    ssh: string;
    /** Seconds that a host has to answer in full. */
    timeout: number;
}

/** A script for a host, and the word that it is started with. */
export interface Question {
    script: string;
    verb: string;
}

/** Puts a question to each host, all at once and over one connection each. */
export class Ssh {
    /** Each host has a number, for the names of its files. */
    private readonly numbers = new Map<ClusterHost, number>();

    private constructor(
        private readonly options: SshOptions,
        private readonly dir: string,
        private readonly lasts: boolean,
    ) {}

    /** `use` has an `Ssh` whose files are gone afterwards. One that lasts keeps its connections open. */
    static async with<T>(
        options: SshOptions,
        use: (ssh: Ssh) => Promise<T>,
        { lasts = false } = {},
    ): Promise<T> {
        const dir = await fs.mkdtemp(path.join(os.tmpdir(), "lvs-"));
        try {
            return await use(new Ssh(options, dir, lasts));
        } finally {
            await fs.rm(dir, { recursive: true });
        }
    }

    /** The hosts' answers, in the order of the hosts. */
    async ask(hosts: ClusterHost[], question: (place: number) => Question): Promise<Answer[]> {
        return Promise.all(hosts.map((host, place) => this.askOne(host, question(place))));
    }

    private async askOne(host: ClusterHost, { script, verb }: Question): Promise<Answer> {
        const { timeout } = this.options;
        const command = await this.command(host, verb);
        const outcome = await run(command, { stdin: script, deadline: timeout }).catch(
            (error: Error) => {
                throw new Refusal(`${command[0]} cannot be started: ${error.message}`);
            },
        );
        if (outcome.status === 0) return { host, text: harmless(outcome.stdout) };
        return { host, problem: harmless(explained(host, outcome, timeout)) };
    }

    private async command(host: ClusterHost, verb: string): Promise<string[]> {
        const { ssh, timeout } = this.options;
        const { port, user, name, hostKey } = host;
        const number = this.numbers.get(host) ?? this.numbers.size;
        this.numbers.set(host, number);
        const seconds = Math.min(5, timeout);
        const options = ["BatchMode=yes", `ConnectTimeout=${seconds}`, ...this.sharing(number)];
        if (hostKey !== "") options.push(...(await this.pinned(name, hostKey, number)));
        return [
            ...ssh.split(/\s+/).filter(Boolean),
            ...options.flatMap((option) => ["-o", option]),
            ...(port === undefined ? [] : ["-p", String(port)]),
            ...(user === undefined ? [] : ["-l", user]),
            "--",
            host.host,
            shell(`timeout -k 5 ${timeout} sh -s ${verb}`, user),
        ];
    }

    /** Options by which later questions go over the connection of the first one. */
    private sharing(number: number): string[] {
        const socket = path.join(this.dir, String(number));
        // The name of a socket has 107 bytes at most, and ssh adds 17 while it makes one.
        if (!this.lasts || Buffer.byteLength(socket) > 90) return [];
        return [
            "ControlMaster=auto",
            `ControlPath=${socket}`,
            "ControlPersist=30",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=2",
        ];
    }

    /** Options by which the host has to have this key. */
    private async pinned(name: string, hostKey: string, number: number): Promise<string[]> {
        const file = path.join(this.dir, `known_hosts${number}`);
        await fs.writeFile(file, `${name} ${hostKey}\n`);
        return [
            `HostKeyAlias=${name}`,
            `UserKnownHostsFile=${file}`,
            "GlobalKnownHostsFile=/dev/null",
            "StrictHostKeyChecking=yes",
            "UpdateHostKeys=no",
        ];
    }
}

/** A host that somebody else has taken over must not steer the terminal of who looks at it. */
export function harmless(text: string): string {
    return text.replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
}

function shell(script: string, user: string | undefined): string {
    if (user === "root") return script;
    if (user !== undefined) return `sudo -n ${script}`;
    return `sh -c 'test "$(id -u)" = 0 || exec sudo -n ${script}; exec ${script}'`;
}

/** Why a host has not answered, and what can be done. */
export function explained(
    { host, port, user, hostKey }: ClusterHost,
    { status, stderr }: Outcome,
    timeout: number,
): string {
    if (status === undefined) return `has not answered within ${timeout} s`;
    const lines = stderr.trim().split("\n").filter(Boolean);
    const last = lines.at(-1) ?? "";
    const where = port === 22 || port === undefined ? host : `${host}:${port}`;
    const login = `ssh ${where === host ? "" : `-p ${port} `}${user === undefined ? "" : `${user}@`}${host}`;
    if (/Host key verification failed/.test(stderr)) {
        return hostKey === ""
            ? `ssh does not know its host key: log in by hand once, or give hostKey (\`lvs keyscan ${where}\`)`
            : `its host key is not the one in the stack: compare with \`lvs keyscan ${where}\``;
    }
    if (/Permission denied \(/.test(stderr)) {
        return `does not let you in: \`${login}\` has to work without a password`;
    }
    if (/^sudo: /m.test(stderr))
        return `needs sudo without a password for ${user ?? "you"} (${last})`;
    // ssh has 255 for itself; 124 is that of `timeout`.
    if (status === 255) return `cannot be reached: ${last.replace(/^ssh: /, "")}`;
    if (status === 124) return `has not answered within ${timeout} s`;
    return `the look at it failed (status ${status}): ${last}`;
}
