import {
    chmodSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Preview } from "../../cli/pulumi";
import { LvsCluster } from "../../components";
import { nodeCommand, tryRun } from "../../lab/run";
import { record, type Registration } from "../support/record";
import { seedArgs } from "../support/seed";

// Each test starts several programs. A busy machine is slower.
jest.setTimeout(60_000);

/** A folder with programs that take the places of pulumi and ssh, and log how they are called. */
let folder: string;
let program: string;
/** Empty folder in which the commands run. */
let here: string;
const at = (name: string) => path.join(folder, name);

/** Preview of the article's cluster in a program of one's own, as the engine prints it. */
async function preview(): Promise<Preview> {
    const all = await record(() => new LvsCluster("web", seedArgs()), { preview: true });
    const found = (name: string) => all.find((one) => one.name === name);
    const types = ({ type, parent }: Registration): string => {
        const above = found(parent);
        return above === undefined ? type : `${types(above)}$${type}`;
    };
    const urn = (one: Registration) => `urn:pulumi:test::mine::${types(one)}::${one.name}`;
    const steps = all.map((one) => {
        const above = found(one.parent);
        const hidden = one.secrets.includes("stdin") ? { stdin: "[secret]" } : {};
        const inputs = { ...one.inputs, ...hidden };
        const parent = above && urn(above);
        return { op: "create", newState: { urn: urn(one), type: one.type, parent, inputs } };
    });
    return { config: {}, steps };
}

beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "lvs-commands-"));
    program = at("program");
    mkdirSync(program);
    here = at("here");
    mkdirSync(here);
    writeFileSync(at("preview.json"), JSON.stringify(await preview()));
    const host = { role: "director", host: "10.128.190.253", port: 22, user: "root" };
    const inventory = { ds1: { ...host, hostKey: "", addresses: [] } };
    writeFileSync(at("before.json"), "{}");
    writeFileSync(at("after.json"), JSON.stringify({ inventory }));
    const log = `printf '%s\\n' "\${0##*/} in $PWD with $SSH_AUTH_SOCK: $*" >>${folder}/calls`;
    const scripts = {
        pulumi: `case "$1 $2" in
            preview*) cat ${folder}/preview.json ;;
            "stack output") cat ${folder}/$OUTPUTS.json ;;
            "stack export") echo '{"deployment":{"resources":[]}}' ;;
        esac`,
        ssh: "echo end",
        login: "echo end",
    };
    for (const [name, script] of Object.entries(scripts)) {
        writeFileSync(at(name), `#!/bin/sh\n${log}\n${script}\n`);
        chmodSync(at(name), 0o755);
    }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Run a command of lvs in the folder of the program, and return its output and the calls. */
async function call(words: string[], env: NodeJS.ProcessEnv = {}) {
    rmSync(at("calls"), { force: true });
    const command = [...nodeCommand("../cli/index.ts"), ...words, "--cwd", program];
    const { stdout, stderr } = await tryRun(command, {
        cwd: here,
        env: {
            PATH: `${folder}:${process.env.PATH}`,
            OUTPUTS: "after",
            SSH_AUTH_SOCK: "my-agent",
            ...env,
        },
    });
    const calls = readFileSync(at("calls"), "utf8").trimEnd().split("\n");
    const logins = calls.filter((line) => !line.startsWith("pulumi "));
    return { stdout, stderr, calls, logins };
}

/** Every file below a folder. */
const filesIn = (dir: string) => readdirSync(dir, { recursive: true }).map(String).sort();

it.each(["render", "topology", "topology --svg"])("lvs %s connects to no host", async (command) => {
    const { stdout, stderr, logins } = await call(command.split(" "));
    expect([stderr, logins]).toEqual(["", []]);
    expect(stdout).toContain("10.128.190.248");
});

it("lvs topology --out writes a picture to a file that ends in .svg, and a chart to any other", async () => {
    const [picture, chart] = [at("cluster.svg"), at("cluster.mmd")];
    for (const [file, words] of [
        [picture, ["--svg"]],
        [chart, []],
    ] as const) {
        const { stdout } = await call(["topology", ...words]);
        expect((await call(["topology", "--out", file])).stdout).toBe("");
        expect(readFileSync(file, "utf8").trimEnd()).toBe(stdout.trimEnd());
    }
    expect(readFileSync(picture, "utf8")).toMatch(/^<svg /);
});

it.each(["status", "check", "render", "diff", "topology", "preflight"])(
    "lvs %s writes no file without --out",
    async (command) => {
        await call([command]);
        expect(filesIn(here)).toEqual([]);
        expect(filesIn(program)).toEqual([]);
    },
);

it("lvs runs Pulumi in the folder of --cwd, for the stack of --stack", async () => {
    const { calls } = await call(["topology", "--stack", "prod"]);
    expect(calls.length).toBeGreaterThan(1);
    for (const line of calls) {
        expect(line).toMatch(/^pulumi in .* --stack prod$/);
        expect(line).toContain(`pulumi in ${program} with`);
    }
});

it.each([
    ["--ssh", ["--ssh", "login -F mine"], {}],
    ["LVS_SSH", [], { LVS_SSH: "login -F mine" }],
    ["--ssh before LVS_SSH", ["--ssh", "login -F mine"], { LVS_SSH: "ssh -F other" }],
])("lvs logs in with the command of %s and its options", async (_, words, env) => {
    const { logins } = await call(["status", ...words], env);
    expect(logins).toEqual([expect.stringMatching(/^login in .*: -F mine -o /)]);
});

it("lvs leaves your agent, your configuration of ssh and your bastions to ssh", async () => {
    const { logins } = await call(["status"]);
    expect(logins).toEqual([
        expect.stringMatching(
            /^ssh in .* with my-agent: -o BatchMode=yes -o ConnectTimeout=5 -p 22 -l root -- 10\.128\.190\.253 /,
        ),
    ]);
});

it.each([
    [[], 20],
    [["--timeout", "7"], 7],
])("lvs status %j gives a host %i seconds for its answer", async (words, seconds) => {
    const { logins } = await call(["status", ...words]);
    expect(logins[0]).toMatch(new RegExp(` timeout -k 5 ${seconds} sh -s status$`));
});

it("lvs preflight reaches the hosts of a program of your own by their names before the first `up`", async () => {
    const { logins } = await call(["preflight"], { OUTPUTS: "before" });
    const names = logins.map((line) => / -- (\S+) /.exec(line)![1]);
    expect(names.sort()).toEqual(["ds1", "ds2", "rs1", "rs2", "rs3"]);
});
