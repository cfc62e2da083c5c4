import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { plannedHosts } from "../../cli/planned";
import { stackIn } from "../../cli/stackFile";
import { LvsCluster } from "../../components";
import { readCluster } from "../../config";
import { unbundle } from "../../host/unbundle";
import { record } from "../support/record";
import { lvs } from "./inProcess";

const root = path.join(__dirname, "..", "..");
const lab = path.join(root, "stacks", "Pulumi.lab.yaml");
const stackFiles = ["lab", "dev", "prod"].map((name) => `stacks/Pulumi.${name}.yaml`);

let dir: string;
beforeAll(() => void (dir = fs.mkdtempSync(path.join(tmpdir(), "pulumi-lvs-"))));
afterAll(() => fs.rmSync(dir, { recursive: true }));

/** Write a stack file: that of the lab with other texts. */
function changed(...changes: [string, string][]): string {
    const file = path.join(dir, "Pulumi.lab.yaml");
    const text = changes.reduce(
        (whole, [from, to]) => whole.replace(from, to),
        fs.readFileSync(lab, "utf8"),
    );
    fs.writeFileSync(file, text);
    return file;
}

function render(...words: string[]) {
    return lvs(["render", "--file", ...words]);
}

/** Files of each step of a stack file, as the components send them to the hosts. */
async function sentFiles(file: string) {
    const { config } = parse(fs.readFileSync(file, "utf8")) as { config: object };
    const texts = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
    const args = readCluster(Object.fromEntries(texts) as Record<string, string>);
    const steps = await record(() => new LvsCluster("lvs", args));
    return Object.fromEntries(
        steps
            .filter(({ name }) => /-(prepare|configure)$/.test(name))
            .map(({ name, inputs }) => [name, unbundle(inputs.stdin as string)!.files]),
    );
}

describe("lvs render --file", () => {
    it.each([...stackFiles, "examples/mysql/Pulumi.mysql.yaml"])(
        "gives the files of %s that the components send",
        async (name) => {
            const stack = stackIn(path.join(root, name), "test");
            if ("refusals" in stack) throw new Error(JSON.stringify(stack.refusals));
            const planned = plannedHosts(stack).flatMap(({ host, steps }) =>
                steps.map((step) => [`lvs-${host.name}-${step.name}`, step.files]),
            );
            expect(Object.fromEntries(planned)).toEqual(await sentFiles(path.join(root, name)));
        },
    );

    it("prints the files of the named hosts, and names secret ones", async () => {
        const { status, stdout, stderr } = await render(lab, "ds1");
        expect([status, stderr]).toEqual([0, ""]);
        expect(stdout).toContain("=== ds1 /etc/keepalived/keepalived.conf 0644\nglobal_defs {");
        expect(stdout).toContain("=== ds1 /etc/keepalived/auth_pass.conf 0600\n(secret)");
        expect(stdout).not.toContain("=== ds2");
    });

    it("writes the files into a folder for each host", async () => {
        const out = path.join(dir, "out");
        const { status } = await render(lab, "--out", out);
        expect(status).toBe(0);
        expect(fs.readdirSync(out)).toEqual(["ds1", "ds2", "rs1", "rs2", "rs3"]);
        const file = path.join(out, "rs1/etc/lvs/real-servers/lvs.lab.lvs-rs1.conf");
        expect(fs.readFileSync(file, "utf8")).toContain("10.128.190.248");
    });

    it("needs no passphrase: encrypted texts are secret files, and encrypted logins are left out", async () => {
        const file = changed(
            ["demoPage: RS1", "demoPage: { secure: AAAA }"],
            ["config:", "config:\n  lvs:authPass: { secure: BBBB }"],
            ["hostKey:", "privateKey: { secure: CCCC }\n      hostKey:"],
        );
        const { status, stdout, stderr } = await render(file, "rs1");
        expect([status, stderr]).toEqual([0, ""]);
        expect(stdout).toMatch(
            /=== rs1 \/var\/www\/html\/index.html 0640\n\(secret, [0-9a-f]{64}\)/,
        );
        expect(stdout).not.toMatch(/AAAA|BBBB|CCCC/);
    });

    it.each(["a-key-of-letters-and-digits-1234", "{ secure: AAAA }"])(
        "shows no key of signed adverts: %s",
        async (key) => {
            const authHmac = `authHmac: { keys: [{ id: 1, key: ${key} }], activeKey: 1 }`;
            const file = changed(
                ["virtualRouterId: 62", `virtualRouterId: 62\n      ${authHmac}`],
                ["name: ds1", "name: ds1\n      keepalivedVersion: 2.4.3"],
                ["name: ds2", "name: ds2\n      keepalivedVersion: 2.4.3"],
            );
            const { status, stdout, stderr } = await render(file, "ds1");
            expect([status, stderr]).toEqual([0, ""]);
            expect(stdout).toMatch(/auth_hmac {\n\s+include \.\/secret_\w+\.conf\n/);
            expect(stdout).toMatch(/secret_\w+\.conf 0600\n\(secret, [0-9a-f]{64}\)/);
            expect(stdout).not.toMatch(/letters-and-digits|AAAA/);
        },
    );

    it("refuses an encrypted value that it needs to know", async () => {
        const file = changed(["host: 10.128.190.249", "host: { secure: AAAA }"]);
        const { status, stdout, stderr } = await render(file);
        expect([status, stdout]).toEqual([2, ""]);
        expect(stderr).toBe(
            "realServers[0].host: The value is encrypted, so files that contain it are unknown here. " +
                "Encrypt only texts that docs/secrets.md lists, or run `lvs render` without --file.\n",
        );
    });

    it("lists every problem of a refused file on a line of its own: shapes and rules", async () => {
        const file = changed(
            ["virtualRouterId: 62", "virtualRouterId: 300"],
            ["config:", "config:\n  lvs:drainTimeout: long"],
            ["hostKey: ssh-ed25519", "hostKey: ssh-rsa"],
        );
        const { status, stdout, stderr } = await render(file);
        expect([status, stdout]).toEqual([2, ""]);
        expect(stderr.split("\n").map((line) => line.split(": ")[0])).toEqual([
            "drainTimeout",
            "vrrpInstances[0].virtualRouterId",
            "directors[0].hostKey",
            "",
        ]);
    });

    it("prints warnings beside the files, until they are ignored", async () => {
        const slow: [string, string] = ["port: 80", "port: 80\n      delayLoop: 1"];
        const warned = await render(changed(slow), "ds1");
        expect([warned.status, warned.stdout]).toEqual([0, expect.stringContaining("=== ds1")]);
        expect(warned.stderr).toMatch(
            /^warning: virtualServers\[0\]: .* add slowCheck to ignoreWarnings\.\n$/,
        );
        const ignored = changed(slow, ["config:", "config:\n  lvs:ignoreWarnings: [slowCheck]"]);
        expect((await render(ignored, "ds1")).stderr).toBe("");
    });

    it.each([
        ["no YAML", "config: [", "cannot be read: "],
        [
            "a text without configuration",
            "hello\n",
            "has no key config. Give the path of a stack file.",
        ],
        [
            "a word twice",
            "config:\n  a:b: 1\n  a:b: 2\n",
            "cannot be read: Map keys must be unique",
        ],
    ])("refuses %s in a sentence", async (_, text, sentence) => {
        const file = path.join(dir, "Pulumi.broken.yaml");
        fs.writeFileSync(file, text);
        const { status, stdout, stderr } = await render(file);
        expect([status, stdout]).toEqual([2, ""]);
        expect(stderr).toMatch(/^lvs: .*\n$/);
        expect(stderr).toContain(sentence);
    });

    it("refuses a file that does not exist, and a file beside --config-file", async () => {
        expect((await render(path.join(dir, "none.yaml"))).stderr).toContain("ENOENT");
        expect((await render(lab, "--config-file", lab)).stderr).toContain("mutually exclusive");
    });
});
