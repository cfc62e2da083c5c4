/**
 * The behaviour of remote.Command that this project relies on. One stack goes through a preview,
 * several updates and a destroy against a real sshd, and the tests examine the results. They apply
 * to the genuine plugin and to the stand-in.
 */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { RunResult } from "../../lab/run";
import { Engine, isSecret, secretValue, type Resource, type Stored } from "./engine";
import { fullQueue, relay, silentServer, type Relay } from "./relay";
import { freePort, startSshd, type Endpoint, type Sshd } from "./sshd";

type Resources = Record<string, Resource>;
type State = Record<string, Stored>;

/** Inputs whose change is an update, each with an old and a new value. */
const updating: [input: string, before: unknown, after: unknown][] = [
    ["stdin", "before\n", "after\n"],
    ["environment", { GREETING: "before" }, { GREETING: "after" }],
    ["delete", "true", "true after"],
    ["logging", "stdout", "none"],
    ["addPreviousOutputInEnv", true, false],
];

const triggers: [change: string, before: unknown, after: unknown][] = [
    ["changed", ["a", "b"], ["a", "c"]],
    ["longer", ["a"], ["a", "b"]],
    ["shorter", ["a", "b"], ["a"]],
    ["added", undefined, ["a"]],
    ["removed", ["a"], undefined],
];

const loggingModes = ["stdout", "stderr", "stdoutAndStderr", "none"];

let dir: string;
let engine: Engine;
let sshd: Sshd;
let dead: number;
const relays = {} as Record<"recovers" | "hangsUp" | "wrongHost" | "wrongKey" | "shared", Relay>;
let quiet: Awaited<ReturnType<typeof silentServer>>;
let queue: Awaited<ReturnType<typeof fullQueue>>;

interface Run {
    result: RunResult;
    connections: Record<Endpoint, number>;
    state: State;
    /** Lines that the commands of this run wrote to the journal. */
    journal: string[];
}
const runs = {} as Record<
    "firstPreview" | "first" | "secondPreview" | "second" | "refresh" | "failing" | "destroy",
    Run
>;
let decrypted: State;

beforeAll(async () => {
    dir = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-command-"));
    sshd = await startSshd(dir);
    engine = await Engine.start(dir);
    dead = await freePort();
    relays.recovers = await relay(3, sshd.ports.key);
    relays.shared = await relay(0, sshd.ports.key);
    relays.hangsUp = await relay(Infinity, sshd.ports.key);
    relays.wrongHost = await relay(0, sshd.ports.key);
    relays.wrongKey = await relay(0, sshd.ports.key);
    quiet = await silentServer(2500);
    queue = await fullQueue();

    runs.firstPreview = await recordRun(() => engine.run(firstProgram(), "preview"));
    runs.first = await recordRun(() => engine.up(firstProgram()));
    // Without a first up, the following runs would be slow and prove nothing.
    if (runs.first.result.status !== 0) throw new Error(runs.first.result.stdout);
    decrypted = await engine.decryptedState();
    runs.secondPreview = await recordRun(() => engine.run(secondProgram(), "preview", "--diff"));
    runs.second = await recordRun(() => engine.up(secondProgram()));
    runs.refresh = await recordRun(() => engine.up(secondProgram(), "--refresh"));
    runs.failing = await recordRun(() => engine.up({ ...secondProgram(), ...failingProgram() }));
    runs.destroy = await recordRun(() =>
        engine.run({}, "destroy", "--yes", "--skip-preview", "--continue-on-error"),
    );
}, 600_000);

afterAll(async () => {
    Object.values(relays).forEach((each) => each.stop());
    quiet?.stop();
    await queue?.stop();
    await sshd?.stop();
    await fs.rm(dir, { recursive: true, force: true });
});

async function recordRun(work: () => Promise<RunResult>): Promise<Run> {
    const file = path.join(dir, "journal");
    await fs.writeFile(file, "");
    const result = await work();
    const journal = (await fs.readFile(file, "utf8")).split("\n").filter(Boolean);
    return { result, journal, connections: await sshd.connections(), state: await engine.state() };
}

/** Read all input first: on a busy machine, a command that ends earlier is an error. */
const readAll = "cat >/dev/null; ";

/** Shell command that appends a line to the journal. */
function appendLine(line: string): string {
    return `${readAll}echo "${line}" >> ${dir}/journal`;
}

/** Lines of a resource in the journal, without its name. */
function printedLines(at: Run, name: string): string[] {
    const lines = at.journal.filter((line) => line.startsWith(`${name}: `));
    return lines.map((line) => line.slice(name.length + 2));
}

function command(args: Record<string, unknown>, rest: Partial<Resource> = {}): Resource {
    return { args: { connection: sshd.connection("key"), ...args }, ...rest };
}

function total(at: Run): number {
    return Object.values(at.connections).reduce((sum, count) => sum + count, 0);
}

/** Messages about a resource at the end of `up`, after "Diagnostics:". */
function diagnostics(at: Run, name: string): string {
    const blocks = at.result.stdout
        .split("Diagnostics:")
        .pop()!
        .split(/^ {2}(?=\S)/m);
    return blocks.find((block) => block.includes(`(${name}):`)) ?? "";
}

function withUpdate(name: string): Record<string, unknown> {
    return { create: appendLine(`${name}: create`), update: appendLine(`${name}: update`) };
}

function changedResources(which: "before" | "after"): Resources {
    const pick = <T>(before: T, after: T) => (which === "before" ? before : after);
    const resources: Resources = {};
    for (const [input, before, after] of updating) {
        const changed = {
            connection: sshd.connection("acceptEnv"),
            [input]: pick(before, after),
        };
        const name = `${input} alone`;
        resources[name] = command({ create: appendLine(`${name}: create`), ...changed });
        const other = `${input} with update`;
        resources[other] = command({ ...withUpdate(other), ...changed });
    }
    const connection = sshd.connection("key", { perDialTimeout: pick(15, 14) });
    resources["timeout alone"] = command({
        create: appendLine("timeout alone: create"),
        connection,
    });
    resources["timeout with update"] = command({
        ...withUpdate("timeout with update"),
        connection,
    });
    resources["moved"] = command({
        connection: sshd.connection(pick("key", "other")),
        create: appendLine("moved: create on ${SSH_CONNECTION##* }"),
        delete: appendLine("moved: delete"),
    });
    resources["create alone"] = command({ create: appendLine(`create alone: ${which}`) });
    resources["create with update"] = command({
        create: appendLine(`create with update: ${which}`),
        update: appendLine("create with update: update"),
    });
    resources["update alone"] = command({
        create: appendLine("update alone: create"),
        update: appendLine(`update alone: update ${which}`),
    });
    for (const [change, before, after] of triggers) {
        const name = `triggers ${change}`;
        resources[name] = command({
            ...withUpdate(name),
            delete: appendLine(`${name}: delete`),
            triggers: pick(before, after),
        });
    }
    resources["delete first"] = command(
        {
            ...withUpdate("delete first"),
            delete: appendLine("delete first: delete"),
            triggers: pick(["a"], ["b"]),
        },
        { options: { deleteBeforeReplace: true } },
    );
    const unreachable = { host: "127.0.0.1", port: dead, dialErrorLimit: 0 };
    resources["idle"] = command({ connection: unreachable, stdin: which });
    resources["previous"] = command({
        connection: sshd.connection("acceptEnv"),
        create: `${readAll}echo "said<$PULUMI_COMMAND_STDOUT>"; echo complained >&2`,
        update: `${readAll}echo "$PULUMI_COMMAND_STDOUT and $PULUMI_COMMAND_STDERR"`,
        delete: appendLine("previous: $PULUMI_COMMAND_STDOUT"),
        stdin: which,
    });
    const talks = { create: readAll + "echo said; echo complained >&2", stdin: which };
    resources["warned"] = command(talks);
    resources["not warned"] = command({ ...talks, addPreviousOutputInEnv: false });
    return resources;
}

function unchangedResources(): Resources {
    const resources: Resources = {
        still: command({ create: appendLine("still: create"), triggers: ["a"] }),
        newlines: command({ create: "printf 'two\\n\\n'; printf 'none' >&2" }),
        input: command({ create: "cat; echo end", stdin: "one\ntwo\n" }),
        environment: command({
            connection: sshd.connection("acceptEnv"),
            create: 'echo "$GREETING"',
            environment: { GREETING: "hello\nthere" },
        }),
        defaults: command({
            connection: { host: "127.0.0.1", proxy: { host: "127.0.0.1" } },
            delete: undefined,
        }),
        password: command({
            connection: sshd.connection("password", { privateKey: undefined, password: "sesame" }),
            create: "id -un",
        }),
        keyboard: command({
            connection: sshd.connection("keyboard", { privateKey: undefined, password: "sesame" }),
            create: "id -un",
        }),
        "password after key": command({
            connection: sshd.connection("password", {
                privateKey: sshd.keys.stranger.private,
                password: "sesame",
            }),
            create: "id -un",
        }),
        encrypted: command({
            connection: sshd.connection("key", {
                privateKey: sshd.keys.encrypted.private,
                privateKeyPassword: "hush",
            }),
            create: "id -un",
        }),
        agent: command({
            connection: sshd.connection("key", {
                privateKey: undefined,
                agentSocketPath: sshd.agentSocket,
            }),
            create: "id -un",
        }),
        unpinned: command({
            connection: sshd.connection("key", { hostKey: undefined }),
            create: "id -un",
        }),
        proxied: command({
            connection: sshd.connection("key", {
                proxy: sshd.connection("proxy", {
                    privateKey: undefined,
                    agentSocketPath: sshd.agentSocket,
                }),
            }),
            create: "id -un",
        }),
        recovers: command({
            connection: sshd.connection("key", {
                port: relays.recovers.port,
                dialErrorLimit: -1,
            }),
            create: "id -un",
        }),
        "shared 1": command({
            connection: sshd.connection("key", { port: relays.shared.port }),
            create: "id -un",
        }),
        "shared 2": command(
            {
                connection: sshd.connection("key", { port: relays.shared.port }),
                create: "id -un",
            },
            { options: { dependsOn: ["shared 1"] } },
        ),
        background: command({
            create: `echo started; (sleep 1; ${appendLine("background: late")}) &`,
        }),
        "after background": command(
            { create: appendLine("after background: create") },
            { options: { dependsOn: ["background"] } },
        ),
        slow: command(
            { create: "sleep 2; echo slept" },
            { options: { customTimeouts: { create: "1s" } } },
        ),
        "secret create": command({ create: "echo plain" }, { secrets: ["create"] }),
        hidden: command(
            { create: "printf 'hid%s\\n' den" },
            { options: { additionalSecretOutputs: ["stdout", "stderr"] } },
        ),
        farewell: command({
            connection: sshd.connection("acceptEnv"),
            delete: `cat >> ${dir}/journal; ${appendLine("farewell: $GREETING")}`,
            stdin: "farewell: stdin\n",
            environment: { GREETING: "bye" },
        }),
        gone: command({
            connection: { host: "127.0.0.1", port: dead, dialErrorLimit: 0 },
            delete: "true",
        }),
        "fails to update": command({ create: appendLine("fails to update: create") }),
    };
    for (const mode of loggingModes) {
        resources[`log ${mode}`] = command({
            create: `printf '%s-%s\\n' out ${mode}; printf '%s-%s\\n' err ${mode} >&2`,
            logging: mode,
        });
    }
    return resources;
}

function firstProgram(): Resources {
    return { ...unchangedResources(), ...changedResources("before") };
}

function secondProgram(): Resources {
    return { ...unchangedResources(), ...changedResources("after") };
}

function failingProgram(): Resources {
    const key = (changes: Record<string, unknown>, create = "true") =>
        command({ connection: sshd.connection("key", changes), create });
    return {
        "fails to update": command({ create: "false" }),
        "exit 3": command({
            create: "cat >/dev/null; echo said; echo complained >&2; exit 3",
            stdin: "unspoken",
        }),
        "environment refused": command({ create: "true", environment: { GREETING: "hello" } }),
        "wrong host key": key({
            port: relays.wrongHost.port,
            hostKey: sshd.keys.otherHost.public,
            dialErrorLimit: 1,
        }),
        "wrong key": key({
            port: relays.wrongKey.port,
            privateKey: sshd.keys.stranger.private,
            agentSocketPath: sshd.agentSocket,
            dialErrorLimit: 2,
        }),
        "dead agent": key({ agentSocketPath: `${dir}/no-agent`, dialErrorLimit: 0 }),
        "not a key": key({ privateKey: "nonsense" }),
        refused: key({ port: dead, dialErrorLimit: 0 }),
        "hangs up": key({ port: relays.hangsUp.port, dialErrorLimit: 5 }),
        "says nothing": key({ port: quiet.port, dialErrorLimit: 0, perDialTimeout: 1 }),
        "takes nothing": key({ port: queue.port, dialErrorLimit: 0, perDialTimeout: 1 }),
        "wrong proxy": key({
            proxy: sshd.connection("proxy", {
                hostKey: sshd.keys.otherHost.public,
                dialErrorLimit: 0,
            }),
        }),
        "given up": command(
            {
                connection: sshd.connection("key", { port: dead, dialErrorLimit: -1 }),
                create: "true",
            },
            { options: { customTimeouts: { create: "1s" } } },
        ),
    };
}

const stdout = (at: Run, name: string) => at.state[name]?.outputs.stdout;

describe("remote.Command, when its inputs change,", () => {
    it("is created and then updated", () => {
        expect(runs.first.result).toMatchObject({ status: 0 });
        expect(runs.second.result).toMatchObject({ status: 0 });
    });

    it.each(updating.map(([input]) => input).concat("timeout"))(
        "runs update for a changed %s, or create again without an update",
        (input) => {
            expect(printedLines(runs.first, `${input} alone`)).toEqual(["create"]);
            expect(printedLines(runs.first, `${input} with update`)).toEqual(["create"]);
            expect(printedLines(runs.second, `${input} alone`)).toEqual(["create"]);
            expect(printedLines(runs.second, `${input} with update`)).toEqual(["update"]);
        },
    );

    it("runs a changed create again, or update in its place", () => {
        expect(printedLines(runs.second, "create alone")).toEqual(["after"]);
        expect(printedLines(runs.second, "create with update")).toEqual(["update"]);
    });

    it("runs a changed update", () => {
        expect(printedLines(runs.second, "update alone")).toEqual(["update after"]);
    });

    it("runs again on a changed connection without a delete on the old one", () => {
        expect(printedLines(runs.first, "moved")).toEqual([`create on ${sshd.ports.key}`]);
        expect(printedLines(runs.second, "moved")).toEqual([`create on ${sshd.ports.other}`]);
        expect(runs.second.state["moved"]!.id).toBe(runs.first.state["moved"]!.id);
    });

    it.each(triggers.map(([change]) => change))(
        "is replaced by triggers %s although update is set: new create first, old delete after",
        (change) => {
            expect(printedLines(runs.second, `triggers ${change}`)).toEqual(["create", "delete"]);
        },
    );

    it("deletes first with deleteBeforeReplace", () => {
        expect(printedLines(runs.second, "delete first")).toEqual(["delete", "create"]);
    });

    it("opens no connection without a change", () => {
        expect(printedLines(runs.first, "still")).toEqual(["create"]);
        expect(printedLines(runs.second, "still")).toEqual([]);
        expect(runs.refresh.result.stdout).toMatch(/Resources:\n\s+\d+ unchanged\n/);
        expect(total(runs.refresh)).toBe(0);
    });
});

describe("remote.Command, in an operation,", () => {
    it("opens no connection in a preview of a create or of an update", () => {
        expect(runs.firstPreview.result.status).toBe(0);
        expect(runs.secondPreview.result.status).toBe(0);
        expect(runs.secondPreview.result.stdout).toMatch(/~ \d+ to update/);
        expect(total(runs.firstPreview) + total(runs.secondPreview)).toBe(0);
        expect(runs.secondPreview.journal).toEqual([]);
    });

    it("opens no connection without create and does nothing without update", () => {
        expect(runs.first.state).toHaveProperty("gone");
        expect(runs.first.state).toHaveProperty("idle");
        expect(runs.second.state["idle"]!.inputs.stdin).toBe("after");
    });

    it("deletes by the state, with its stdin and environment", () => {
        expect(printedLines(runs.destroy, "farewell")).toEqual(["stdin", "bye"]);
        expect(printedLines(runs.destroy, "moved")).toEqual(["delete"]);
        expect(runs.destroy.connections.other).toBe(1);
    });

    it("is deleted without a connection if it has no delete", () => {
        const withDelete = Object.values({ ...secondProgram() }).filter(({ args }) => args.delete);
        // All but the one whose host is gone.
        expect(total(runs.destroy)).toBe(withDelete.length - 1);
    });

    it("stays in the state when its host is gone and delete fails", () => {
        expect(runs.destroy.result.status).not.toBe(0);
        expect(diagnostics(runs.destroy, "gone")).toContain("connection refused");
        expect(runs.destroy.state).toHaveProperty("gone");
        expect(runs.destroy.state).not.toHaveProperty("farewell");
    });

    it("is not in the state when create fails", () => {
        expect(runs.failing.result.status).not.toBe(0);
        expect(runs.failing.state).not.toHaveProperty("exit 3");
    });

    it("keeps its old state when update fails", () => {
        expect(diagnostics(runs.failing, "fails to update")).toContain("exited with status 1");
        const { create } = runs.failing.state["fails to update"]!.inputs;
        expect(create).toBe(appendLine("fails to update: create"));
    });

    it("shows command and output in an error, but not stdin", () => {
        const message = diagnostics(runs.failing, "exit 3");
        expect(message).toContain(
            'exited with status 3: running "cat >/dev/null; echo said; echo complained >&2; exit 3":\n',
        );
        expect(message).toMatch(/\bsaid\n/);
        expect(message).toMatch(/\bcomplained\n/);
        expect(runs.failing.result.stdout).not.toContain("unspoken");
    });

    it("keeps stdout and stderr without one newline at the end", () => {
        expect(runs.first.state["newlines"]!.outputs).toMatchObject({
            stdout: "two\n",
            stderr: "none",
        });
    });

    it("opens no connection in a refresh and finds no change", () => {
        expect(runs.refresh.result.status).toBe(0);
        expect(total(runs.refresh)).toBe(0);
        const kept = ({ state }: Run) =>
            Object.values(state)
                .map(({ id }) => id)
                .sort();
        expect(kept(runs.refresh)).toEqual(kept(runs.second));
        expect(stdout(runs.refresh, "previous")).toBe(stdout(runs.second, "previous"));
    });
});

describe("remote.Command, in a session,", () => {
    it("opens a connection for each operation and keeps it open to the end", () => {
        expect(relays.shared.times).toHaveLength(2);
        expect(relays.shared.open).toEqual([0, 1]);
    });

    it("sends environment if the server accepts it", () => {
        expect(stdout(runs.first, "environment")).toBe("hello\nthere");
    });

    it("fails on environment that the server refuses", () => {
        expect(runs.failing.state).not.toHaveProperty("environment refused");
        expect(diagnostics(runs.failing, "environment refused")).toContain("error:");
    });

    it("sends the previous output with an update and a delete, but not with a create", () => {
        expect(stdout(runs.first, "previous")).toBe("said<>");
        expect(stdout(runs.second, "previous")).toBe("said<> and complained");
        expect(printedLines(runs.destroy, "previous")).toEqual(["said<> and complained"]);
    });

    it("warns about a refused previous output, but not with addPreviousOutputInEnv false", () => {
        expect(diagnostics(runs.first, "warned")).toBe("");
        const message = diagnostics(runs.second, "warned");
        expect(message).toMatch(/warning:.*PULUMI_COMMAND_STDOUT/);
        expect(message).toMatch(/warning:.*PULUMI_COMMAND_STDERR/);
        expect(diagnostics(runs.second, "not warned")).toBe("");
    });

    it("sends stdin and then end of file", () => {
        expect(stdout(runs.first, "input")).toBe("one\ntwo\nend");
    });

    it("waits for a background child that keeps stdout open", () => {
        const order = runs.first.journal.filter((line) => line.includes("background: "));
        expect(order).toEqual(["background: late", "after background: create"]);
    });

    it.each(loggingModes)("shows the streams that logging %s names, as status messages", (mode) => {
        const { stdout: shown } = runs.first.result;
        expect(shown.includes(`out-${mode}\n`)).toBe(/^stdout/.test(mode));
        expect(shown.includes(`err-${mode}\n`)).toBe(/stderr$/i.test(mode));
        expect(diagnostics(runs.first, `log ${mode}`)).toBe("");
        expect(stdout(runs.first, `log ${mode}`)).toBe(`out-${mode}`);
    });
});

describe("remote.Command, when it connects,", () => {
    it("fills in user root, port 22, 10 dial errors and 15 s, for the proxy too", () => {
        const filled = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
        expect(secretValue(decrypted["defaults"]!.inputs.connection)).toMatchObject({
            ...filled,
            proxy: filled,
        });
    });

    it("makes one attempt more than dialErrorLimit, with pauses from 0.1 s that grow by half", () => {
        const { times } = relays.hangsUp;
        expect(times).toHaveLength(6);
        times.slice(1).forEach((time, i) => {
            const pause = 100 * 1.5 ** i;
            expect(time - times[i]!).toBeGreaterThan(pause - 5);
            expect(time - times[i]!).toBeLessThan(pause + 1000);
        });
    });

    it("makes one attempt with dialErrorLimit 0 and never gives up with -1", () => {
        expect(diagnostics(runs.failing, "refused")).toContain("connection refused");
        expect(relays.recovers.times).toHaveLength(4);
        expect(stdout(runs.first, "recovers")).toBe("root");
    });

    it("also tries again after a refused login and after a wrong host key", () => {
        expect(runs.failing.state).not.toHaveProperty("wrong key");
        expect(relays.wrongKey.times).toHaveLength(3);
        expect(runs.failing.state).not.toHaveProperty("wrong host key");
        expect(relays.wrongHost.times).toHaveLength(2);
    });

    it("limits the TCP connect by perDialTimeout", () => {
        expect(diagnostics(runs.failing, "takes nothing")).toContain("i/o timeout");
    });

    it("does not limit the handshake by perDialTimeout", () => {
        expect(diagnostics(runs.failing, "says nothing")).toContain("handshake failed");
        expect(quiet.durations).toHaveLength(1);
        expect(quiet.durations[0]).toBeGreaterThan(2400);
    });

    it("stops connecting after a custom timeout, but does not stop a running command", () => {
        expect(runs.failing.state).not.toHaveProperty("given up");
        expect(diagnostics(runs.failing, "given up")).toContain("error:");
        expect(stdout(runs.first, "slow")).toBe("slept");
    });

    it("accepts any host without hostKey, and requires the type of the hostKey with it", () => {
        expect(stdout(runs.first, "unpinned")).toBe("root");
        // The server also offers a type that a client prefers. All other tests here pin ed25519.
        expect(stdout(runs.first, "encrypted")).toBe("root");
    });

    it("logs in by key, encrypted key, password, keyboard-interactive or agent", () => {
        for (const way of ["encrypted", "password", "keyboard", "agent"]) {
            expect([way, stdout(runs.first, way)]).toEqual([way, "root"]);
        }
    });

    it("falls back from a refused key to the password, never to the agent", () => {
        expect(stdout(runs.first, "password after key")).toBe("root");
        expect(diagnostics(runs.failing, "wrong key")).toContain("unable to authenticate");
    });

    it("fails without the named agent, even with a key", () => {
        expect(diagnostics(runs.failing, "dead agent")).toContain("no-agent");
        expect(runs.failing.state).not.toHaveProperty("dead agent");
    });

    it("fails on a malformed key without an attempt", () => {
        expect(diagnostics(runs.failing, "not a key")).toContain("no key found");
    });

    it("has its own login and host key for the proxy", () => {
        expect(stdout(runs.first, "proxied")).toBe("root");
        expect(runs.first.connections.proxy).toBe(1);
        expect(diagnostics(runs.failing, "wrong proxy")).toContain("host key mismatch");
    });
});

describe("remote.Command, with secrets,", () => {
    it("keeps connection secret everywhere in the state and in previews", () => {
        const commands = Object.values(runs.second.state).filter(
            ({ inputs }) => inputs?.connection,
        );
        expect(commands).toHaveLength(Object.keys(secondProgram()).length);
        for (const { inputs, outputs } of commands) {
            expect([isSecret(inputs.connection), isSecret(outputs.connection)]).toEqual([
                true,
                true,
            ]);
        }
        const body = sshd.keys.user.private.split("\n")[2]!;
        const shown = runs.firstPreview.result.stdout + runs.secondPreview.result.stdout;
        expect(shown).toContain("connection");
        expect(shown).not.toContain(body);
        expect(shown).not.toContain("perDialTimeout");
    });

    it("does not make stdout secret because of a secret create", () => {
        const { inputs, outputs } = runs.first.state["secret create"]!;
        expect(isSecret(inputs.create)).toBe(true);
        expect(outputs.stdout).toBe("plain");
    });

    it("protects the state with additionalSecretOutputs, but not the live log", () => {
        const { outputs } = runs.first.state["hidden"]!;
        expect([isSecret(outputs.stdout), isSecret(outputs.stderr)]).toEqual([true, true]);
        expect(runs.first.result.stdout).toContain("hidden\n");
    });
});
