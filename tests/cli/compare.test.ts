import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { namesOf } from "../../cli/names";
import type { Cluster } from "../../lvs/model";
import { seed } from "../support/seed";
import { lvs } from "./inProcess";

let dir: string;
beforeAll(() => void (dir = fs.mkdtempSync(path.join(tmpdir(), "pulumi-lvs-"))));
afterAll(() => fs.rmSync(dir, { recursive: true }));

/** Write a stack file: the article's cluster with other arguments. */
function stackFile(folder: string, change: object = {}): string {
    const cluster: Cluster = { ...seed, ...change };
    const keys = { connection: { hostKey: "ssh-ed25519 AAAA" }, ...cluster };
    const config = Object.entries(keys).map(([key, value]) => [`lvs:${key}`, value] as const);
    const file = path.join(dir, folder, "Pulumi.prod.yaml");
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, stringify({ config: Object.fromEntries(config) }));
    return file;
}

function compare(base: object, head: object, ...words: string[]) {
    return lvs(["compare", stackFile("base", base), stackFile("head", head), ...words]);
}

/** The numbered actions of an `up` in an output. */
function orderIn(stdout: string): string[] {
    return stdout.split("\n").flatMap((line) => /^\d+\. (.*)$/.exec(line)?.[1] ?? []);
}

const [service] = seed.virtualServers;
const servers = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
        name: `rs${index + 1}`,
        host: `10.128.190.${100 + index}`,
    }));

describe("lvs compare", () => {
    it("shows the lines of each file that differ, once for hosts with the same change", async () => {
        const head = { virtualServers: [{ ...service, lvsSched: "wlc" }] };
        const { status, stdout, stderr } = await compare({}, head);
        expect([status, stderr]).toEqual([1, ""]);
        expect(stdout).toContain(
            [
                "ds1, ds2: file /etc/keepalived/keepalived.conf",
                "--- /etc/keepalived/keepalived.conf (base)",
                "+++ /etc/keepalived/keepalived.conf (head)",
                "@@ -21,7 +21,7 @@",
                " ",
                " virtual_server 10.128.190.248 80 {",
                "     delay_loop 5",
                "-    lvs_sched rr",
                "+    lvs_sched wlc",
                "     lvs_method DR",
                "     protocol TCP",
                "     real_server 10.128.190.249 80 {",
                "",
            ].join("\n"),
        );
        expect(stdout).toContain("rs1–rs3: no changes");
        expect(orderIn(stdout)).toEqual(["ds2: reload keepalived", "ds1: reload keepalived"]);
    });

    it("prints what docs/cli.md shows", async () => {
        const lab = path.join(__dirname, "../../stacks/Pulumi.lab.yaml");
        const head = path.join(dir, "Pulumi.lab.yaml");
        const page = "demoPage: RS2\n";
        const text = fs.readFileSync(lab, "utf8").replace(page, `${page}      drained: true\n`);
        fs.writeFileSync(head, text);
        const guide = fs.readFileSync(path.join(__dirname, "../../docs/cli.md"), "utf8");
        const [, shown] = /^\$ lvs compare .*\n([^]*?)^```$/m.exec(guide)!;
        expect((await lvs(["compare", lab, head])).stdout).toBe(shown);
    });

    it("says that nothing differs, with status 0", async () => {
        const { status, stdout } = await compare({}, {});
        expect([status, stdout]).toEqual([0, "ds1, ds2, rs1–rs3: no changes\n"]);
    });

    it("folds twenty real servers that differ only in the names of their files", async () => {
        const realServers = servers(20);
        const head = { realServers, virtualServers: [{ ...service, virtualIp: "10.128.190.9" }] };
        const { stdout } = await compare({ realServers }, head);
        expect(stdout).toContain("rs1–rs20: file /etc/lvs/real-servers/lvs.prod.lvs-*.conf\n");
        expect(orderIn(stdout)).toEqual([
            "rs1–rs20: change, all at once",
            "ds2: reload keepalived",
            "ds1: reload keepalived",
            "rs1–rs20: remove address 10.128.190.248/32 lo",
        ]);
    });

    it.each<[string, object, object, string[]]>([
        [
            "a real server that leaves: directors drain it, then it is undone",
            { drainTimeout: 30 },
            { drainTimeout: 30, realServers: seed.realServers.slice(0, 2) },
            [
                "ds2: drain 10.128.190.251:80 for at most 30 s, reload keepalived",
                "ds1: drain 10.128.190.251:80 for at most 30 s, reload keepalived",
                "rs3: undo everything that was set up",
            ],
        ],
        [
            "a real server that is drained",
            {},
            {
                realServers: seed.realServers.map((one) => ({
                    ...one,
                    drained: one.name === "rs1",
                })),
            },
            [
                "ds2: reload keepalived, no new connections to 10.128.190.249:80",
                "ds1: reload keepalived, no new connections to 10.128.190.249:80",
            ],
        ],
        [
            "a service that leaves, without a drain",
            { virtualServers: [service, { ...service, port: 443 }] },
            {},
            ["ds2: reload keepalived", "ds1: reload keepalived"],
        ],
        [
            "a new real server and its package, before the directors",
            { realServers: seed.realServers.slice(0, 2) },
            { realServers: seed.realServers.map((one) => ({ ...one, demoPage: "x" })) },
            [
                "rs1–rs3: install httpd",
                "rs1–rs3: change, all at once",
                "ds2: reload keepalived",
                "ds1: reload keepalived",
            ],
        ],
        [
            "a machine that replaces another under its name",
            {},
            {
                realServers: [
                    ...seed.realServers.slice(0, 2),
                    { name: "rs3", host: "10.128.190.9" },
                ],
            },
            [
                "rs3: set up the machine at 10.128.190.9, leave the one at 10.128.190.251 as it is, change, all at once",
                "ds2: drain 10.128.190.251:80 for at most 10 s, reload keepalived",
                "ds1: drain 10.128.190.251:80 for at most 10 s, reload keepalived",
            ],
        ],
        [
            "a planned failover",
            { handOver: true },
            { handOver: true, virtualServers: [{ ...service, lvsSched: "wlc" }] },
            [
                "ds2: hand the virtual IPs over while active, restart keepalived",
                "ds1: hand the virtual IPs over while active, restart keepalived",
            ],
        ],
        [
            "another password",
            { authPass: "12345678" },
            { authPass: "87654321" },
            ["ds1, ds2: change the VRRP password together"],
        ],
    ])("tells the order of an up: %s", async (_, base, head, order) => {
        const { status, stdout } = await compare(base, head);
        expect(orderIn(stdout)).toEqual(order);
        expect([status, stdout]).toEqual([1, expect.not.stringMatching(/12345678|87654321/)]);
    });

    it("shows whole files without a base, and with a base that is refused", async () => {
        const head = stackFile("head");
        for (const [base, reason] of [
            [path.join(dir, "none.yaml"), "There is no "],
            [stackFile("base", { virtualServers: [] }), "is refused, so whole files are shown."],
        ] as const) {
            const { status, stdout } = await lvs(["compare", base, head]);
            expect(status).toBe(1);
            expect(stdout).toContain(reason);
            expect(stdout).toContain("ds1 (new): file /etc/keepalived/keepalived.conf");
            expect(stdout).toContain("+global_defs {");
        }
    });

    it("tells why the new version is refused, and compares nothing", async () => {
        const wrong = { virtualServers: [{ ...service, port: 0 }] };
        const { status, stdout, stderr } = await compare({}, wrong);
        expect([status, stdout]).toEqual([2, ""]);
        expect(stderr).toMatch(/^virtualServers\[0\]\.port: 0 is out of range\./);
        const markdown = await compare({}, wrong, "--markdown");
        expect(markdown.stdout).toContain("### Refused\n\n- virtualServers\\[0\\].port: 0 is");
    });

    it("prints Markdown with a heading for each host, the order and the warnings", async () => {
        const head = { virtualServers: [{ ...service, delayLoop: 1 }] };
        const { status, stdout } = await compare({}, head, "--markdown");
        expect(status).toBe(1);
        expect(stdout.split("\n").filter((line) => /^(#|~|\d|- v)/.test(line))).toEqual([
            "### ds1, ds2",
            "~~~~diff",
            "~~~~",
            "### rs1–rs3",
            "### `pulumi up`",
            "1. ds2: reload keepalived",
            "2. ds1: reload keepalived",
            "### Warnings",
            expect.stringContaining("- virtualServers\\[0\\]: The check takes up to 5 s"),
        ]);
    });

    it("shows no text of a stack file as Markdown or to a terminal", async () => {
        const script = (end: string) => ({
            scripts: [{ name: "x", content: `#!/bin/sh\n~~~~\n# heading\n${end}\n` }],
        });
        const { stdout } = await compare(script("old"), script("\u001b[2J"), "--markdown");
        expect(stdout).toContain("~~~~~diff\n");
        expect(stdout).toContain("+\\u001b[2J\n");
        expect(stdout).toContain("\n ~~~~\n # heading\n");
    });

    it("shows that a secret text changes, and not how", async () => {
        const secret = (text: string) => ({
            realServers: [{ ...seed.realServers[0]!, demoPage: { secure: text } }],
        });
        const { stdout } = await compare(secret("v1:AAAA"), secret("v1:BBBB"));
        expect(stdout).toMatch(/-\(secret, [0-9a-f]{64}\)\n\+\(secret, [0-9a-f]{64}\)\n/);
        expect(stdout).not.toMatch(/AAAA|BBBB/);
    });
});

it.each([
    [["rs1", "rs2", "rs3", "rs5"], "rs1–rs3, rs5"],
    [["rs08", "rs09", "rs10"], "rs08–rs10"],
    [["a1", "b2", "b3", "c4"], "a1, b2, b3, c4"],
    [["db", "web"], "db, web"],
])("lvs shortens the names %j to %s", (names, text) => {
    expect(namesOf(names)).toBe(text);
});
