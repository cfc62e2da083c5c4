import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Lab } from "../../../lab/lab";
import { nodeCommand } from "../../../lab/run";

/** A client in the lab that keeps its connections open and can use any of its addresses. */
export class Client {
    private readonly answers: ((line: string) => void)[] = [];

    private constructor(private readonly child: ChildProcess) {
        createInterface(child.stdout!).on("line", (line) => this.answers.shift()!(line));
    }

    /** Start a client. It ends with the lab. */
    static start(lab: Lab): Client {
        const command = nodeCommand("../tests/e2e/support/clientProcess.ts");
        return new Client(lab.spawn(command, { stdio: ["pipe", "pipe", "inherit"] }));
    }

    /** Open a connection. */
    async open(host: string, port: number, from?: string): Promise<Connection> {
        const connection = await this.request("open", { host, port, from });
        return {
            ask: () => this.request("ask", { connection }) as Promise<string>,
            close: () => this.request("close", { connection }) as Promise<void>,
        };
    }

    /** Open connections one after the other and request the page on each. */
    async hold(host: string, port: number, count: number): Promise<Held> {
        const connections: Connection[] = [];
        const answers: string[] = [];
        for (let number = 0; number < count; number++) {
            const connection = await this.open(host, port);
            connections.push(connection);
            answers.push(await connection.ask());
        }
        const close = () => Promise.all(connections.map((connection) => connection.close()));
        return { answers, connections, close };
    }

    /** Request the page on consecutive connections. Return the answers. */
    async get(host: string, port: number, count: number, from?: string): Promise<string[]> {
        const answers: string[] = [];
        for (let number = 0; number < count; number++) {
            const connection = await this.open(host, port, from);
            answers.push(await connection.ask());
            await connection.close();
        }
        return answers;
    }

    /** Query a name server several times from one port. Return the answers. */
    async resolve(host: string, port: number, count: number): Promise<string[]> {
        return this.request("resolve", { host, port, count }) as Promise<string[]>;
    }

    async end(): Promise<void> {
        const closed = once(this.child, "close");
        this.child.stdin!.end();
        await closed;
    }

    private async request(name: string, options: object): Promise<unknown> {
        const line = new Promise<string>((resolve) => this.answers.push(resolve));
        this.child.stdin!.write(`${JSON.stringify([name, options])}\n`);
        const { value, error } = JSON.parse(await line) as { value?: unknown; error?: string };
        if (error !== undefined) throw new Error(`${name} ${JSON.stringify(options)}: ${error}`);
        return value;
    }
}

/** An open connection to a web server. */
export interface Connection {
    /** Request the page. */
    ask: () => Promise<string>;
    close: () => Promise<void>;
}

/** Open connections and the answer on each. */
export interface Held {
    answers: string[];
    connections: Connection[];
    close: () => Promise<unknown>;
}

/** Number of occurrences of each answer. */
export function tally(answers: string[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
    return counts;
}
