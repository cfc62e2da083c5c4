import { LabCluster } from "../../lab/cluster";

describe("An up", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("drops a deferred change that is no longer in the plan", async () => {
        const [ds1, ds2] = cluster.directors;
        const deferred = () => ds2!.tryRun("ls /var/lib/pulumi-lvs/director/configure/deferred");
        await ds1!.run("systemctl stop keepalived; chmod a-x /usr/sbin/keepalived");
        await cluster.untilActive("ds2");
        await cluster.configure(({ realServers }) => (realServers[0]!.weight = 8));
        await cluster.stack.failingUp();
        expect((await deferred()).status).toBe(0);

        await ds1!.run("chmod a+x /usr/sbin/keepalived; systemctl start keepalived");
        await cluster.change(({ realServers }) => (realServers[0]!.weight = 7));
        expect((await deferred()).status).not.toBe(0);
        expect(await ds2!.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 7");
        await cluster.untilHealthy();
    });

    it("rolls back a change that was interrupted", async () => {
        const ds2 = cluster.host("ds2");
        // Simulate a crash after the files were written and before keepalived was reloaded.
        await ds2.run(`
            mkdir -p /run/systemd/system/keepalived.service.d
            printf '[Service]\\nExecReload=\\nExecReload=/bin/sh -c "pkill -KILL -f ^sh.-s.apply"\\n' \\
                >/run/systemd/system/keepalived.service.d/killer.conf
            systemctl daemon-reload`);
        await cluster.configure(({ realServers }) => (realServers[1]!.weight = 6));
        await cluster.stack.failingUp();
        const config = "cat /etc/keepalived/keepalived.conf";
        expect(await ds2.run(config)).toContain("weight 6");
        await ds2.run("rm -r /run/systemd/system/keepalived.service.d; systemctl daemon-reload");

        const output = await cluster.change(({ realServers }) => (realServers[1]!.weight = 5));
        expect(output).toContain("ds2: rolling back an earlier change that was interrupted");
        expect(await ds2.run("ipvsadm -Sn")).toContain("-r 10.128.190.250:80 -g -w 5");
        expect(await ds2.run("ls /var/lib/pulumi-lvs/director/configure")).not.toContain(
            "changing",
        );
    });

    it("waits for another change of the host, and the lock file names the change that holds the lock", async () => {
        const rs1 = cluster.host("rs1");
        const script = "exec 9>>/run/pulumi-lvs.lock; flock 9; echo theirs >&9; sleep 3";
        await rs1.run(`nohup sh -c '${script}' >/dev/null 2>&1 </dev/null &`);
        const start = Date.now();
        await cluster.change(({ realServers }) => (realServers[0]!.demoPage = "RS1 waited"));
        expect(Date.now() - start).toBeGreaterThan(2000);
        const holder = await rs1.run("cat /run/pulumi-lvs.lock");
        expect(holder).toMatch(
            /^configure, started from 10\.128\.190\.252, 20[\d:TZ-]+, process \d+\n$/,
        );
    });
});
