import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import { serverPackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { ipv6Of, withHosts, wide } from "../../lab/topology";
import { portrait } from "./support/portrait";

const { lan, inside } = wide.networks as Required<typeof wide.networks>;
const outsideIps = ["10.128.190.248", ipv6Of("10.128.190.248", lan!)];
const gateways = ["10.128.191.10", ipv6Of("10.128.191.10", inside!)];
const nat = ["in1", "in2"];
const far = ["far1", "far2"];

/** A service for each method and tunnel: the port for clients, and its real servers. */
const methods = {
    NAT: { port: 80, pool: nat, at: 8080 },
    FULLNAT: { port: 8000, pool: ["fn1"], at: 80 },
    ipip: { port: 8001, pool: far, at: 8001 },
    gue: { port: 8002, pool: far, at: 8002 },
    gre: { port: 8003, pool: far, at: 8003 },
    DR: { port: 8004, pool: ["rs1"], at: 8004 },
} as const;
type Method = keyof typeof methods;
const names = Object.keys(methods) as Method[];
const tunnels = ["ipip", "gue", "gre"] as const;
const families = ["IPv4", "IPv6"] as const;
type Family = (typeof families)[number];

/** Number of real servers in a director's table: each pool once for each address family. */
const serverCount = 2 * names.reduce((sum, name) => sum + methods[name].pool.length, 0);

describe("All forwarding methods in one cluster:", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let ds2: Host;
    let before: string[];

    beforeAll(async () => {
        const hosts = wide.hosts.map(({ name }) => name).filter((name) => !/^rs[23]$/.test(name));
        cluster = await LabCluster.boot({
            topology: withHosts(wide, ...hosts),
            packages: serverPackages,
        });
        ds1 = cluster.host("ds1");
        ds2 = cluster.host("ds2");
        await Promise.all(realServers().map(({ name }) => prepareWebServer(cluster.host(name))));
        before = await portraits();
        await cluster.deploy(configuration());
        await untilHealthy();
    });

    afterAll(() => cluster?.down());

    /** Let the web server listen on all ports, and log each request with its client. */
    async function prepareWebServer(host: Host) {
        const ports = [...new Set(names.flatMap((name) => [methods[name].at]))];
        await host.run(`
            cd /etc/apache2
            printf 'Listen %s\\n' ${ports.join(" ")} >ports.conf
            cat >sites-available/000-default.conf <<'END'
<VirtualHost *>
    DocumentRoot /var/www/html
    CustomLog /var/log/apache2/access.log "%{local}p %a %I %q"
</VirtualHost>
END
            systemctl restart apache2`);
    }

    function realServers() {
        return [...nat, "rs1", "fn1", ...far].map((name) => {
            const member = {
                ...cluster.webServerArgs(name)[0]!,
                address6: cluster.host(name).ipv6,
            };
            const [gateway, gateway6] = gateways;
            return nat.includes(name) ? { ...member, gateway, gateway6 } : member;
        });
    }

    function configuration(mss?: number): StackConfig {
        const instance = (name: string, device: string, [ip, ipv6]: string[]) => ({
            name,
            interface: device,
            virtualRouterId: 62,
            virtualIpaddress: [{ ip: ip!, prefixLength: 24 }],
            virtualIpaddressExcluded: [{ ip: ipv6!, prefixLength: 64 }],
        });
        const router = cluster.host("router").card("inside").address;
        return {
            scripts: [{ name: "inside", content: `#!/bin/sh\nexec ping -q -c 1 -W 1 ${router}\n` }],
            trackScripts: [{ name: "inside", script: { script: "inside", user: "root" }, fall: 3 }],
            // No sync group is configured: NAT makes one of the two instances.
            vrrpInstances: [
                instance("outside", "eth0", outsideIps),
                { ...instance("inside", "eth1", gateways), trackScript: [{ name: "inside" }] },
            ],
            directors: cluster.memberArgs("ds1", "ds2"),
            realServers: realServers(),
            virtualServers: outsideIps.flatMap((virtualIp) =>
                names.map((name) => {
                    const { port, pool, at } = methods[name];
                    const tunnel = tunnels.find((type) => type === name);
                    return {
                        virtualIp,
                        port,
                        delayLoop: 2,
                        connectTimeout: 0.5,
                        lvsMethod: tunnel ? "TUN" : (name as "NAT" | "FULLNAT" | "DR"),
                        ...(tunnel && { tunnel: { type: tunnel, mss } }),
                        realServers: pool.map((member) => ({
                            name: member,
                            ...(at !== port && { port: at }),
                        })),
                    };
                }),
            ),
        };
    }

    function url(method: Method, family: Family = "IPv4") {
        const host = family === "IPv4" ? outsideIps[0] : `[${outsideIps[1]}]`;
        return `http://${host}:${methods[method].port}/`;
    }

    /** Wait until ds1 is active for all virtual IPs and has every real server in its table. */
    async function untilHealthy() {
        await waitUntil("a healthy cluster", patienceMs, async () => {
            const active = await virtualIps();
            const servers = (await cluster.ipvsRules("ds1", "-a ")).length;
            if (active.ds1!.length === 4 && active.ds2!.length === 0 && servers === serverCount)
                return true;
            throw new Error(`${JSON.stringify(active)}, ${servers} of ${serverCount} servers`);
        });
    }

    /** Virtual IPs of each director that is on. */
    async function virtualIps(): Promise<Record<string, string[]>> {
        const lists = await Promise.all(
            [ds1, ds2].map(async (host) => {
                if (!(await host.isUp())) return [host.name, []] as const;
                const addresses = await host.run("ip -o address show");
                const all = [...outsideIps, ...gateways];
                return [host.name, all.filter((ip) => addresses.includes(` ${ip}/`))] as const;
            }),
        );
        return Object.fromEntries(lists) as Record<string, string[]>;
    }

    let requests = 0;

    /** Send one request with some bytes to upload. Return the body and the web server's log. */
    async function request(method: Method, family: Family, bytes = 0, seconds = 10) {
        const query = `?${++requests}`;
        const upload = bytes === 0 ? "" : `head -c ${bytes} /dev/zero | `;
        const data = bytes === 0 ? "" : "--data-binary @-";
        const curl = `curl -sS -g --max-time ${seconds} ${data} '${url(method, family)}${query}'`;
        const body = (await cluster.lab.exec(["sh", "-c", upload + curl])).trim();
        const log = await cluster.lab
            .host(body.toLowerCase())
            .run(`grep -F ' ${query}' /var/log/apache2/access.log`);
        const [port, client, received] = log.trim().split(" ");
        return { body, port, client, received: Number(received) };
    }

    // The first test: the kernel's counters lag and would count requests of other tests.
    it("answers pass through the director by NAT and FULLNAT and go directly to the client by TUN and DR", async () => {
        for (const method of names) {
            for (const family of families) await cluster.bodies(4, url(method, family));
        }
        // The kernel updates its counters every two seconds.
        const counts = await waitUntil("counted packets", patienceMs, async () => {
            const table = await ds1.run("ipvsadm -Ln --stats --exact");
            const lines = table
                .split("\n")
                .map((line) => line.trim().split(/\s+/))
                .filter(([protocol]) => protocol === "TCP");
            if (lines.some(([, , connections]) => connections !== "4")) throw new Error(table);
            return new Map(lines.map(([, address, , , packets]) => [address!, Number(packets)]));
        });
        const through = names.filter((method) =>
            families.every((family) => counts.get(url(method, family).slice(7, -1))! > 0),
        );
        const direct = names.filter((method) =>
            families.every((family) => counts.get(url(method, family).slice(7, -1)) === 0),
        );
        expect(through).toEqual(["NAT", "FULLNAT"]);
        expect(direct).toEqual([...tunnels, "DR"]);
    });

    const each = families.map((family) => [family] as const);

    describe.each(names)("method %s", (method) => {
        const { pool, at } = methods[method];

        it.each(each)("spreads requests over its real servers, over %s", async (family) => {
            const bodies = pool.map((name) => [name.toUpperCase(), 10 / pool.length]);
            expect(await cluster.bodyCounts(10, url(method, family))).toEqual(
                Object.fromEntries(bodies),
            );
        });

        const client = method === "FULLNAT" ? "the director" : "the client";

        it.each(each)(`shows ${client} to the server at port ${at}, over %s`, async (family) => {
            const field = family === "IPv4" ? "address" : "ipv6";
            const { port, client } = await request(method, family);
            expect(port).toBe(String(at));
            expect(client).toBe(
                method === "FULLNAT" ? ds1.card("inside")[field] : cluster.lab.client[field],
            );
        });

        it.each(each)("carries an upload of a megabyte, over %s", async (family) => {
            const { received } = await request(method, family, 1_000_000);
            expect(received).toBeGreaterThan(1_000_000);
        });
    });

    it.each([
        ["ipip", 1500 - 20],
        ["gre", 1500 - 24],
        ["gue", 1500 - 32],
    ] as const)(
        "a client learns from the director the MTU of %s, which is %i bytes",
        async (type, mtu) => {
            await cluster.lab.exec(["ip", "route", "flush", "cache"]);
            await request(type, "IPv4", 100_000);
            const route = await cluster.lab.exec(["ip", "route", "get", outsideIps[0]!]);
            expect(route).toContain(` mtu ${mtu}`);
        },
    );

    describe("an upload through a tunnel from a client that gets no ICMP", () => {
        const mute = `
            add table inet mute
            add chain inet mute output { type filter hook output priority 0; }
            add rule inet mute output icmp type destination-unreachable drop
            add rule inet mute output icmpv6 type packet-too-big drop`;

        beforeAll(() => ds1.run(`nft '${mute}'`));

        afterAll(() => ds1.run("nft delete table inet mute"));

        /** Forget what earlier tests learned. */
        beforeEach(async () => {
            await cluster.lab.exec(["ip", "route", "flush", "cache"]);
            await cluster.lab.exec(["ip", "-6", "route", "flush", "cache"]);
        });

        const megabyte = (type: Method, family: Family) => request(type, family, 1_000_000, 3);

        it.each(each)("stalls over %s", async (family) => {
            await expect(megabyte("ipip", family)).rejects.toThrow("exit status 28");
        });

        it.each(tunnels)("passes %s without pmtuDisc, over IPv4", async (type) => {
            // The sysctl of the setting.
            await ds1.run("sysctl -q net.ipv4.vs.pmtu_disc=0");
            try {
                const { received } = await megabyte(type, "IPv4");
                expect(received).toBeGreaterThan(1_000_000);
            } finally {
                await ds1.run("sysctl -q net.ipv4.vs.pmtu_disc=1");
            }
        });

        it("passes every tunnel with the mss that leaves room for gue over IPv6", async () => {
            await cluster.deploy(configuration(1500 - 52 - 60));
            await untilHealthy();
            for (const type of tunnels) {
                for (const family of families) {
                    const { received } = await megabyte(type, family);
                    expect(received).toBeGreaterThan(1_000_000);
                }
            }
        });
    });

    it("NAT servers route every answer through the inside virtual IPs", async () => {
        for (const name of nat) {
            const host = cluster.host(name);
            expect(await host.run("ip route get 192.0.2.1")).toContain(` via ${gateways[0]} `);
            expect(await host.run("ip route get 2001:db8::1")).toContain(` via ${gateways[1]} `);
        }
    });

    it("a director without a firewall gets no rules but the module's own tables", async () => {
        const tables = (await ds1.run("nft list tables")).trim().split("\n");
        expect(tables).toEqual(["table ip pulumi_lvs", "table ip6 pulumi_lvs"]);
    });

    it("outside and inside virtual IPs move together when the active director fails, and NAT keeps working", async () => {
        await expectFailover(
            3.01,
            () => ds1.cut(),
            () => ds1.boot(),
        );
    });

    it("outside and inside virtual IPs move together when a script detects that the active director lost the inside network", async () => {
        await expectFailover(
            3 + 1 + 0.01,
            () => ds1.link("down", "inside"),
            () => ds1.link("up", "inside"),
        );
    });

    it("outside and inside virtual IPs move together when the active director's inside interface goes down", async () => {
        // An interface that is down cannot announce it: 3 × advertInt + skew.
        await expectFailover(
            3.01,
            () =>
                ds1.run("sysctl -q net.ipv6.conf.eth1.keep_addr_on_down=1; ip link set eth1 down"),
            () => ds1.run("ip link set eth1 up; sysctl -q net.ipv6.conf.eth1.keep_addr_on_down=0"),
        );
    });

    /**
     * Expect ds2 to become active for all virtual IPs, and NAT to work, within this time and a
     * margin.
     */
    async function expectFailover(
        bound: number,
        causeFault: () => Promise<unknown>,
        repairFault: () => Promise<unknown>,
    ) {
        const probe = await cluster.probe(url("NAT"));
        await causeFault();
        try {
            await waitUntil("ds2 active for all", patienceMs, async () => {
                const active = await virtualIps();
                if (active.ds1!.length === 0 && active.ds2!.length === 4) return true;
                throw new Error(JSON.stringify(active));
            });
            const movedAt = Date.now();
            await waitUntil("answers again", patienceMs, () =>
                probe.soFar().requests.some(({ at, error }) => at > movedAt && !error),
            );
        } finally {
            await repairFault();
        }
        await untilHealthy();
        const { requests, longestGap } = await probe.stop();
        expect(longestGap).toBeLessThan(bound * 1000 + 1500);
        expect(requests.at(-1)!.error).toBeUndefined();
    }

    it("every method works after a reboot of a host of each kind", async () => {
        await Promise.all(["ds1", "in1", "far1", "rs1"].map((name) => cluster.host(name).reboot()));
        await untilHealthy();
        for (const method of names) {
            for (const family of families) {
                const pool = methods[method].pool.map((name) => name.toUpperCase());
                await waitUntil(`${method} over ${family}`, patienceMs, async () => {
                    const counts = await cluster.bodyCounts(4, url(method, family));
                    if (Object.keys(counts).sort().join() === pool.join()) return true;
                    throw new Error(JSON.stringify(counts));
                });
            }
        }
    });

    it("a destroy restores the original state of hosts", async () => {
        await cluster.stack.destroy();
        expect(await portraits()).toEqual(before);
    });

    /** Portraits of one host of each kind. */
    async function portraits() {
        return Promise.all(
            ["ds1", "in1", "fn1", "far1"].map(async (name) => {
                const host = cluster.host(name);
                const { kept } = await portrait(host);
                const kernel = await host.run(`
                    ip -o link | cut -d ' ' -f 2 | sed 's/@if[0-9]*//'
                    ip -o -6 address show scope global | sed 's/valid_lft.*//'
                    ip route show table all | sort
                    ip -6 route show table all | sort
                    sysctl net.ipv4.conf net.ipv6.conf 2>/dev/null | grep -v stable_secret
                    nft list ruleset
                `);
                return `${name}\n${kept}${kernel}`;
            }),
        );
    }
});
