/** A stack file as `pulumi config set` writes it, and as the engine passes it to the program. */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { unbundle } from "../../host/unbundle";
import { tryRun, type RunResult } from "../../lab/run";
import { toolchain, type Toolchain } from "../../lab/toolchain";

jest.setTimeout(120_000);

const root = path.join(__dirname, "../..");

let folder: string;
let tools: Toolchain;

/** Run `pulumi` in this project, with a stack file of the test. */
function pulumi(command: string[], cwd = root): Promise<RunResult> {
    // Plugins outlive a killed CLI. The process namespace ends them.
    const contained = ["unshare", "--pid", "--fork", "--kill-child", tools.pulumi, ...command];
    return tryRun([...contained, "--stack", "typed", "--non-interactive", "--color", "never"], {
        cwd,
        env: {
            ...tools.env,
            PULUMI_BACKEND_URL: `file://${folder}`,
            PULUMI_CONFIG_PASSPHRASE: "test",
            SSH_AUTH_SOCK: undefined,
            TMPDIR: folder,
        },
        timeout: 90_000,
    });
}

const stackFile = () => path.join(folder, "Pulumi.typed.yaml");

/** `pulumi config set --path` for each key and its value. */
async function type(values: Record<string, string>): Promise<void> {
    for (const [key, value] of Object.entries(values)) {
        const words = ["config", "set", "--path", key, value, "--config-file", stackFile()];
        const { status, stderr } = await pulumi(words);
        expect([status, stderr]).toEqual([0, ""]);
    }
}

/** Preview the stack. That connects to no host. */
const preview = () => pulumi(["preview", "--json", "--config-file", stackFile()]);

beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "config-"));
    tools = await toolchain();
    await fs.writeFile(path.join(folder, "Pulumi.yaml"), "name: lvs\nruntime: nodejs\n");
    expect((await pulumi(["stack", "init"], folder)).status).toBe(0);
    const config = {
        "lvs:connection": { ignoreHostKey: true },
        "lvs:directors": [{ name: "ds1", host: "192.0.2.1" }],
        "lvs:realServers": [{ name: "rs1", host: "192.0.2.11", weight: "3" }],
    };
    await fs.appendFile(stackFile(), stringify({ config }));
    await type({
        "lvs:vrrpInstances.interface": "eth0",
        "lvs:vrrpInstances.virtualRouterId": "62",
        "lvs:virtualServers[0].virtualIp": "192.0.2.100",
        "lvs:virtualServers[0].port": "80",
        "lvs:removePackages": "true",
        "lvs:drainTimeout": "0",
        "lvs:authPass": "12345678",
    });
});

afterAll(() => fs.rm(folder, { recursive: true, force: true }), 60_000);

describe("a stack file that `pulumi config set --path` wrote", () => {
    it("has text for a boolean and a number, and an object for a list of one item", async () => {
        const { config } = parse(await fs.readFile(stackFile(), "utf8")) as {
            config: Record<string, unknown>;
        };
        expect(config).toMatchObject({
            "lvs:removePackages": "true",
            "lvs:drainTimeout": "0",
            "lvs:authPass": "12345678",
            "lvs:vrrpInstances": { interface: "eth0" },
        });
    });

    it("gives the hosts what was meant", async () => {
        const { status, stdout, stderr } = await preview();
        expect([status, stderr]).toEqual([0, ""]);
        const { steps } = JSON.parse(stdout) as {
            steps: { urn: string; newState: { inputs?: { stdin?: string } } }[];
        };
        const stepOf = (name: string) => {
            const step = steps.find(({ urn }) => urn.endsWith(`::lvs-ds1-${name}`))!;
            return step.newState.inputs!.stdin!;
        };
        expect(stepOf("prepare")).toContain("\npackage keepalived purge\n");
        expect(unbundle(stepOf("configure"))!.settings.drainTimeout).toEqual(["0"]);
        expect(stepOf("configure")).toMatch(/ virtual_server 192\.0\.2\.100 80 \{/);
        expect(stepOf("configure")).toMatch(/ virtual_router_id 62$/m);
        expect(stepOf("configure")).toMatch(/ weight 3$/m);
    });

    it("is refused with all wrong shapes and broken rules at once, an unknown key with the nearest one", async () => {
        await type({
            "lvs:realServer": "rs2",
            "lvs:kernel.connTabBits": "31",
            "lvs:monitoring.interval": "often",
            "lvs:openFirewall": "yes",
        });
        const { status, stdout } = await preview();
        const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string }[] };
        const [first, ...problems] = diagnostics[0]!.message.trimEnd().split("\n  ");
        expect([status === 0, first]).toEqual([false, "error: wrong configuration:"]);
        expect(problems).toEqual([
            'monitoring.interval: "often" is not a number. Use one.',
            'openFirewall: "yes" is neither true nor false. Use one of them.',
            "realServer: There is no such field. Use realServers.",
            "kernel.connTabBits: 31 is out of range. Use 8 to 20.",
        ]);
    });
});
