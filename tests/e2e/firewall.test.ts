import type { Host } from "../../lab/host";
import { clusterPackages, installedDisk } from "../../lab/installedDisk";
import { waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { threeDirectors, type Topology } from "../../lab/topology";
import { Site, vip } from "./support/site";

jest.setTimeout(300_000);

/** A director for each kind of firewall: ds1 and ds2 have nftables, ds3 has firewalld, ds4 has none. */
const topology: Topology = {
    ...threeDirectors,
    name: "firewalls",
    hosts: [
        ...threeDirectors.hosts.map((host) =>
            host.name === "ds3" ? { ...host, memoryMB: 256 } : host,
        ),
        { name: "ds4", cards: { lan: "10.128.190.245" } },
    ],
};

const vip6 = "fd00:62:190::248";
const urls = [vip, `[${vip6}]`].flatMap((host) => [`http://${host}/`, `http://${host}:8000/`]);

/** What is not let in is dropped. That answers of FULLNAT may go through is nobody's word but ours. */
const nftables = `#!/usr/sbin/nft -f
flush ruleset
table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
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

describe("directors behind firewalls", () => {
    let site: Site;
    let directors: Host[];
    let ds1: Host;
    let ds2: Host;
    let ds3: Host;
    let ds4: Host;
    let before: string[];

    beforeAll(async () => {
        const packages = [...clusterPackages, "nftables", "firewalld"];
        site = await Site.up(topology, await installedDisk({ packages }));
        directors = ["ds1", "ds2", "ds3", "ds4"].map((name) => site.lab.host(name));
        [ds1, ds2, ds3, ds4] = directors as [Host, Host, Host, Host];
        await Promise.all([
            ...[ds1, ds2].map((host) =>
                host.run(`cat >/etc/nftables.conf <<'END'
${nftables}END
                    systemctl enable -q --now nftables`),
            ),
            // The lab's kernel cannot do what this asks for.
            ds3.run(`sed -i 's/^IPv6_rpfilter=.*/IPv6_rpfilter=no/' /etc/firewalld/firewalld.conf
                systemctl enable -q --now firewalld`),
        ]);
        before = await rulesets();
        await site.deploy(configuration());
        await untilHealthy();
    });

    afterAll(() => site?.down());

    function configuration(openFirewall = true): StackConfig {
        const realServers = site.webServers("rs1", "rs2").map((member) => ({
            ...member,
            address6: site.lab.host(member.name).ipv6,
        }));
        return {
            openFirewall,
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
            directors: site.members("ds1", "ds2", "ds3", "ds4"),
            realServers,
            virtualServers: [vip, vip6].flatMap((virtualIp) => [
                { virtualIp, port: 80 },
                {
                    virtualIp,
                    port: 8000,
                    lvsMethod: "FULLNAT" as const,
                    realServers: realServers.map(({ name }) => ({ name, port: 80 })),
                },
            ]),
        };
    }

    /** ds1 the only owner, which nobody is whom adverts do not reach, and all services answered. */
    async function untilHealthy() {
        await untilOwned("ds1");
        for (const url of urls) await untilAnswered(url);
    }

    async function untilOwned(...names: string[]) {
        await waitUntil(`${names.join()} as owner`, 60_000, async () => {
            const owners = (await site.owners(vip, ...directors)).join();
            if (owners === names.join()) return true;
            throw new Error(`owners: ${owners}`);
        });
    }

    /** By both real servers, in turn. */
    async function untilAnswered(url: string) {
        const curl = ["curl", "-sS", "-g", "--max-time", "1", url, url];
        await waitUntil(`answers from ${url}`, 20_000, async () => {
            const bodies = (await site.lab.exec(curl)).trim().split(/\s+/);
            if (bodies.sort().join() === "RS1,RS2") return true;
            throw new Error(bodies.join());
        });
    }

    /** The rules of all directors, to the byte. */
    async function rulesets(): Promise<string[]> {
        return Promise.all(directors.map((host) => host.run("nft list ruleset")));
    }

    it("are opened for adverts and services: one owner, and all is answered", untilHealthy);

    it("are opened for connection sync: each director hears of the owner's connections", async () => {
        const held = site.lab.spawn(["bash", "-c", `exec 3<>/dev/tcp/${vip}/80; sleep 20`]);
        try {
            await Promise.all(
                directors.map((host) =>
                    waitUntil(`a connection on ${host.name}`, 10_000, async () =>
                        (await host.run("ipvsadm -Lnc")).includes("ESTABLISHED"),
                    ),
                ),
            );
        } finally {
            held.kill();
        }
    });

    it("are open again when nftables has been reloaded or restarted", async () => {
        for (const action of ["reload", "restart"]) {
            const open = await rulesets();
            await Promise.all([ds1, ds2].map((host) => host.run(`systemctl ${action} nftables`)));
            await waitUntil("the same rules", 10_000, async () => {
                expect(await rulesets()).toEqual(open);
                return true;
            });
            await untilHealthy();
        }
    });

    it("are open after a reboot", async () => {
        const open = await rulesets();
        await Promise.all(directors.map((host) => host.reboot()));
        await untilHealthy();
        expect(await rulesets()).toEqual(open);
    });

    it("a director with firewalld owns and serves, also when firewalld has been reloaded", async () => {
        await ds3.run("firewall-cmd -q --reload");
        await Promise.all([ds1, ds2].map((host) => host.run("systemctl stop keepalived")));
        await untilOwned("ds3");
        for (const url of urls) await untilAnswered(url);
        await Promise.all([ds1, ds2].map((host) => host.run("systemctl start keepalived")));
        await untilHealthy();
    });

    it("a director without a firewall gets none", async () => {
        const tables = (await ds4.run("nft list tables")).trim().split("\n");
        expect(tables).toEqual(["table ip pulumi_lvs", "table ip6 pulumi_lvs"]);
    });

    it("openFirewall: false leaves them alone, and directors do not hear each other", async () => {
        await site.deploy(configuration(false));
        for (const host of [ds1, ds2]) {
            const rules = await host.run("nft list ruleset");
            expect(rules).not.toContain("pulumi-lvs");
            expect(rules.startsWith(before[directors.indexOf(host)]!)).toBe(true);
        }
        await untilOwned("ds1", "ds2", "ds3");
        await site.deploy(configuration());
        await untilHealthy();
    });

    it("are to the byte what they were when the cluster is gone", async () => {
        await site.stack.destroy();
        expect(await rulesets()).toEqual(before);
    });
});
