import { vip, spareRealServer, type Change } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Host } from "../../lab/host";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { RunResult } from "../../lab/run";
import type { ClusterStatus } from "../../cli/status";
import { expectGolden } from "../support/golden";
import { CommandLine } from "../../lab/commandLine";
import { previewText } from "./support/previewText";
import { transcriptsOf } from "./support/transcript";

const expectTranscript = transcriptsOf("docs/cli.md");

let cluster: LabCluster;
let ds1: Host, ds2: Host, rs1: Host, rs2: Host, rs3: Host;
let commandLine: CommandLine;

beforeAll(async () => {
    cluster = await LabCluster.deployed();
    [ds1, ds2] = cluster.directors as [Host, Host];
    [rs1, rs2, rs3] = cluster.realServers as [Host, Host, Host];
    commandLine = new CommandLine(cluster.lab, cluster.stack);
});

afterAll(() => cluster?.down());

function lvs(...words: string[]): Promise<RunResult> {
    return commandLine.run(...words);
}

/** Output of a command that succeeds. */
async function lvsOutput(...words: string[]): Promise<string> {
    const { status, stdout, stderr } = await lvs(...words);
    expect([status, stderr]).toEqual([0, ""]);
    return stdout;
}

/** Output of a command that finds problems or differences. */
async function lvsFindings(...words: string[]): Promise<string> {
    const { status, stdout, stderr } = await lvs(...words);
    expect([status, stderr]).toEqual([1, ""]);
    return stdout;
}

describe("lvs status", () => {
    it("shows a healthy cluster with one login for each host", async () => {
        const before = await cluster.logins();
        expectTranscript("lvs status", await lvsOutput("status"));
        const after = await cluster.logins();
        for (const { name } of cluster.members) expect(after[name]).toBe(before[name]! + 1);
    });

    it("prints the same as JSON with --json", async () => {
        await cluster.bodies(6);
        const { clusters } = JSON.parse(await lvsOutput("status", "--json")) as {
            clusters: ClusterStatus[];
        };
        const [{ name, virtualIps, problems }] = clusters as [ClusterStatus];
        expect([name, problems]).toEqual(["inventory", []]);
        expect(virtualIps).toMatchObject([
            {
                ip: vip,
                activeDirectors: ["ds1"],
                services: [
                    {
                        service: `TCP ${vip}:80`,
                        servers: [{ name: "rs1" }, { name: "rs2" }, { name: "rs3" }],
                    },
                ],
            },
        ]);
        const { servers } = virtualIps[0]!.services[0]!;
        for (const { active, inactive } of servers) expect(active + inactive).toBeGreaterThan(0);
    });

    it("prints the same as a page for a browser with --html", async () => {
        const page = await lvsOutput("status", "--html");
        expect(page).toMatch(
            /^<!doctype html>[^]*<h1 class="green">No problems<\/h1>[^]*<\/html>\n$/,
        );
        for (const { name } of cluster.members) expect(page).toContain(`<tr><td>${name}</td>`);
    });

    it("names the web server that is down", async () => {
        await rs2.run("systemctl stop apache2");
        await cluster.untilOut("rs2");
        const text = await lvsFindings("status");
        expect(text).toContain(`problem: rs2:80 is down for TCP ${vip}:80 (seen by ds1, ds2)`);
        expectTranscript("lvs status   # a web server has been stopped", text);
        await rs2.run("systemctl start apache2");
        await cluster.untilHealthy();
    });

    it("repeats the report over the same connections with --watch", async () => {
        const before = await cluster.logins();
        const { command, env } = commandLine.command("status", "--watch", "1");
        const watch = cluster.lab.spawn(command, {
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const ended = once(watch, "exit");
        let shown = "";
        watch.stdout!.setEncoding("utf8").on("data", (text: string) => (shown += text));
        await waitUntil("three reports", patienceMs, () => {
            return shown.split("No problems.").length > 3;
        });
        watch.kill("SIGINT");
        await ended;
        const after = await cluster.logins();
        for (const { name } of cluster.members) expect(after[name]).toBe(before[name]! + 1);
    });
});

describe("lvs check", () => {
    afterAll(async () => {
        const unchanged = cluster.members
            .map(({ name }) => `${name}: unchanged since the last up\n`)
            .join("");
        await waitUntil("no drift", patienceMs, async () => {
            const { stdout } = await lvs("check");
            if (stdout !== unchanged) throw new Error(stdout);
            return true;
        });
    });

    it("finds nothing after an up", async () => {
        expectTranscript("lvs check", await lvsOutput("check"));
    });

    it("shows a changed file and a changed kernel setting", async () => {
        const file = "/etc/keepalived/keepalived.conf";
        await ds1.run(`cp -p ${file} /tmp/kept; sed -i 's/advert_int 1/advert_int 3/' ${file}`);
        await ds1.run("sysctl -q net.ipv4.vs.expire_nodest_conn=0");
        const text = await lvsFindings("check", "ds1", "rs1");
        await ds1.run(`mv /tmp/kept ${file}; sysctl -q -p /etc/sysctl.d/lvs.conf`);
        expectTranscript("lvs check ds1 rs1", text);
        expect(text).toContain("\n-    advert_int 1\n+    advert_int 3\n");
        expect(text).toContain(
            "\n-net.ipv4.vs.expire_nodest_conn = 1\n+net.ipv4.vs.expire_nodest_conn = 0\n",
        );
        expect(text).toMatch(/\nrs1: unchanged since the last up\n$/);
    });

    it("shows a virtual IP that was removed and a unit that was disabled", async () => {
        await rs1.run(`ip address delete ${vip}/32 dev lo; systemctl -q disable lvs-real-server`);
        const text = await lvsFindings("check", "ds1", "rs1");
        await rs1.run("lvs-real-server start; systemctl -q enable lvs-real-server");
        expect(text).toContain(`rs1: virtual IPs\n`);
        expect(text).toContain(`\n-${vip} lo\n`);
        expect(text).toContain("\n-active enabled\n+active disabled\n");
        expect(text).toContain("ds1: unchanged since the last up\n");
    });

    it("shows a manually edited IPVS table", async () => {
        const server = `-t ${vip}:80 -r ${rs3.address}:80 -g`;
        await ds1.run(`ipvsadm -e ${server} -w 7; ipvsadm -A -t ${vip}:8080`);
        const text = await lvsFindings("check", "ds1");
        await ds1.run(`ipvsadm -e ${server} -w 1; ipvsadm -D -t ${vip}:8080`);
        expect(text).toContain(`ds1: IPVS table\n`);
        expect(text).toContain(`\n--a ${server} -w 1\n+-a ${server} -w 7\n`);
        expect(text).toContain(`\n+-A -t ${vip}:8080 -s wlc\n`);
    });

    it("reports a changed password without showing it", async () => {
        const file = "/etc/keepalived/auth_pass.conf";
        const kept = await ds2.run(`cat ${file}`);
        await ds2.run(`cp -p ${file} /tmp/kept; echo '# by hand' >>${file}; chmod 640 ${file}`);
        const text = await lvsFindings("check", "ds2");
        await ds2.run(`mv /tmp/kept ${file}`);
        expect(text).toContain(`ds2: file ${file}\ndiffers. Its content is secret.\n`);
        expect(text).toContain("\n-600 root\n+640 root\n");
        expect(text).not.toContain(/"(.*)"/.exec(kept)![1]);
    });

    it("reports hosts through sudo", async () => {
        await cluster.change(({ realServers }) =>
            Object.assign(realServers[2]!, { user: "admin" }),
        );
        expect(await lvsOutput("check", "rs3")).toBe("rs3: unchanged since the last up\n");
        await cluster.change();
    });
});

describe("The current configuration", () => {
    afterEach(async () => cluster.configure());

    async function withChange(change: Change): Promise<void> {
        await cluster.configure(change);
    }

    it("is rendered by lvs render to the same files as on the hosts", async () => {
        const out = path.join(cluster.lab.dir, "rendered");
        const text = await lvsOutput("render", "--out", out);
        for (const host of cluster.members) {
            const listed = await host.run(
                "find /var/lib/pulumi-lvs -name files -exec cat {} + | sort -u",
            );
            const installed = listed.split("\n").filter(Boolean);
            const secret = installed.filter((file) => file.endsWith("auth_pass.conf"));
            const own = `${path.join(out, host.name)}/`;
            const written = text.split("\n").filter((line) => line.startsWith(own));
            const files = written.map((line) => line.slice(own.length - 1));
            expect(files.sort()).toEqual(installed.filter((file) => !secret.includes(file)).sort());
            for (const file of files) {
                const live = await host.run(`cat ${file}; stat -c %a ${file}`);
                const target = path.join(own, file);
                const { mode } = await fs.stat(target);
                const rendered = await fs.readFile(target, "utf8");
                expect(`${rendered}${(mode & 0o777).toString(8)}\n`).toBe(live);
            }
        }
        expect(text).toContain("ds1: /etc/keepalived/auth_pass.conf is not written (secret)\n");
        const some = await lvsOutput("render", "rs1", "--out", out);
        const shorter = some.replaceAll(`${out}/`, "rendered/");
        expectTranscript("lvs render rs1 --out rendered", shorter);
    });

    it("has no difference in lvs diff after an up", async () => {
        const text = cluster.members.map(({ name }) => `${name}: no changes\n`).join("");
        expect(await lvsOutput("diff")).toBe(text);
    });

    it("shows a new weight in lvs diff before the up", async () => {
        await withChange(({ realServers }) => (realServers[0]!.weight = 3));
        const text = await lvsFindings("diff", "ds1", "rs1");
        expect(text).toContain("\n-        weight 1\n+        weight 3\n");
        expectTranscript("lvs diff ds1 rs1   # a weight has been changed in the stack file", text);
    });

    it("shows in lvs diff everything that a new host lacks, and no host that is removed", async () => {
        await withChange(({ realServers }) => realServers.push(spareRealServer()));
        const text = await lvsFindings("diff", "rs4");
        expect(text).toContain("\n+address 10.128.190.248/32 lo\n");
        // A host that is removed from the stack file belongs to the cluster no more.
        await withChange(({ realServers }) => realServers.pop());
        expect(await lvsFindings("diff")).not.toContain("rs3");
    });

    it("is drawn by lvs topology as in the README", async () => {
        const text = await lvsOutput("topology");
        expectGolden("topology-seed.mmd", text);
        expectTranscript("lvs topology", text);
        const docs = path.join(__dirname, "..", "..", "docs", "topology.svg");
        expect(await lvsOutput("topology", "--svg")).toBe(await fs.readFile(docs, "utf8"));
    });

    it("passes lvs preflight, which fails for a virtual IP that is in use", async () => {
        expectTranscript("lvs preflight", await lvsOutput("preflight"));
        const taken = "10.128.190.252";
        await withChange(({ virtualServers }) => (virtualServers[0]!.virtualIp = taken));
        expect(await lvsFindings("preflight")).toMatch(
            new RegExp(`stop +address +${taken} on eth0 is in use`),
        );
    });

    it("is refused by lvs render with the components' messages if it is invalid", async () => {
        await withChange(({ virtualServers }) => (virtualServers[0]!.port = 70_000));
        const { status, stdout, stderr } = await lvs("render");
        expect([status, stdout]).toEqual([2, ""]);
        expect(stderr).toContain("virtualServers[0].port: ");
    });
});

describe("A preview", () => {
    afterEach(async () => cluster.configure());

    /** A preview without the lines that only identify resources. */
    async function preview(change: Change): Promise<string> {
        await cluster.configure(change);
        const text = await cluster.stack.pulumi(["preview", "--diff"]);
        return previewText(text).replaceAll(cluster.host("rs4").hostKey, "KEY");
    }

    it("shows the line of a new weight in the files of both directors", async () => {
        const text = await preview(({ realServers }) => (realServers[0]!.weight = 3));
        expectGolden("preview-weight.txt", text);
    });

    it("shows a new real server and its lines on both directors", async () => {
        const text = await preview(({ realServers }) => realServers.push(spareRealServer()));
        expectGolden("preview-real-server.txt", text);
    });

    it("shows the lines of a new virtual server on both directors", async () => {
        const text = await preview(({ virtualServers }) =>
            virtualServers.push({
                virtualIp: "10.128.190.246",
                port: 8080,
                realServers: [{ name: "rs1" }],
            }),
        );
        expectGolden("preview-virtual-server.txt", text);
    });

    it("shows no change for an unchanged program", async () => {
        expect(await preview(() => undefined)).toMatch(/^Resources:\n {4}35 unchanged$/m);
    });

    it("connects to no host", async () => {
        const before = await cluster.logins();
        await preview(({ realServers }) => (realServers[0]!.weight = 3));
        expect(await cluster.logins()).toEqual(before);
    });
});

it("A generated password is nowhere in the exported state", async () => {
    const file = await ds1.run("cat /etc/keepalived/auth_pass.conf");
    const password = /^auth_pass "([A-Za-z0-9]{8})"$/m.exec(file)![1]!;
    expect(await cluster.stack.pulumi(["stack", "export"])).not.toContain(password);
});

it("Outputs list the virtual IPs and every host with its address, user, port and host key", async () => {
    const text = await cluster.stack.pulumi(["stack", "output", "--json"]);
    const outputs = JSON.parse(text) as Record<string, unknown>;
    expect(outputs).toMatchObject({ vip, virtualIps: [vip] });
    const hosts = cluster.members.map(({ name, address, hostKey }) => [
        name,
        expect.objectContaining({ host: address, user: "root", port: 22, hostKey }) as object,
    ]);
    expect(outputs.inventory).toEqual(Object.fromEntries(hosts));
});

it("lvs keyscan prints the host keys of the stack file", async () => {
    const text = await lvsOutput("keyscan", ds1.address, `${rs1.address}:22`);
    expectTranscript(`lvs keyscan ${ds1.address} ${rs1.address}`, text);
    expect(text.match(/hostKey: .*/g)).toEqual(
        [ds1, rs1].map((host) => `hostKey: ${host.hostKey}`),
    );
});

it("lvs reports a powered-off host within seconds and shows all other hosts", async () => {
    await ds1.cut();
    await waitUntil(
        "a new active director",
        patienceMs,
        async () => (await cluster.activeDirectors()).join() === "ds2",
    );
    const start = performance.now();
    const status = await lvsFindings("status");
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(status).toMatch(/problem: ds1 cannot be reached: .*timed out/);
    expect(status).toContain(`${vip}  VI_1  active: ds2\n`);
    expect(status.match(/ serving /g)).toHaveLength(3);
    const check = await lvsFindings("check");
    expect(check).toMatch(/^ds1 cannot be reached/);
    expect(check).toContain("rs3: unchanged since the last up\n");
});

it("lvs check refuses a host whose key differs from the stack's", async () => {
    const { status, stdout } = await lvs("check", "rs1");
    expect([status, stdout]).toEqual([0, "rs1: unchanged since the last up\n"]);
    await rs1.run(
        "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/other && cp /etc/ssh/other /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh",
    );
    expect(await lvsFindings("check", "rs1")).toBe(
        `rs1 has another host key than the stack. Compare it with \`lvs keyscan ${rs1.address}\`.\n`,
    );
});
