import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { type Host, Lab, patienceMs, waitUntil } from "../../lab/lab";
import { hostKey } from "../../lab/keys";
import { nodeCommand, run } from "../../lab/run";
import { cacheRoot, exists } from "../../lab/cache";
import { withHosts, seed, wide } from "../../lab/topology";

const root = path.join(__dirname, "../..");

/** Two labs at the same time, with hosts of the same name and address. */
let lab: Lab;
let other: Lab;
let ds1: Host;
let rs1: Host;
let devicesBefore: string;

beforeAll(async () => {
    devicesBefore = await run(["ip", "-o", "link"]);
    [lab, other] = await Promise.all([
        Lab.up(withHosts(seed, "ds1", "rs1")),
        Lab.up(withHosts(seed, "rs1")),
    ]);
    ds1 = lab.host("ds1");
    rs1 = lab.host("rs1");
});

afterAll(() => Promise.all([lab?.down(), other?.down()]));

describe("A lab's hosts", () => {
    test("are those of the topology, each with its own name and address", async () => {
        expect(await ds1.run("hostname; ip -4 -br address show eth0")).toMatch(
            /^ds1\neth0 .* 10\.128\.190\.253\/24 *\n$/,
        );
        expect((await rs1.run("cat /etc/machine-id")).trim()).not.toBe(
            (await ds1.run("cat /etc/machine-id")).trim(),
        );
    });

    test("show the host keys that were known before their boot", async () => {
        const knownHosts = path.join(lab.dir, "wrong_known_hosts");
        await fs.writeFile(knownHosts, `ds1 ${hostKey("rs1").public}\n`);
        const ssh = ["ssh", "-F", path.join(lab.dir, "ssh_config"), "-o", "ControlPath=none"];
        const login = (file: string) =>
            lab.tryExec([...ssh, "-o", `UserKnownHostsFile=${file}`, "ds1", "echo in"]);

        const right = await login(path.join(lab.dir, "known_hosts"));
        expect(right.stdout).toBe("in\n");
        const wrong = await login(knownHosts);
        expect(wrong.status).toBe(255);
        expect(wrong.stderr).toContain("Host key verification failed");
    });

    test("have a user with sudo and a user without", async () => {
        expect(await ds1.run("sudo -n id -u", { user: "admin" })).toBe("0\n");
        expect((await ds1.tryRun("sudo -n id -u", { user: "nosudo" })).status).not.toBe(0);
    });

    test("start without the cluster's packages, can install them, and have IPVS", async () => {
        const { status } = await ds1.tryRun("command -v keepalived || command -v ipvsadm");
        expect(status).not.toBe(0);
        await ds1.run("apt-get -q update && apt-get -q install -y ipvsadm");
        expect(await ds1.run("modprobe ip_vs && ipvsadm -Ln")).toContain("IP Virtual Server");
    });

    test("run many commands with one login", async () => {
        const logins = "journalctl -u ssh | grep -c 'Accepted publickey for root'";
        const before = await ds1.run(logins);
        await ds1.run("true");
        await ds1.run("true");
        expect(await ds1.run(logins)).toBe(before);
    });

    test("are isolated from another lab's hosts of the same name and address", async () => {
        await rs1.run("echo mine >/root/whose");
        await other.host("rs1").run("echo other >/root/whose");
        expect(await rs1.run("cat /root/whose")).toBe("mine\n");
        expect(other.host("rs1").address).toBe(rs1.address);
    });

    test("cannot be reached from outside the lab", async () => {
        const route = await run(["ip", "route", "get", rs1.address]).catch(String);
        expect(route).not.toMatch(/dev (lan|tap)/);
        expect((await lab.exec(["ip", "route"])).trim().split("\n")).toEqual([
            expect.stringMatching(/^10\.128\.190\.0\/24 dev lan /),
        ]);
    });
});

describe("A lab's host", () => {
    test("loses all its processes by a power cut and boots again with its disk", async () => {
        await ds1.run("echo kept >/root/kept; sync");
        const group = (await fs.readFile(path.join(lab.dir, "hosts/ds1/pid"), "utf8")).trim();
        expect((await listenersIn(group)).length).toBeGreaterThan(1);

        await ds1.cut();
        expect(await listenersIn(group)).toEqual([]);
        expect(await ds1.isUp()).toBe(false);
        expect(await answers(ds1)).toBe(false);

        await ds1.boot();
        expect(await ds1.run("cat /root/kept")).toBe("kept\n");
    });

    test("has a bare disk after a reset", async () => {
        await ds1.run("echo new >/root/kept");
        await ds1.reset();
        expect((await ds1.tryRun("ls /root/kept")).status).not.toBe(0);
    });

    test("reboots with a new boot id and all units running", async () => {
        const before = await ds1.run("cat /proc/sys/kernel/random/boot_id");
        await ds1.reboot();
        expect(await ds1.run("cat /proc/sys/kernel/random/boot_id")).not.toBe(before);
        expect(await ds1.run("systemctl is-system-running")).toBe("running\n");
    });

    test("does not answer while its cable is unplugged", async () => {
        await ds1.link("down");
        expect(await answers(ds1)).toBe(false);
        await ds1.link("up");
        await waitUntil("answer of ds1", patienceMs, () => answers(ds1));
    });
});

describe("Hosts of several networks", () => {
    let lab: Lab;
    let router: Host;
    let far1: Host;

    beforeAll(async () => {
        lab = await Lab.up(withHosts(wide, "router", "far1"));
        router = lab.host("router");
        far1 = lab.host("far1");
    });

    afterAll(() => lab?.down());

    test("have a card in each network, with an IPv4 and an IPv6 address", async () => {
        const { device, address, ipv6 } = router.card("far");
        const shown = await router.run(`ip -br address show ${device}`);
        expect(shown).toContain(` ${address}/24 ${ipv6}/64 `);
        expect([device, address, ipv6]).toEqual(["eth2", "10.128.192.1", "fd00:62:192::1"]);
    });

    test("reach other networks only through their router, and packages without it", async () => {
        const { address, ipv6 } = lab.client;
        const reached = async () => [
            (await far1.tryRun(`ping -c 1 -W 2 ${address}`)).status === 0,
            (await far1.tryRun(`ping -c 1 -W 2 ${ipv6}`)).status === 0,
        ];
        expect(await reached()).toEqual([true, true]);
        await router.link("down", "far");
        expect(await reached()).toEqual([false, false]);
        await far1.run("apt-get -q update");
        await router.link("up", "far");
        expect(await reached()).toEqual([true, true]);
    });

    test("filter and masquerade by nft if the kernel has it", async () => {
        const { address, ipv6 } = lab.client;
        const server = `require("net")
            .createServer((socket) => socket.end(socket.remoteAddress))
            .listen(process.argv[1], "${address}")`;
        for (const port of ["7000", "7001"]) lab.spawn([process.execPath, "-e", server, port]);
        /** Address of far1 as the client sees it. */
        const seenAs = async (port: number) => {
            const connect = `exec 3<>/dev/tcp/${address}/${port} && cat <&3`;
            return (await far1.tryRun(`timeout 2 bash -c '${connect}'`)).stdout;
        };
        const answers = async () => [
            await seenAs(7000),
            await seenAs(7001),
            (await far1.tryRun(`ping -c 1 -W 2 ${ipv6}`)).status === 0,
        ];
        await waitUntil("both servers", patienceMs, async () => !(await answers()).includes(""));
        expect(await answers()).toEqual([far1.address, far1.address, true]);

        await router.run("apt-get -q update && apt-get -q install -y nftables");
        const { status } = await router.tryRun(`nft -f - <<'END'
            table inet filter {
                chain forward {
                    type filter hook forward priority 0; policy drop
                    ct state established accept
                    tcp dport 7000 accept
                }
            }
            table ip nat {
                chain postrouting {
                    type nat hook postrouting priority 100
                    oifname ${router.card("lan").device} masquerade
                }
            }\nEND`);
        expect(status === 0).toBe(lab.parts.kernel.complete);
        if (!lab.parts.kernel.complete) return;
        expect(await answers()).toEqual([router.address, "", false]);
        await router.run("nft flush ruleset");
        expect(await answers()).toEqual([far1.address, far1.address, true]);
    });
});

test("A probe logs every request, every failure and the longest gap", async () => {
    await rs1.run(`systemd-run --unit=answer perl -MIO::Socket::INET -e '
        my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 50) or die;
        while (my $client = $server->accept) {
            while (<$client>) { last if /^\\r?\\n$/ }
            print $client "HTTP/1.0 200 OK\\r\\n\\r\\nRS1\\n";
            close $client;
        }'`);
    const url = `http://${rs1.address}:8080/`;
    await lab.exec(["curl", "-sS", "--retry", "20", "--retry-connrefused", url]);

    const probe = await lab.probe(url, { intervalMs: 20, timeoutMs: 2000 });
    await waitUntil("successes", patienceMs, () => probe.soFar().requests.length > 50);
    expect(probe.soFar().failed).toEqual([]);
    await rs1.freeze();
    await waitUntil("failures", patienceMs, () => probe.soFar().failed.length > 20);
    await rs1.thaw();
    const thawed = Date.now();
    await waitUntil("successes after the gap", patienceMs, () =>
        probe.soFar().requests.some(({ at, error }) => at > thawed && !error),
    );
    const { requests, failed, longestGap, bodyCounts } = await probe.stop();

    expect(failed.map(({ error }) => error)).toContain("timeout");
    expect(bodyCounts).toEqual({ RS1: requests.length - failed.length });
    expect(longestGap).toBeGreaterThan(1000);
    expect(longestGap).toBeLessThan(20_000);
    const inOrder = [...requests].sort((a, b) => a.at - b.at);
    expect(requests).toEqual(inOrder);
    // The pace does not depend on the answers: 50 a second, with some tolerance for a busy machine.
    const seconds = (requests.at(-1)!.at - requests[0]!.at) / 1000;
    expect(requests.length).toBeGreaterThan(seconds * 40);
});

test("A cluster is deployed from a checkout in a path with a space, with a home folder of 120 characters", async () => {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-lvs "));
    try {
        const checkout = path.join(folder, "check out");
        const isCopied = (file: string) => !/\/(node_modules|\.git|dist)$/.test(file);
        await fs.cp(root, checkout, { recursive: true, filter: isCopied });
        await fs.symlink(path.join(root, "node_modules"), path.join(checkout, "node_modules"));
        const home = path.join(os.tmpdir(), "h".repeat(119 - os.tmpdir().length));
        const script = `
            const { LabCluster } = require("./lab/cluster");
            const { withHosts, seed } = require("./lab/topology");
            const virtualIpaddress = [{ ip: "10.128.190.248" }];
            LabCluster.boot({ topology: withHosts(seed, "ds1") }).then(async (cluster) => {
                await cluster.deploy({
                    directors: cluster.memberArgs("ds1"),
                    vrrpInstances: [{ interface: "eth0", virtualRouterId: 62, virtualIpaddress }],
                });
                await cluster.untilActive("ds1");
                process.exit(0);
            });`;
        const [program, ...args] = nodeCommand("cli.ts").slice(0, -1);
        const env = {
            HOME: home,
            XDG_STATE_HOME: undefined,
            XDG_CACHE_HOME: path.dirname(cacheRoot),
        };
        await run([program!, ...args, "-e", script], { cwd: checkout, env });
        await waitUntil("end of the lab", patienceMs, async () => {
            const labs = path.join(home, ".local/state/pulumi-lvs/labs");
            return (await fs.readdir(labs)).length === 0;
        });
        await fs.rm(home, { recursive: true });
    } finally {
        await fs.rm(folder, { recursive: true });
    }
});

describe("Nothing of a lab remains", () => {
    test("after its removal", async () => {
        const [dir, pids] = [lab.dir, await processesOf(lab)];
        expect(pids.length).toBeGreaterThan(5);
        await ds1.freeze();
        await lab.down();
        await expectNothingLeft(dir, pids);
        expect(await Lab.attach(lab.name)).toBeUndefined();
        // A second removal does nothing.
        await lab.down();
    });

    test("after the process that started it was killed", async () => {
        const { starter, name } = startLab();
        await waitUntil("the lab", patienceMs, () => starter.output.includes("up"));
        const killed = (await Lab.attach(name))!;
        const [dir, pids] = [killed.dir, await processesOf(killed)];
        process.kill(starter.pid, "SIGKILL");
        await waitUntil("end of the lab", patienceMs, async () => !(await exists(dir)));
        await expectNothingLeft(dir, pids);
    });

    test("after an interruption of its start", async () => {
        const { starter, name } = startLab();
        const half = await waitUntil("a booting host", patienceMs, async () => {
            const started = await Lab.attach(name);
            return (await started?.host("rs1").isUp()) && started;
        });
        const [dir, pids] = [half.dir, await processesOf(half)];
        // As a terminal does: send the signal to the whole foreground process group.
        process.kill(-starter.pid, "SIGINT");
        await waitUntil("end of the lab", patienceMs, async () => !(await exists(dir)));
        await expectNothingLeft(dir, pids);
    });

    test("in the machine's network, memory and control groups", async () => {
        await other.down();
        expect(await run(["ip", "-o", "link"])).toBe(devicesBefore);
        const groups = await run([
            "find",
            "/sys/fs/cgroup",
            "-name",
            path.basename(other.shortDir),
        ]);
        expect(groups).toBe("");
        expect(await exists(other.shortDir)).toBe(false);
    });
});

/** Every process in the lab's namespace, as a client of the lab sees it. */
async function processesOf(some: Lab): Promise<string[]> {
    const mine = '[ "$(readlink $p/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo $p';
    const script = `for p in /proc/[0-9]*; do ${mine}; done; true`;
    const found = await some.exec(["sh", "-c", script]);
    const isThere = async (folder: string) => exists(path.join(folder, "ns/net"));
    const folders = found.trim().split("\n");
    const there = await Promise.all(folders.map(isThere));
    return folders.filter((_, index) => there[index]);
}

async function listenersIn(group: string): Promise<string[]> {
    const all = await run(["ps", "-e", "-o", "pgid=,stat=,pid="]);
    const rows = all.split("\n").map((line) => line.trim().split(/ +/));
    return rows.filter(([its, state]) => its === group && state![0] !== "Z").map((row) => row[2]!);
}

async function answers(host: Host): Promise<boolean> {
    const connect = `exec 3<>/dev/tcp/${host.address}/22`;
    return (await lab.tryExec(["timeout", "1", "bash", "-c", connect])).status === 0;
}

async function expectNothingLeft(dir: string, pids: string[]): Promise<void> {
    // The last process may be about to end.
    await waitUntil(`end of the processes of ${dir}`, 5000, async () => {
        const left = await Promise.all(pids.map((pid) => exists(path.join(pid, "ns/net"))));
        return !left.includes(true);
    });
    expect(await exists(dir)).toBe(false);
    expect(await fs.readFile("/proc/self/mountinfo", "utf8")).not.toContain(dir);
    expect(await run(["ps", "-e", "-o", "args="])).not.toContain(dir);
}

/** Start a process that boots a lab, prints "up", and waits. */
function startLab() {
    const name = `seed-started-${process.pid}-${Math.floor(Math.random() * 1e6)}`;
    const script = `
        const { Lab } = require("./lab/lab");
        const { withHosts, seed } = require("./lab/topology");
        Lab.up(withHosts(seed, "rs1"), { name: "${name}" }).then(() => console.log("up"));
        setInterval(() => undefined, 1000);`;
    const [program, ...args] = nodeCommand("cli.ts").slice(0, -1);
    const child = spawn(program!, [...args, "-e", script], {
        cwd: root,
        detached: true,
        stdio: ["ignore", "pipe", "inherit"],
    });
    const starter = { pid: child.pid!, output: "" };
    child.stdout.on("data", (text: Buffer) => (starter.output += text.toString()));
    return { starter, name };
}
