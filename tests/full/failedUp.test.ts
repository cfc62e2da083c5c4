import { LabCluster } from "../../lab/cluster";

/** Fill the disk: most of it with a large file, the rest with small writes. */
const fillDisk =
    "fallocate -l $(df --output=avail -B1 / | tail -n 1) /full; cat /dev/zero >>/full 2>/dev/null || :";

describe("A cluster keeps serving when an up fails", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("on a full disk of a director, and the next up succeeds with free space", async () => {
        const ds2 = cluster.host("ds2");
        const table = () => ds2.run("ipvsadm -Sn; cat /etc/keepalived/keepalived.conf");
        const before = await table();
        await ds2.run(fillDisk);
        const probe = await cluster.probe();
        await cluster.configure((config) => {
            config.realServers[0]!.weight = 5;
        });
        expect(await cluster.stack.failingUp()).toMatch(/lvs-ds2-configure[^]*No space left/);
        expect(await table()).toBe(before);
        expect((await probe.stop()).failed).toEqual([]);

        await ds2.run("rm /full; sync");
        await cluster.stack.up();
        expect(await table()).toContain("-r 10.128.190.249:80 -g -w 5");
    });

    it("on a keepalived that ignores the reload, and the old files are restored", async () => {
        const ds2 = cluster.host("ds2");
        const config = () => ds2.run("cat /etc/keepalived/keepalived.conf");
        const before = await config();
        // A reload that never reaches keepalived.
        await ds2.run(`
            mkdir -p /run/systemd/system/keepalived.service.d
            printf '[Service]\\nExecReload=\\nExecReload=/bin/true\\n' \\
                >/run/systemd/system/keepalived.service.d/deaf.conf
            systemctl daemon-reload`);
        await cluster.configure((config) => {
            config.virtualServers.push({ virtualIp: "10.128.190.248", port: 81 });
        });
        const output = await cluster.stack.failingUp();
        expect(output).toMatch(/ds2: .*the kernel lacks: -A -t 10\.128\.190\.248:81 -s rr/);
        expect(output).toContain("ds2: rolled back; the former configuration works");
        expect(await config()).toBe(before);
        expect(await cluster.activeDirectors()).toEqual(["ds1"]);
        await ds2.run("rm -r /run/systemd/system/keepalived.service.d; systemctl daemon-reload");
        await cluster.stack.up();
        expect(await ds2.run("ipvsadm -Sn")).toContain("-A -t 10.128.190.248:81 -s rr");
    });

    it("on a broken unit of a real server, which keeps its state", async () => {
        const rs1 = cluster.host("rs1");
        const own = () => rs1.run("cat /etc/lvs/real-servers/*.conf; ip -o -4 address show dev lo");
        const before = await own();
        await rs1.run(`
            mkdir -p /run/systemd/system/lvs-real-server.service.d
            printf '[Service]\\nExecReload=\\nExecReload=/bin/false\\n' \\
                >/run/systemd/system/lvs-real-server.service.d/broken.conf
            systemctl daemon-reload`);
        const probe = await cluster.probe();
        await cluster.configure((config) => {
            config.virtualServers.push({ virtualIp: "10.128.190.245", port: 80 });
        });
        const output = await cluster.stack.failingUp();
        expect(output).toContain("rs1: lvs-real-server fails");
        expect(output).toContain("rs1: rolled back; the former configuration works");
        expect(await own()).toBe(before);
        expect((await probe.stop()).failed).toEqual([]);
        await rs1.run(
            "rm -r /run/systemd/system/lvs-real-server.service.d; systemctl daemon-reload",
        );
        await cluster.stack.up();
        expect(await own()).toContain("10.128.190.245/32");
    });
});
