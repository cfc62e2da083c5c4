import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import { installedDisk } from "../../lab/installedDisk";
import { hostKey } from "../../lab/keys";
import { type Lab, patienceMs, waitUntil } from "../../lab/lab";
import type { LabStack, StackConfig } from "../../lab/stack";
import { withHosts, seed } from "../../lab/topology";
import { holdAptLocks } from "../e2e/support/aptLocks";
import { portrait } from "../e2e/support/portrait";

/** A problem that prevents a deployment to a host. */
interface BrokenHost {
    break: (host: Host) => Promise<unknown>;
    /** Message to the user. */
    message: RegExp;
    restore: (host: Host) => Promise<unknown>;
}

/** Fill the disk: most of it with a large file, the rest with small writes. */
const fillDisk =
    "fallocate -l $(df --output=avail -B1 / | tail -n 1) /full; cat /dev/zero >>/full 2>/dev/null || :";

const brokenHosts: Record<string, BrokenHost> = {
    "the host does not answer": {
        break: (host) => host.cut(),
        message: /lvs-ds1-preflight[^]*10\.128\.190\.253:22/,
        restore: (host) => host.boot(),
    },
    "the kernel has no IPVS": {
        break: (host) => host.run("echo install ip_vs /bin/false >/etc/modprobe.d/no-ipvs.conf"),
        message: /ds1: modules: a file in \/etc\/modprobe\.d forbids ip_vs\. Allow it there\./,
        restore: (host) => host.run("rm /etc/modprobe.d/no-ipvs.conf"),
    },
    "the disk is full": {
        break: (host) => host.run(fillDisk),
        message: /ds1: disk: \/ has \d+ MB free/,
        restore: (host) => host.run("rm /full; sync"),
    },
};

interface WrongConfig {
    /** Wrong argument of ds1. */
    config: (config: Required<StackConfig>) => void;
    /** Message to the user. */
    message: RegExp;
}

const wrongConfigs: Record<string, WrongConfig> = {
    "the host refuses the private key": {
        config: ({ directors }) => {
            directors[0]!.privateKey = hostKey("nobody").private;
        },
        message: /lvs-ds1-preflight[^]*unable to authenticate/,
    },
    "the host key differs": {
        config: ({ directors }) => {
            directors[0]!.hostKey = hostKey("somebody else").public;
        },
        message: /lvs-ds1-preflight[^]*host key mismatch/,
    },
    "sudo needs a password": {
        config: ({ directors }) => {
            directors[0]!.user = "nosudo";
        },
        message: /lvs-ds1-preflight[^]*sudo: a password is required/,
    },
    "the interface is missing": {
        config: ({ vrrpInstances }) => {
            vrrpInstances[0]!.interface = "eth9";
        },
        message: /ds1: interface: eth9 does not exist\. Use one of: eth0\./,
    },
    "keepalived is older than configured": {
        config: ({ directors }) => {
            directors[0]!.distribution = undefined;
            directors[0]!.keepalivedVersion = "2.3.4";
        },
        message:
            /ds1: keepalived: [\d.]+ is installed, but the configuration is for 2\.3\.4 or later/,
    },
};

describe("A first up", () => {
    let cluster: LabCluster;
    let lab: Lab;
    let stack: LabStack;
    let ds1: Host;
    /** Whether hosts are new. A test that fails leaves them changed. */
    let isNew = true;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: withHosts(seed, "ds1", "rs1") });
        ({ lab, stack } = cluster);
        ds1 = lab.host("ds1");
    });

    beforeEach(async () => {
        if (!isNew) await resetHosts(lab, stack);
        isNew = false;
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
        await stack.configure(config ?? (await cluster.config()));
        await stack.up();
        await untilServed(lab);
    }

    async function takeDown(): Promise<void> {
        await stack.destroy();
        isNew = true;
    }

    describe("changes no host and names the reason", () => {
        it.each(Object.entries(wrongConfigs))("when %s", async (_, { config, message }) => {
            const before = await hosts();
            await expectRefusal(await cluster.config(config), message);
            expect(await hosts()).toEqual(before);
            isNew = true;
        });

        it.each(Object.entries(brokenHosts))("when %s", async (_, problem) => {
            const before = await hosts();
            await problem.break(ds1);
            await expectRefusal(await cluster.config(), problem.message);
            await problem.restore(ds1);
            expect(await hosts()).toEqual(before);
            isNew = true;
        });
    });

    it("succeeds after failed ones, also as a user with sudo and behind a bastion", async () => {
        const config = await cluster.config(({ directors, realServers }) => {
            const { host, hostKey } = realServers[0]!;
            const privateKey = lab.client.privateKey;
            realServers[0]!.user = "admin";
            directors[0]!.user = "admin";
            directors[0]!.proxy = { host, hostKey, user: "nosudo", privateKey };
        });
        await expectToServe(config);
        const logins = await ds1.run("journalctl -q -b -u ssh -o cat | grep '^Accepted.* admin '");
        expect(logins).toContain("for admin from 10.128.190.249");
        expect(logins).not.toContain("for admin from 10.128.190.252");
        await takeDown();
    });

    describe("can be undone by a destroy after it failed halfway, and the next one succeeds,", () => {
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

        it("when a package is missing, and the next one waits for another running apt", async () => {
            await ds1.reset();
            const before = await hosts();
            const sources = "/etc/apt/sources.list.d";
            await ds1.run(`
                mkdir /root/sources && mv /etc/apt/sources.list* /root/sources/
                mkdir -p ${sources} && touch ${sources}/none.list`);
            const message = /ds1: cannot install keepalived; ipvsadm: E: .*keepalived/;
            await expectRefusal(await cluster.config(), message);
            await ds1.run(`rm -r ${sources}; mv /root/sources/* /etc/apt/; rmdir /root/sources`);
            await expectCure(before, () => holdAptLocks(ds1, 5));
        });

        it("when keepalived refuses the configuration", async () => {
            const before = await hosts();
            await expectRefusal(
                await cluster.config(({ vrrpInstances }) => {
                    vrrpInstances[0]!.extraConfig = "no_such_word";
                }),
                /ds1: keepalived [\d.]+ refuses the configuration \(status \d\): .*no_such_word/,
            );
            await expectCure(before);
        });
    });

    it("keeps the user's own keepalived running when keepalived refuses the configuration", async () => {
        const own = "vrrp_instance own {\ninterface eth0\nvirtual_router_id 7\n";
        const conf = `${own}virtual_ipaddress {\n10.128.190.240\n}\n}\n`;
        const write = "cat >/etc/keepalived/keepalived.conf && systemctl restart keepalived";
        await ds1.run(write, { stdin: conf });
        const pid = () => ds1.run("systemctl show -p MainPID --value keepalived");
        const before = await pid();
        expect(before).not.toBe("0\n");
        await stack.configure(
            await cluster.config(
                ({ vrrpInstances }) => (vrrpInstances[0]!.extraConfig = "no_such_word"),
            ),
        );
        expect(await stack.failingUp()).toMatch(/ds1: keepalived [\d.]+ refuses/);
        expect(await pid()).toBe(before);
    });
});

/** Wait for an answer. A real server that fails its first check is out for a moment. */
async function untilServed(lab: Lab): Promise<void> {
    await waitUntil("an answer of RS1", patienceMs, async () =>
        ["RS1\n"].includes(await lab.exec(["curl", "-sS", "--max-time", "5", `http://${vip}/`])),
    );
}

/** Boot hosts from new disks, and delete them from the stack's state. */
async function resetHosts(lab: Lab, stack: LabStack): Promise<void> {
    await Promise.all(
        lab.hosts.map(async (host) => host.reset(await installedDisk({ suite: host.suite }))),
    );
    await stack.deleteState();
}
