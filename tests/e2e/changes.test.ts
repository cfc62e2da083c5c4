import { waitUntil } from "../../lab/lab";
import { type Change, changed, Cluster, vip } from "./support/cluster";

describe("a cluster that serves is changed", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.deployed();
    });

    afterAll(() => cluster?.down());

    const up = async (change: Change) => {
        await cluster.stack.configure(await changed(change));
        return cluster.stack.up();
    };

    /** When keepalived was last started on a host, as the host tells it. */
    const startOf = (host: string) =>
        cluster.lab
            .host(host)
            .run("systemctl show -p ActiveEnterTimestampMonotonic --value keepalived");

    it("with the owner of the virtual IP last, whoever that is by now", async () => {
        const ds1 = cluster.lab.host("ds1");
        await ds1.run("systemctl stop keepalived");
        await cluster.untilOwner("ds2");
        const output = await up(({ realServers }) => (realServers[0]!.weight = 2));
        const said = [
            `ds2: waits until the other directors are changed, for it owns ${vip}`,
            "ds1: keepalived 2.2.7 started",
            "ds2: keepalived 2.2.7 reloaded",
        ].map((line) => output.indexOf(line));
        expect(said).toEqual([...said].sort((a, b) => a - b));
        expect(said).not.toContain(-1);
        for (const director of cluster.directors) {
            expect(await director.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 2");
        }
        await cluster.untilHealthy();
    });

    it("and not at all on the owner when another director refuses the change", async () => {
        const [ds1, ds2] = cluster.directors;
        await ds1!.run("systemctl stop keepalived; chmod a-x /usr/sbin/keepalived");
        await cluster.untilOwner("ds2");
        const before = await ds2!.run("ipvsadm -Sn; cat /etc/keepalived/keepalived.conf");
        const probe = await cluster.probe();
        await cluster.stack.configure(
            await changed(({ realServers }) => (realServers[0]!.weight = 7)),
        );
        expect(await cluster.stack.failingUp()).toMatch(/ds1: /);
        expect(await ds2!.run("ipvsadm -Sn; cat /etc/keepalived/keepalived.conf")).toBe(before);
        expect((await probe.stop()).failed).toEqual([]);

        await ds1!.run("chmod a+x /usr/sbin/keepalived");
        await cluster.stack.up();
        expect(await ds2!.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 7");
        await cluster.untilHealthy();
    });

    it("and a change that the owner had put off is forgotten when it is taken out of the plan", async () => {
        const [ds1, ds2] = cluster.directors;
        const postponed = () => ds2!.tryRun("ls /var/lib/pulumi-lvs/configure/postponed");
        await ds1!.run("systemctl stop keepalived; chmod a-x /usr/sbin/keepalived");
        await cluster.untilOwner("ds2");
        await cluster.stack.configure(
            await changed(({ realServers }) => (realServers[0]!.weight = 8)),
        );
        await cluster.stack.failingUp();
        expect((await postponed()).status).toBe(0);

        await ds1!.run("chmod a+x /usr/sbin/keepalived; systemctl start keepalived");
        await up(({ realServers }) => (realServers[0]!.weight = 7));
        expect((await postponed()).status).not.toBe(0);
        expect(await ds2!.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 7");
        await cluster.untilHealthy();
    });

    it("with drained: true, a real server keeps its connections and gets no new ones", async () => {
        const slow = `exec 3<>/dev/tcp/${vip}/80
            printf 'GET / HTTP/1.0\\r\\n' >&3; sleep 12; printf '\\r\\n' >&3
            timeout 5 tail -n 1 <&3`;
        const open = [1, 2, 3].map(() => cluster.lab.exec(["bash", "-c", slow]));
        await waitUntil("a connection to rs1", 5_000, async () => {
            const table = await cluster.lab.host("ds1").run("ipvsadm -Lnc");
            return /ESTABLISHED .*10\.128\.190\.249:80/.test(table);
        });
        await up(({ realServers }) => (realServers[0]!.drained = true));
        expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS2", "RS3"]));
        const bodies = (await Promise.all(open)).map((body) => body.trim());
        expect(bodies).toContain("RS1");
        expect(bodies).not.toContain("");
    });

    it("by a hand-over when asked: the virtual IP moves before its owner changes, and back", async () => {
        const started = await startOf("ds1");
        const probe = await cluster.probe();
        const output = await up((config) => {
            config.handOver = true;
            config.realServers[0]!.weight = 4;
        });
        expect(output).toContain("ds2: keepalived 2.2.7 reloaded");
        expect(output).toContain("ds1: keepalived 2.2.7 handed over, restarted");
        expect(await startOf("ds1")).not.toBe(started);
        await cluster.untilHealthy();
        const { failed, longestGap } = await probe.stop();
        // Each move may reset the one that is open just then: nobody has told the next owner of it.
        expect(failed.filter(({ error }) => error !== "ECONNRESET")).toEqual([]);
        expect(failed.length).toBeLessThanOrEqual(2);
        expect(longestGap).toBeLessThan(3000);
    });

    it("by a repair: what somebody took out of a host by hand comes back, and for nothing else keepalived is restarted", async () => {
        await up(() => undefined);
        const ds1 = cluster.lab.host("ds1");
        const rs2 = cluster.lab.host("rs2");
        await ds1.run("ipvsadm -C; echo '# mine' >>/etc/keepalived/keepalived.conf");
        await rs2.run(
            `ip address delete ${vip}/32 dev lo; sysctl -q net.ipv4.conf.all.arp_ignore=0`,
        );
        const output = await up((config) => (config.repair = "first"));
        expect(output).toContain("ds2: configure unchanged");
        expect(output).toContain("ds1: keepalived 2.2.7 restarted");
        expect(output).toContain(`rs2: real server with address ${vip}/32 lo`);
        await cluster.untilHealthy();
        expect(await ds1.run("cat /etc/keepalived/keepalived.conf")).not.toContain("# mine");
        expect(await rs2.run("sysctl -n net.ipv4.conf.all.arp_ignore")).toBe("1\n");
        expect(new Set(await cluster.bodies(3))).toEqual(new Set(["RS1", "RS2", "RS3"]));

        const started = await startOf("ds1");
        const again = await up((config) => (config.repair = "second"));
        for (const { name } of cluster.members) {
            expect(again).toContain(`${name}: configure unchanged`);
        }
        // What comes with a repair is not there yet, and neither is what comes when the word goes.
        await up((config) => {
            config.repair = "third";
            config.virtualServers.push({ virtualIp: vip, port: 81 });
        });
        await up(({ virtualServers }) => virtualServers.push({ virtualIp: vip, port: 82 }));
        expect(await startOf("ds1")).toBe(started);
    });

    it("and cut off in the middle, a host is put back by the next up", async () => {
        const ds2 = cluster.lab.host("ds2");
        // As if the machine had died when the files were new and nothing had been told of them.
        await ds2.run(`
            mkdir -p /run/systemd/system/keepalived.service.d
            printf '[Service]\\nExecReload=\\nExecReload=/bin/sh -c "pkill -KILL -f ^sh.-s.apply"\\n' \\
                >/run/systemd/system/keepalived.service.d/killer.conf
            systemctl daemon-reload`);
        await cluster.stack.configure(
            await changed(({ realServers }) => (realServers[1]!.weight = 6)),
        );
        await cluster.stack.failingUp();
        const config = "cat /etc/keepalived/keepalived.conf";
        expect(await ds2.run(config)).toContain("weight 6");
        await ds2.run("rm -r /run/systemd/system/keepalived.service.d; systemctl daemon-reload");

        const output = await up(({ realServers }) => (realServers[1]!.weight = 5));
        expect(output).toContain("ds2: an earlier change was cut off, and is taken back");
        expect(await ds2.run("ipvsadm -Sn")).toContain("-r 10.128.190.250:80 -g -w 5");
        expect(await ds2.run("ls /var/lib/pulumi-lvs/configure")).not.toContain("changing");
    });

    it("without a second owner when a virtual IP comes, and no black hole when a real server leaves it", async () => {
        const other = "10.128.190.244";
        const withOther = (names: string[]) =>
            up(({ virtualServers }) =>
                virtualServers.push({
                    virtualIp: other,
                    port: 80,
                    realServers: names.map((name) => ({ name })),
                }),
            );
        const since = (await cluster.lab.host("ds2").run("date +%s")).trim();
        const probe = await cluster.probe();
        await withOther(["rs1", "rs2", "rs3"]);
        await waitUntil("the new virtual IP", 10_000, async () => {
            const page = await cluster.lab.tryExec(["curl", "-sS", `http://${other}/`]);
            return page.stdout.startsWith("RS");
        });
        expect((await probe.stop()).failed).toEqual([]);
        const log = await cluster.lab.host("ds2").run(`journalctl -u keepalived --since @${since}`);
        expect(log).not.toContain("MASTER");

        const clients = await cluster.lab.probe(`http://${other}/`, {
            intervalMs: 50,
            timeoutMs: 5000,
        });
        const output = await withOther(["rs2", "rs3"]);
        expect((await clients.stop()).failed).toEqual([]);
        const said = [
            `rs1: configure unchanged: waits until the directors are changed with address ${other}/32 lo`,
            "ds2: keepalived 2.2.7 reloaded",
            "ds1: keepalived 2.2.7 reloaded",
            `rs1: real server with address ${vip}/32 lo\n`,
        ].map((line) => output.indexOf(line));
        expect(said).not.toContain(-1);
        expect(said).toEqual([...said].sort((a, b) => a - b));
        expect(await cluster.lab.host("rs1").run("ip address show dev lo")).not.toContain(other);
    });

    it("with a host by another name: it goes on serving, and is taken down by that name only", async () => {
        await up(() => undefined);
        const probe = await cluster.probe();
        const output = await up(({ realServers }) => (realServers[0]!.name = "first"));
        expect(output).toContain("rs1: configure stays: it is lvs-first's by now");
        expect((await probe.stop()).failed).toEqual([]);
        expect(await cluster.lab.host("rs1").run("ip address show dev lo")).toContain(vip);
        expect(new Set(await cluster.bodies(3))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("with successors at work before a whole pool drains", async () => {
        const servedBy = (name: string) =>
            up(({ virtualServers }) => (virtualServers[0]!.realServers = [{ name }]));
        await servedBy("rs1");
        const probe = await cluster.probe();
        await servedBy("rs2");
        const { failed } = await probe.stop();
        expect(failed).toEqual([]);
        expect(await cluster.bodies(2)).toEqual(["RS2", "RS2"]);
    });

    it("while another change is at work, waits for it and writes down whose the lock is then", async () => {
        const rs1 = cluster.lab.host("rs1");
        const script = "exec 9>>/run/pulumi-lvs.lock; flock 9; echo theirs >&9; sleep 3";
        await rs1.run(`nohup sh -c '${script}' >/dev/null 2>&1 </dev/null &`);
        const start = Date.now();
        await up(({ realServers }) => (realServers[0]!.httpd!.page = "RS1 waited"));
        expect(Date.now() - start).toBeGreaterThan(2000);
        const holder = await rs1.run("cat /run/pulumi-lvs.lock");
        expect(holder).toMatch(
            /^configure, asked for from 10\.128\.190\.252, since 20[\d:TZ-]+, process \d+\n$/,
        );
    });
});
