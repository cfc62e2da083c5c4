import { LabCluster } from "../../lab/cluster";
import { hostKey } from "../../lab/keys";
import { seed } from "../../lab/topology";
import { portrait } from "./support/portrait";

describe("An up that must fail", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: seed });
    });

    afterAll(() => cluster?.down());

    it("changes no host and names the problem of each with --continue-on-error", async () => {
        const [ds1, rs2] = [cluster.host("ds1"), cluster.host("rs2")];
        const untouched = async () =>
            (await Promise.all([ds1, cluster.host("rs3")].map(portrait))).map(({ kept }) => kept);
        await ds1.run("echo install ip_vs /bin/false >/etc/modprobe.d/no-ipvs.conf");
        await rs2.cut();
        try {
            const before = await untouched();
            await cluster.configure(({ directors, realServers, vrrpInstances }) => {
                vrrpInstances[0]!.interface = "eth9";
                directors[0]!.distribution = undefined;
                directors[0]!.keepalivedVersion = "2.3.4";
                directors[1]!.privateKey = hostKey("nobody").private;
                realServers[0]!.hostKey = hostKey("somebody else").public;
                realServers[2]!.user = "nosudo";
            });
            const start = Date.now();
            // Without the option Pulumi starts no further step after the first error.
            const output = await cluster.stack.failingUp(["--continue-on-error"]);
            expect(Date.now() - start).toBeLessThan(60_000);
            for (const line of [
                /lvs-ds1-preflight[^]*ds1: modules: a file in \/etc\/modprobe\.d forbids ip_vs\. Allow it there\./,
                /ds1: interface: eth9 does not exist\. Use one of: eth0\./,
                /ds1: keepalived: [\d.]+ is installed, but the configuration is for 2\.3\.4 or later/,
                /lvs-ds2-preflight[^]*unable to authenticate/,
                /lvs-rs1-preflight[^]*host key mismatch/,
                /lvs-rs2-preflight[^]*10\.128\.190\.250:22/,
                /lvs-rs3-preflight[^]*sudo: a password is required/,
            ]) {
                expect(output).toMatch(line);
            }
            expect(await untouched()).toEqual(before);
        } finally {
            await ds1.run("rm /etc/modprobe.d/no-ipvs.conf");
            await rs2.boot();
        }
    });

    it("is followed by one that succeeds, also as a user with sudo and behind a bastion", async () => {
        await cluster.change(({ directors, realServers }) => {
            const { host, hostKey } = realServers[0]!;
            const privateKey = cluster.lab.client.privateKey;
            realServers[0]!.user = "admin";
            directors[0]!.user = "admin";
            directors[0]!.proxy = { host, hostKey, user: "nosudo", privateKey };
        });
        await cluster.untilHealthy();
        const logins = await cluster
            .host("ds1")
            .run("journalctl -q -b -u ssh -o cat | grep '^Accepted.* admin '");
        expect(logins).toContain("for admin from 10.128.190.249");
        expect(logins).not.toContain("for admin from 10.128.190.252");
    });

    it("because of an invalid stack file names every problem and connects to no host", async () => {
        const before = await cluster.logins();
        const output = await cluster.failingChange((config) => {
            config.virtualServers[0]!.port = 70000;
            config.vrrpInstances[0]!.virtualRouterId = 256;
            config.authPass = "longer than eight";
            config.directors[1]!.hostKey = undefined;
        });
        expect(output).toContain("virtualServers[0].port: 70000 is out of range.");
        expect(output).toContain("vrrpInstances[0].virtualRouterId: 256 is out of range.");
        expect(output).toContain("authPass: The password (17 bytes) has a form");
        expect(output).toContain("directors[1].hostKey: The value is missing.");
        expect(output).not.toContain("longer than eight");
        expect(await cluster.logins()).toEqual(before);
    });

    it("because of a keyword that keepalived refuses keeps the cluster serving as before", async () => {
        const live = () => cluster.host("ds1").run("cat /etc/keepalived/keepalived.conf");
        const before = [await live(), await cluster.host("ds2").run("ipvsadm -Sn")];
        const probe = await cluster.probe();
        const output = await cluster.failingChange(({ vrrpInstances }) => {
            vrrpInstances[0]!.extraConfig = "no_such_word";
        });
        expect(output).toMatch(/ds2: keepalived [\d.]+ refuses/);
        expect([await live(), await cluster.host("ds2").run("ipvsadm -Sn")]).toEqual(before);
        expect((await probe.stop()).failed).toEqual([]);
    });

    it("because adverts do not pass between the directors says so, and the next one mends the cluster", async () => {
        const directors = ["ds1", "ds2"].map((name) => cluster.host(name));
        const wall =
            "nft 'table inet wall { chain out { type filter hook output priority 0; meta l4proto 112 drop; }; }'";
        await Promise.all(directors.map((host) => host.run(wall)));
        const mac = (await directors[1]!.run("cat /sys/class/net/eth0/address")).trim();
        const another = { virtualIp: "10.128.190.246", port: 80 };
        const output = await cluster.failingChange((config) => {
            config.virtualServers.push(another);
        });
        expect(output).toContain(
            `ds1: 10.128.190.248 is also on the host with ${mac}. No advert of another director arrives on eth0`,
        );
        await Promise.all(directors.map((host) => host.run("nft delete table inet wall")));
        await cluster.change((config) => {
            config.virtualServers.push(another);
        });
        await cluster.untilHealthy();
    });
});
