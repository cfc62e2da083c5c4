import type { Host } from "../../lab/host";
import { hostKey } from "../../lab/keys";
import type { StackConfig } from "../../lab/stack";
import { changed, Cluster } from "./support/cluster";
import { portrait } from "./support/portrait";

jest.setTimeout(300_000);

type Config = Required<StackConfig>;

interface Trouble {
    /** What is wrong with ds1, or with what the configuration says of it. */
    break?: (host: Host) => Promise<unknown>;
    config?: (config: Config) => void;
    /** The line in which the user reads it. */
    says: RegExp;
    mend?: (host: Host) => Promise<unknown>;
}

/** One director and one real server suffice for what concerns a single host. */
const pair = (change: (config: Config) => void = () => undefined) =>
    changed((config) => {
        config.directors = config.directors.slice(0, 1);
        config.realServers = config.realServers.slice(0, 1);
        change(config);
    });

const emptyPackageList = "/etc/apt/sources.list.d/none.list";

const troubles: Record<string, Trouble> = {
    "the package is missing": {
        break: (host) =>
            host.run(`
                mkdir /root/sources && mv /etc/apt/sources.list* /root/sources/
                mkdir -p /etc/apt/sources.list.d && touch ${emptyPackageList}`),
        says: /ds1: cannot install keepalived; ipvsadm: E: .*keepalived/,
        mend: (host) =>
            host.run(
                "rm -r /etc/apt/sources.list.d; mv /root/sources/* /etc/apt/; rmdir /root/sources",
            ),
    },
    "the host does not answer": {
        break: (host) => host.cut(),
        says: /lvs-ds1-prepare[^]*10\.128\.190\.253:22/,
        mend: (host) => host.boot(),
    },
    "the key is not let in": {
        config: ({ directors }) => {
            directors[0]!.privateKey = hostKey("nobody").private;
        },
        says: /lvs-ds1-prepare[^]*unable to authenticate/,
    },
    "the host is not who it was": {
        config: ({ directors }) => {
            directors[0]!.hostKey = hostKey("somebody else").public;
        },
        says: /lvs-ds1-prepare[^]*host key mismatch/,
    },
    "sudo wants a password": {
        config: ({ directors }) => {
            directors[0]!.user = "nosudo";
        },
        says: /lvs-ds1-prepare[^]*sudo: a password is required/,
    },
    "the kernel has no IPVS": {
        break: (host) => host.run("echo install ip_vs /bin/false >/etc/modprobe.d/no-ipvs.conf"),
        says: /ds1: kernel module ip_vs cannot be loaded: modprobe: /,
        mend: (host) => host.run("rm /etc/modprobe.d/no-ipvs.conf"),
    },
    "the interface is missing": {
        config: ({ vrrp }) => {
            vrrp.interface = "eth9";
        },
        says: /ds1: keepalived 2\.2\.7 refuses the configuration \(status \d\): .*eth9/,
    },
    "the disk is full": {
        break: (host) =>
            host.run("dd if=/dev/zero of=/full bs=1M 2>/dev/null || cat /dev/zero >>/full || :"),
        says: /ds1: .*|No space left on device/,
        mend: (host) => host.run("rm /full; sync"),
    },
};

describe("on a bare host, up fails with a clear line, leaves it as it was, and heals", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.bare();
    });

    afterAll(() => cluster?.down());

    it.each(Object.entries(troubles))("when %s", async (_, trouble) => {
        const ds1 = cluster.lab.host("ds1");
        const before = await portrait(ds1);
        await trouble.break?.(ds1);
        await cluster.stack.configure(await pair(trouble.config));
        const start = Date.now();
        const output = await cluster.stack.failingUp();
        expect(Date.now() - start).toBeLessThan(60_000);
        expect(output).toMatch(trouble.says);

        await trouble.mend?.(ds1);
        // What the failed up had done already goes with a destroy.
        await cluster.stack.destroy();
        expect((await portrait(ds1)).kept).toEqual(before.kept);

        await cluster.stack.configure(await pair());
        await cluster.stack.up();
        expect(await cluster.bodies(2)).toEqual(["RS1", "RS1"]);
        await cluster.stack.destroy();
    });

    it("gives up on a dead host within thirty seconds", async () => {
        const ds1 = cluster.lab.host("ds1");
        await ds1.cut();
        await cluster.stack.configure(
            await pair((config) => {
                config.realServers[0]!.httpd = undefined as never;
            }),
        );
        const start = Date.now();
        const output = await cluster.stack.failingUp();
        expect(output).toContain("10.128.190.253:22");
        expect(Date.now() - start).toBeLessThan(30_000);
        await ds1.boot();
        await cluster.stack.destroy();
    });
});

describe("on a cluster that serves, up fails and it goes on serving as before", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("when the new configuration is refused", async () => {
        const live = () => cluster.lab.host("ds1").run("cat /etc/keepalived/keepalived.conf");
        const before = [await live(), await cluster.lab.host("ds2").run("ipvsadm -Sn")];
        const probe = await cluster.probe();
        await cluster.stack.configure(
            await changed((config) => {
                config.vrrp.interface = "eth9";
            }),
        );
        expect(await cluster.stack.failingUp()).toMatch(/ds2: keepalived 2\.2\.7 refuses/);
        expect([await live(), await cluster.lab.host("ds2").run("ipvsadm -Sn")]).toEqual(before);
        expect((await probe.stop()).failed).toEqual([]);
    });

    it("when a director's disk is full; with room again the next up heals", async () => {
        const ds2 = cluster.lab.host("ds2");
        const table = () => ds2.run("ipvsadm -Sn; cat /etc/keepalived/keepalived.conf");
        const before = await table();
        await ds2.run("dd if=/dev/zero of=/full bs=1M 2>/dev/null || cat /dev/zero >>/full || :");
        const probe = await cluster.probe();
        await cluster.stack.configure(
            await changed((config) => {
                config.realServers[0]!.weight = 5;
            }),
        );
        expect(await cluster.stack.failingUp()).toMatch(/lvs-ds2-configure[^]*No space left/);
        expect(await table()).toBe(before);
        expect((await probe.stop()).failed).toEqual([]);

        await ds2.run("rm /full; sync");
        await cluster.stack.up();
        expect(await table()).toContain("-r 10.128.190.249:80 -g -w 5");
    });

    it("when keepalived does not do what the plan says: the old files come back", async () => {
        const ds2 = cluster.lab.host("ds2");
        const config = () => ds2.run("cat /etc/keepalived/keepalived.conf");
        const before = await config();
        // A reload that reaches nobody.
        await ds2.run(`
            mkdir -p /run/systemd/system/keepalived.service.d
            printf '[Service]\\nExecReload=\\nExecReload=/bin/true\\n' \\
                >/run/systemd/system/keepalived.service.d/deaf.conf
            systemctl daemon-reload`);
        await cluster.stack.configure(
            await changed((config) => {
                config.virtualServers.push({ virtualIp: "10.128.190.248", port: 81 });
            }),
        );
        const output = await cluster.stack.failingUp();
        expect(output).toMatch(/ds2: .*the kernel lacks: -A -t 10\.128\.190\.248:81 -s rr/);
        expect(output).toContain("what was there before is back in place");
        expect(await config()).toBe(before);
        expect(await cluster.owners()).toEqual(["ds1"]);
        await ds2.run("rm -r /run/systemd/system/keepalived.service.d; systemctl daemon-reload");
        await cluster.stack.up();
        expect(await ds2.run("ipvsadm -Sn")).toContain("-A -t 10.128.190.248:81 -s rr");
    });
});
