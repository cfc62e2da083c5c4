import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { printableLines } from "../lvs/printable";
import { CliError } from "./cliError";
import type { ClusterHost } from "./inventory";
import { type Outcome, run } from "./run";
import { shortened } from "./text";

/** Bytes of an answer. A report about 4000 real servers in five services has half of that. */
const mostBytes = 8 * 1024 * 1024;
/** Lines of an answer. */
const mostLines = 100_000;

/** Output of a host, or the reason why it has none. */
export interface Answer {
    host: ClusterHost;
    text?: string;
    problem?: string;
}

export interface SshOptions {
    /** The command to log in with, and options for it: `ssh -F file`. */
    ssh: string;
    /** Seconds within which a host must answer. */
    timeout: number;
}

/** A script for a host, and its argument. */
export interface Question {
    script: string;
    verb: string;
}

/** Run a question on all hosts at the same time, over one connection each. */
export class Ssh {
    /** A number for each host, for the names of its files. */
    private readonly numbers = new Map<ClusterHost, number>();

    private constructor(
        private readonly options: SshOptions,
        private readonly dir: string,
        private readonly lasts: boolean,
    ) {}

    /** Call `use` with an `Ssh`, and delete its files afterwards. With `lasts` the connections stay open meanwhile. */
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

    /** Run a question on hosts, and return the answers in the order of the hosts. */
    async ask(hosts: ClusterHost[], question: (place: number) => Question): Promise<Answer[]> {
        return Promise.all(hosts.map((host, place) => this.askOne(host, question(place))));
    }

    private async askOne(host: ClusterHost, { script, verb }: Question): Promise<Answer> {
        const { timeout } = this.options;
        const command = await this.command(host, verb);
        const limits = { deadline: timeout, most: mostBytes };
        const outcome = await run(command, { stdin: script, ...limits }).catch((error: Error) => {
            throw new CliError(`${command[0]} does not start: ${error.message}`);
        });
        return answerOf(host, outcome, timeout);
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

    /** Let later questions use the connection of the first one. */
    private sharing(number: number): string[] {
        const socket = path.join(this.dir, String(number));
        // The name of a socket has at most 107 bytes, and ssh appends 17 for a moment.
        if (!this.lasts || Buffer.byteLength(socket) > 90) return [];
        return [
            "ControlMaster=auto",
            `ControlPath=${socket}`,
            "ControlPersist=30",
            "ServerAliveInterval=5",
            "ServerAliveCountMax=2",
        ];
    }

    /** Accept no other key of the host than this one. */
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

/**
 * Read what a host has sent, or say why it has not answered. A compromised host must not steer the
 * user's terminal, so characters that nobody sees are escaped.
 */
export function answerOf(host: ClusterHost, outcome: Outcome, timeout: number): Answer {
    if (outcome.status !== 0) {
        return { host, problem: printableLines(explainFailure(host, outcome, timeout)) };
    }
    const text = printableLines(outcome.stdout);
    const lines = text.split("\n");
    if (lines.length > mostLines) return { host, problem: tooMuch(`${mostLines} lines`) };
    const end = lines.indexOf("end");
    if (end >= 0) return { host, text: `${lines.slice(0, end).join("\n")}\n` };
    const what = text === "" ? "nothing" : "a report without its end";
    return { host, problem: `has sent ${what}. Look at what its login runs.` };
}

function tooMuch(limit: string): string {
    return `has sent more than ${limit}, so \`lvs\` reads none of it. Look at what its login prints.`;
}

function shell(script: string, user: string | undefined): string {
    if (user === "root") return script;
    if (user !== undefined) return `sudo -n ${script}`;
    return `sh -c 'test "$(id -u)" = 0 || exec sudo -n ${script}; exec ${script}'`;
}

/** Explain why a host has not answered, and what to do. */
export function explainFailure(
    { host, port, user, hostKey }: ClusterHost,
    { status, stderr, isFlood }: Outcome,
    timeout: number,
): string {
    if (isFlood) return tooMuch(`${mostBytes / 1024 / 1024} MiB`);
    if (status === undefined) return `has not answered within ${timeout} s`;
    const lines = stderr.trim().split("\n").filter(Boolean);
    const last = shortened(lines.at(-1) ?? "", 300);
    const where = port === 22 || port === undefined ? host : `${host}:${port}`;
    const login = `ssh ${where === host ? "" : `-p ${port} `}${user === undefined ? "" : `${user}@`}${host}`;
    if (/Host key verification failed/.test(stderr)) {
        return hostKey === ""
            ? `has a host key that ssh does not know. Log in by hand once, or set hostKey (\`lvs keyscan ${where}\`).`
            : `has another host key than the stack. Compare it with \`lvs keyscan ${where}\`.`;
    }
    if (/Permission denied \(/.test(stderr)) {
        return `refuses the login. \`${login}\` must work without a password.`;
    }
    if (/^sudo: /m.test(stderr))
        return `needs sudo without a password for ${user ?? "you"} (${last})`;
    // 255 is a failure of ssh itself, 124 one of `timeout`.
    if (status === 255) return `cannot be reached: ${last.replace(/^ssh: /, "")}`;
    if (status === 124) return `has not answered within ${timeout} s`;
    return `failed to report (status ${status}): ${last}`;
}
