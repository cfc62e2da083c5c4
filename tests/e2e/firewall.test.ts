import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import { firewallPackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { threeDirectors, type Topology } from "../../lab/topology";

/** ds1 and ds2 use nftables. ds3 uses firewalld, which needs more memory. */
const topology: Topology = {
    ...threeDirectors,
    name: "firewalls",
    hosts: threeDirectors.hosts.map((host) =>
        host.name === "ds3" ? { ...host, memoryMB: 256 } : host,
    ),
};

const vip6 = "fd00:62:190::248";
const ports = { DR: 80, FULLNAT: 8080 } as const;
const urlsOf = (port: number) => [vip, `[${vip6}]`].map((host) => `http://${host}:${port}`);
const directUrls = urlsOf(ports.DR);
const urls = Object.values(ports).flatMap(urlsOf);

/** Drop everything that is not allowed, and forward nothing. */
const nftables = `#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state vmap { invalid : drop, established : accept, related : accept }
        ip saddr 10.128.190.240 drop
        iif lo accept
        meta l4proto icmp accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept
        tcp dport 22 accept
    }
    chain forward {
        type filter hook forward priority filter; policy drop;
    }
}
`;

describe("Directors behind firewalls", () => {
    let cluster: LabCluster;
    let directors: Host[];
    let ds1: Host;
    let ds2: Host;
    let ds3: Host;
    let before: string[];

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology, packages: firewallPackages });
        directors = ["ds1", "ds2", "ds3"].map((name) => cluster.host(name));
        [ds1, ds2, ds3] = directors as [Host, Host, Host];
        await Promise.all([
            ...[ds1, ds2].map((host) =>
                host.run(`cat >/etc/nftables.conf <<'END'
${nftables}END
                    systemctl enable -q --now nftables`),
            ),
            // The lab's kernel lacks this feature.
            ds3.run(`sed -i 's/^IPv6_rpfilter=.*/IPv6_rpfilter=no/' /etc/firewalld/firewalld.conf
                systemctl enable -q --now firewalld
                timeout 30 sh -c 'until firewall-cmd -q --state; do sleep 0.2; done'`),
        ]);
        before = await rulesets();
    });

    afterAll(() => cluster?.down());

    /** FULLNAT has its own tables, whether the firewall is opened or not. */
    function configuration({ openFirewall = true, fullNat = true } = {}): StackConfig {
        const lvsMethods: (keyof typeof ports)[] = fullNat ? ["DR", "FULLNAT"] : ["DR"];
        const realServers = cluster.webServerArgs("rs1", "rs2").map((member) => ({
            ...member,
            address6: cluster.host(member.name).ipv6,
        }));
        return {
            openFirewall,
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
            directors: cluster.memberArgs("ds1", "ds2", "ds3"),
            realServers,
            virtualServers: [vip, vip6].flatMap((virtualIp) =>
                lvsMethods.map((lvsMethod) => ({
                    virtualIp,
                    port: ports[lvsMethod],
                    lvsMethod,
                    realServers: realServers.map(({ name }) => ({ name, port: 80 })),
                })),
            ),
        };
    }

    /** Wait until ds1 alone is active, which shows that adverts arrive, and all services answer. */
    async function untilHealthy() {
        await untilActive("ds1");
        for (const url of urls) await untilAnswered(url);
    }

    async function untilActive(...names: string[]) {
        await waitUntil(`${names.join()} active`, patienceMs, async () => {
            const active = (await cluster.activeDirectors(vip)).join();
            if (active === names.join()) return true;
            throw new Error(`active: ${active}`);
        });
    }

    /** Wait until both real servers answer in turn. */
    async function untilAnswered(url: string) {
        await waitUntil(`answers from ${url}`, patienceMs, async () => {
            const bodies = await cluster.bodies(2, url);
            if (bodies.sort().join() === "RS1,RS2") return true;
            throw new Error(bodies.join());
        });
    }

    /** The rulesets of all directors. */
    async function rulesets(): Promise<string[]> {
        return Promise.all(directors.map((host) => host.run("nft list ruleset")));
    }

    it("keep their rules with openFirewall: false, and the up fails because they receive no adverts", async () => {
        await cluster.stack.configure(configuration({ openFirewall: false, fullNat: false }));
        const output = await cluster.stack.failingUp();
        expect(output).toMatch(new RegExp(`The host with [0-9a-f:]+ also has ${vip}[,.]`));
        expect(output).toContain("The firewall of this host drops the adverts of ");
        await untilActive("ds1", "ds2", "ds3");
        expect(await rulesets()).toEqual(before);
    });

    describe("opened by an up", () => {
        beforeAll(async () => {
            await cluster.deploy(configuration());
            await untilHealthy();
        });

        afterEach(untilHealthy);

        it("receive the connections of the active director", async () => {
            const hold = `exec 3<>/dev/tcp/${vip}/80; sleep 20`;
            const held = cluster.lab.spawn(["bash", "-c", hold]);
            try {
                await Promise.all(directors.map(untilConnected));
            } finally {
                held.kill();
            }
        });

        async function untilConnected(host: Host) {
            await waitUntil(`a connection on ${host.name}`, patienceMs, async () =>
                (await host.run("ipvsadm -Lnc")).includes("ESTABLISHED"),
            );
        }

        it.each(["reload", "restart"])("stay open after a %s of nftables", async (action) => {
            const open = await rulesets();
            await Promise.all([ds1, ds2].map((host) => host.run(`systemctl ${action} nftables`)));
            await untilRulesetsAre(open);
        });

        it("stay open after a reboot", async () => {
            const open = await rulesets();
            await Promise.all(directors.map((host) => host.reboot()));
            await untilRulesetsAre(open);
        });

        it("forward the answers of FULLNAT servers with nftables", async () => {
            for (const url of urlsOf(ports.FULLNAT)) await untilAnswered(url);
        });

        it("obey a rule that refuses a service, and lvs check says so", async () => {
            const refused = async (host: Host) =>
                waitUntil(`a refusal on ${host.name}`, patienceMs, async () => {
                    const said = await host.run("lvs-director check");
                    return said.includes(`refuses input tcp any any ${vip} 80 by`);
                });
            await ds1.run(`sed -i 's/^        tcp dport 22 accept/        tcp dport 80 drop\\n&/' /etc/nftables.conf
                systemctl restart nftables`);
            await refused(ds1);
            await expect(cluster.bodies(1, urls[0])).rejects.toThrow();
            await ds1.run(
                `sed -i '/tcp dport 80 drop/d' /etc/nftables.conf; systemctl restart nftables`,
            );
            await ds3.run(
                `firewall-cmd -q --add-rich-rule='rule family=ipv4 destination address=${vip} drop'`,
            );
            await refused(ds3);
            await ds3.run("firewall-cmd -q --reload");
        });

        it("become active and serve by DR and FULLNAT with firewalld, also after its reload", async () => {
            await ds3.run("firewall-cmd -q --reload");
            await expectServedByDs3(async () => {
                for (const url of urls) await untilAnswered(url);
            });
        });

        it.each([0, 1])(
            "let the ends of DR connections through firewalld with net.ipv4.vs.conntrack=%d",
            async (conntrack) => {
                const set = (value: number) => ds3.run(`sysctl -q net.ipv4.vs.conntrack=${value}`);
                await set(conntrack);
                try {
                    await expectServedByDs3(async () => {
                        for (const [index, url] of directUrls.entries()) {
                            await untilAnswered(url);
                            const port = `${65_000 + 2 * conntrack + index}`;
                            await cluster.lab.exec(["curl", "-sSg", "--local-port", port, url]);
                            await untilClosed(port);
                        }
                    });
                } finally {
                    await set(1);
                }
            },
        );

        /** Wait until ds3 knows that the connection from this port has ended. */
        async function untilClosed(port: string) {
            await waitUntil(`the end of the connection from ${port}`, patienceMs, async () => {
                const connection = await ds3.run(`ipvsadm -Lnc | grep ':${port} '`);
                if (/(_WAIT|CLOSE) /.test(connection)) return true;
                throw new Error(connection);
            });
        }
    });

    it("have exactly their original rules after a destroy", async () => {
        await cluster.stack.destroy();
        expect(await rulesets()).toEqual(before);
    });

    async function expectServedByDs3(expectServed: () => Promise<void>) {
        await Promise.all([ds1, ds2].map((host) => host.run("systemctl stop keepalived")));
        try {
            await untilActive("ds3");
            await expectServed();
        } finally {
            // One after the other: keepalived hangs if its sync daemon ends right after its start.
            await ds1.run("systemctl start keepalived");
            await untilActive("ds1");
            await ds2.run("systemctl start keepalived");
        }
    }

    async function untilRulesetsAre(open: string[]) {
        await waitUntil("the same rules", patienceMs, async () => {
            expect(await rulesets()).toEqual(open);
            return true;
        });
    }
});
