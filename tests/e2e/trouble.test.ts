import type { Host } from "../../lab/host";
import { installedDisk } from "../../lab/installedDisk";
import { hostKey } from "../../lab/keys";
import { Lab, waitUntil } from "../../lab/lab";
import { LabStack, type StackConfig } from "../../lab/stack";
import { only, seed } from "../../lab/topology";
import { holdAptLocks } from "./support/aptLocks";
import { changed, Cluster, pair, url } from "./support/cluster";
import { portrait } from "./support/portrait";
import { installed, ofRelease } from "./support/release";

/** What keeps the cluster from a host. */
interface BrokenHost {
    break: (host: Host) => Promise<unknown>;
    /** The line in which the user reads it. */
    says: RegExp;
    mend: (host: Host) => Promise<unknown>;
}

/** Takes all space in large pieces, and what is left of it in small ones. */
const fillDisk =
    "fallocate -l $(df --output=avail -B1 / | tail -n 1) /full; cat /dev/zero >>/full 2>/dev/null || :";

const brokenHosts: Record<string, BrokenHost> = {
    "the host does not answer": {
        break: (host) => host.cut(),
        says: /lvs-ds1-preflight[^]*10\.128\.190\.253:22/,
        mend: (host) => host.boot(),
    },
    "the kernel has no IPVS": {
        break: (host) => host.run("echo install ip_vs /bin/false >/etc/modprobe.d/no-ipvs.conf"),
        says: /ds1: modules: ip_vs must not be loaded here/,
        mend: (host) => host.run("rm /etc/modprobe.d/no-ipvs.conf"),
    },
    "the disk is full": {
        break: (host) => host.run(fillDisk),
        says: /ds1: disk: \/ has \d+ MB free/,
        mend: (host) => host.run("rm /full; sync"),
    },
};

interface WrongConfig {
    /** What is said of ds1 and is not so. */
    config: (config: Required<StackConfig>) => void;
    /** The line in which the user reads it. */
    says: RegExp;
}

const wrongConfigs: Record<string, WrongConfig> = {
    "the key is not let in": {
        config: ({ directors }) => {
            directors[0]!.privateKey = hostKey("nobody").private;
        },
        says: /lvs-ds1-preflight[^]*unable to authenticate/,
    },
    "the host is not who it was": {
        config: ({ directors }) => {
            directors[0]!.hostKey = hostKey("somebody else").public;
        },
        says: /lvs-ds1-preflight[^]*host key mismatch/,
    },
    "sudo wants a password": {
        config: ({ directors }) => {
            directors[0]!.user = "nosudo";
        },
        says: /lvs-ds1-preflight[^]*sudo: a password is required/,
    },
    "the interface is missing": {
        config: ({ vrrpInstances }) => {
            vrrpInstances[0]!.interface = "eth9";
        },
        says: /ds1: interface: there is no eth9, only eth0/,
    },
    "keepalived is older than is said": {
        config: ({ directors }) => {
            directors[0]!.distribution = undefined;
            directors[0]!.keepalivedVersion = "2.3.4";
        },
        says: /ds1: keepalived: here is [\d.]+, and the configuration would be made for 2\.3\.4/,
    },
};

describe("at a first up", () => {
    let lab: Lab;
    let stack: LabStack;
    let ds1: Host;
    /** Whether hosts are as on their first day: a test that does not get to its end leaves them otherwise. */
    let isRenewed = true;

    beforeAll(async () => {
        lab = await Lab.up(ofRelease(only(seed, "ds1", "rs1")), installed);
        stack = await LabStack.create(lab);
        ds1 = lab.host("ds1");
    });

    beforeEach(async () => {
        if (!isRenewed) await renew(lab, stack);
        isRenewed = false;
    });

    afterAll(() => lab?.down());

    const hosts = () => Promise.all(lab.hosts.map(async (host) => (await portrait(host)).kept));

    async function expectRefusal(config: StackConfig, line: RegExp): Promise<void> {
        await stack.configure(config);
        const start = Date.now();
        expect(await stack.failingUp()).toMatch(line);
        expect(Date.now() - start).toBeLessThan(60_000);
    }

    async function expectToServe(config?: StackConfig): Promise<void> {
        await stack.configure(config ?? (await pair()));
        await stack.up();
        await untilServed(lab);
    }

    async function takeDown(): Promise<void> {
        await stack.destroy();
        isRenewed = true;
    }

    describe("every host is left as it was, and the line is clear,", () => {
        it.each(Object.entries(wrongConfigs))("when %s", async (_, { config, says }) => {
            const before = await hosts();
            await expectRefusal(await pair(config), says);
            expect(await hosts()).toEqual(before);
            isRenewed = true;
        });

        it.each(Object.entries(brokenHosts))("when %s", async (_, trouble) => {
            const before = await hosts();
            await trouble.break(ds1);
            await expectRefusal(await pair(), trouble.says);
            await trouble.mend(ds1);
            expect(await hosts()).toEqual(before);
            isRenewed = true;
        });

        it("and the next one heals, also by a user with sudo, behind a bastion", async () => {
            const config = await pair(({ directors, realServers }) => {
                const { host, hostKey } = realServers[0]!;
                const privateKey = lab.client.privateKey;
                realServers[0]!.user = "admin";
                directors[0]!.user = "admin";
                directors[0]!.proxy = { host, hostKey, user: "nosudo", privateKey };
            });
            await expectToServe(config);
            const logins = await ds1.run(
                "journalctl -q -b -u ssh -o cat | grep '^Accepted.* admin '",
            );
            expect(logins).toContain("for admin from 10.128.190.249");
            expect(logins).not.toContain("for admin from 10.128.190.252");
            await takeDown();
        });
    });

    describe("what was done on the way goes with a destroy, and the next one heals,", () => {
        async function expectCure(
            before: string[],
            meanwhile: () => Promise<unknown> = () => Promise.resolve(),
        ): Promise<void> {
            await stack.destroy();
            expect(await hosts()).toEqual(before);
            await meanwhile();
            await expectToServe();
            await takeDown();
        }

        it("when the package is missing; and the next one waits for another apt that is at work", async () => {
            await ds1.reset();
            const before = await hosts();
            const sources = "/etc/apt/sources.list.d";
            await ds1.run(`
                mkdir /root/sources && mv /etc/apt/sources.list* /root/sources/
                mkdir -p ${sources} && touch ${sources}/none.list`);
            const says = /ds1: cannot install keepalived; ipvsadm: E: .*keepalived/;
            await expectRefusal(await pair(), says);
            await ds1.run(`rm -r ${sources}; mv /root/sources/* /etc/apt/; rmdir /root/sources`);
            await expectCure(before, () => holdAptLocks(ds1, 5));
        });

        it("when the configuration is refused", async () => {
            const before = await hosts();
            await expectRefusal(
                await pair(({ vrrpInstances }) => {
                    vrrpInstances[0]!.extraConfig = "no_such_word";
                }),
                /ds1: keepalived [\d.]+ refuses the configuration \(status \d\): .*no_such_word/,
            );
            await expectCure(before);
        });
    });

    it("a keepalived of the user's own runs on when ours is refused", async () => {
        const own = "vrrp_instance own {\ninterface eth0\nvirtual_router_id 7\n";
        const conf = `${own}virtual_ipaddress {\n10.128.190.240\n}\n}\n`;
        const write = "cat >/etc/keepalived/keepalived.conf && systemctl restart keepalived";
        await ds1.run(write, { stdin: conf });
        const pid = () => ds1.run("systemctl show -p MainPID --value keepalived");
        const before = await pid();
        expect(before).not.toBe("0\n");
        await stack.configure(
            await pair(({ vrrpInstances }) => (vrrpInstances[0]!.extraConfig = "no_such_word")),
        );
        expect(await stack.failingUp()).toMatch(/ds1: keepalived [\d.]+ refuses/);
        expect(await pid()).toBe(before);
    });
});

/** A real server that is slow to answer its first check is out for a moment. */
async function untilServed(lab: Lab): Promise<void> {
    await waitUntil("an answer of RS1", 20_000, async () =>
        ["RS1\n"].includes(await lab.exec(["curl", "-sS", "--max-time", "5", url])),
    );
}

/** Hosts as on their first day with a disk, of which the stack knows nothing. */
async function renew(lab: Lab, stack: LabStack): Promise<void> {
    await Promise.all(
        lab.hosts.map(async (host) => host.reset(await installedDisk({ suite: host.suite }))),
    );
    await stack.forget();
}

describe("on a cluster that serves, up fails and it goes on serving as before", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("when the stack file is wrong: every problem is named, and no host is connected to", async () => {
        const before = await cluster.logins();
        await cluster.stack.configure(
            await changed((config) => {
                config.virtualServers[0]!.port = 70000;
                config.vrrpInstances[0]!.virtualRouterId = 256;
                config.authPass = "longer than eight";
                config.directors[1]!.hostKey = undefined;
            }),
        );
        const output = await cluster.stack.failingUp();
        expect(output).toContain("virtualServers[0].port: 70000 is not a port (1–65535)");
        expect(output).toContain(
            "vrrpInstances[0].virtualRouterId: 256 is not a virtual router id (1–255)",
        );
        expect(output).toContain("authPass: the password (17 bytes) is not 1 to 8 printable");
        expect(output).toContain("directors[1].hostKey: is missing");
        expect(output).not.toContain("longer than eight");
        expect(await cluster.logins()).toEqual(before);
    });

    it("when the new configuration is refused", async () => {
        const live = () => cluster.lab.host("ds1").run("cat /etc/keepalived/keepalived.conf");
        const before = [await live(), await cluster.lab.host("ds2").run("ipvsadm -Sn")];
        const probe = await cluster.probe();
        await cluster.stack.configure(
            await changed((config) => {
                config.vrrpInstances[0]!.extraConfig = "no_such_word";
            }),
        );
        expect(await cluster.stack.failingUp()).toMatch(/ds2: keepalived [\d.]+ refuses/);
        expect([await live(), await cluster.lab.host("ds2").run("ipvsadm -Sn")]).toEqual(before);
        expect((await probe.stop()).failed).toEqual([]);
    });

    it("when a director's disk is full; with room again the next up heals", async () => {
        const ds2 = cluster.lab.host("ds2");
        const table = () => ds2.run("ipvsadm -Sn; cat /etc/keepalived/keepalived.conf");
        const before = await table();
        await ds2.run(fillDisk);
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
        expect(output).toContain("ds2: what was there before is back in place, and serves");
        expect(await config()).toBe(before);
        expect(await cluster.owners()).toEqual(["ds1"]);
        await ds2.run("rm -r /run/systemd/system/keepalived.service.d; systemctl daemon-reload");
        await cluster.stack.up();
        expect(await ds2.run("ipvsadm -Sn")).toContain("-A -t 10.128.190.248:81 -s rr");
    });

    it("when a real server cannot become what it is to be: it is what it was", async () => {
        const rs1 = cluster.lab.host("rs1");
        const own = () => rs1.run("cat /etc/lvs/real-server; ip -o -4 address show dev lo");
        const before = await own();
        await rs1.run(`
            mkdir -p /run/systemd/system/lvs-real-server.service.d
            printf '[Service]\\nExecReload=\\nExecReload=/bin/false\\n' \\
                >/run/systemd/system/lvs-real-server.service.d/broken.conf
            systemctl daemon-reload`);
        const probe = await cluster.probe();
        await cluster.stack.configure(
            await changed((config) => {
                config.virtualServers.push({ virtualIp: "10.128.190.245", port: 80 });
            }),
        );
        const output = await cluster.stack.failingUp();
        expect(output).toContain("rs1: lvs-real-server fails");
        expect(output).toContain("rs1: what was there before is back in place, and serves");
        expect(await own()).toBe(before);
        expect((await probe.stop()).failed).toEqual([]);
        await rs1.run(
            "rm -r /run/systemd/system/lvs-real-server.service.d; systemctl daemon-reload",
        );
        await cluster.stack.up();
        expect(await own()).toContain("10.128.190.245/32");
    });
});
