/** Kinds of clusters that people run or report, one after the other on the same hosts. */
import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import { serverPackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { seed, type Topology } from "../../lab/topology";
import { Client, tally } from "./support/client";

/** The kernel of the machine has no SCTP, so the real servers and the client have kernels of their own. */
const topology: Topology = {
    ...seed,
    name: "field-reports",
    hosts: [
        ...seed.hosts.slice(0, 2),
        { name: "rs1", cards: { lan: "10.128.190.249" }, ownKernel: true },
        { name: "rs2", cards: { lan: "10.128.190.250" }, ownKernel: true },
        { name: "app", cards: { lan: "10.128.190.247" } },
        { name: "user", cards: { lan: "10.128.190.245" }, ownKernel: true },
    ],
};

const mark = 7;
const everyPort = "10.128.190.246";
const ports = { web: 80, names: 5353, diameter: 3868, more: 8443, foreign: 8000, unchecked: 8080 };
/** Services as `ipvsadm` names them. */
const web = `-f ${mark}`;
const names = `-u ${vip}:${ports.names}`;
const diameter = `--sctp-service ${vip}:${ports.diameter}`;

const foreignService = {
    port: ports.foreign,
    lvsMethod: "FULLNAT" as const,
    realServers: [{ name: "app", port: ports.web }],
};

describe("On two directors", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let ds2: Host;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology, packages: serverPackages });
        [ds1, ds2] = cluster.directors as [Host, Host];
        await Promise.all([
            ...["rs1", "rs2", "app"].map((name) => serve(cluster.host(name))),
            ...cluster.directors.map(startProxy),
            cluster.host("user").run("modprobe sctp"),
        ]);
    });

    afterAll(() => cluster?.down());

    /** Answer with the name of the host: by HTTP, UDP and SCTP. */
    async function serve(host: Host) {
        const page = host.name.toUpperCase();
        await host.run(`
            echo ${page} >/var/www/html/index.html
            echo Listen ${ports.more} >/etc/apache2/conf-enabled/more.conf
            systemctl restart apache2`);
        if (host.name === "app") return;
        await startNames(host);
        await host.run(`
            modprobe sctp
            systemd-run -q --unit=diameter perl -MSocket -we '
                my ($port, $page) = @ARGV;
                socket(my $server, PF_INET, SOCK_STREAM, 132) or die;
                bind($server, pack_sockaddr_in($port, INADDR_ANY)) && listen($server, 9) or die;
                while (accept(my $client, $server)) { syswrite $client, $page }
            ' ${ports.diameter} ${page}`);
    }

    async function startNames(host: Host) {
        await host.run(`systemd-run -q --unit=names dnsmasq --keep-in-foreground --conf-file=/dev/null \\
            --no-resolv --no-hosts --port=${ports.names} --txt-record=who.lab,${host.name.toUpperCase()}`);
    }

    /** Apache stands for the proxy of a user: any program that the floating IP leads to. */
    async function startProxy(host: Host) {
        await host.run(`
            a2enmod -q proxy proxy_http
            echo 'ProxyPass / http://${cluster.host("rs1").address}/' >/etc/apache2/conf-enabled/proxy.conf
            systemctl restart apache2`);
    }

    /** The host on which the proxy fails is in FAULT, because the weight of its script is 0. */
    function floatingIp(...others: string[]): StackConfig {
        return {
            vrrpInstances: [
                {
                    interface: "eth0",
                    virtualRouterId: 62,
                    virtualIpaddress: [{ ip: vip, prefixLength: 24 }],
                    virtualIpaddressExcluded: others.map((ip) => ({ ip, prefixLength: 24 })),
                    nopreempt: true,
                    trackScript: [{ name: "proxy" }],
                },
            ],
            scripts: [{ name: "proxy", content: "#!/bin/sh\nexec pgrep -x apache2 >/dev/null\n" }],
            trackScripts: [{ name: "proxy", script: { script: "proxy" }, interval: 1, fall: 2 }],
            directors: cluster.memberArgs("ds1", "ds2"),
        };
    }

    /** A service of each kind, most without a check of their own. */
    function services(): StackConfig {
        const pool = ["rs1", "rs2"].map((name) => ({ name }));
        const often = { delayLoop: 2, connectTimeout: 1, retry: 0 };
        return {
            ...floatingIp(everyPort),
            realServers: [...cluster.memberArgs("rs1", "rs2"), foreignServer()],
            virtualServers: [
                {
                    fwmark: { mark, packets: [{ virtualIp: vip, port: ports.web }] },
                    realServers: pool,
                    ...often,
                },
                {
                    virtualIp: vip,
                    port: ports.names,
                    protocol: "UDP",
                    ops: true,
                    realServers: pool,
                    ...often,
                },
                {
                    virtualIp: vip,
                    port: ports.diameter,
                    protocol: "SCTP",
                    realServers: pool,
                    ...often,
                },
                {
                    virtualIp: vip,
                    port: ports.unchecked,
                    check: { none: true },
                    realServers: pool,
                },
                {
                    virtualIp: everyPort,
                    persistenceTimeout: 60,
                    check: { tcp: { connectPort: ports.web } },
                    realServers: pool,
                },
                { virtualIp: vip, ...foreignService },
            ],
        };
    }

    /** Somebody else's web server, which needs nothing from us by FULLNAT. */
    function foreignServer() {
        return { name: "app", host: cluster.host("app").address, managed: false };
    }

    /** Servers in the pool of a service on the active director, by name. */
    async function poolOf(service: string): Promise<string> {
        const [active] = await cluster.activeDirectors();
        const rules = await cluster.ipvsRules(active!, `-a ${service} -r `);
        const hosts = cluster.lab.hosts.filter(({ address }) =>
            rules.some((rule) => rule.includes(` -r ${address}:`)),
        );
        return hosts.map(({ name }) => name).join();
    }

    async function untilPools(pools: Record<string, string>) {
        await waitUntil("the pools", patienceMs, async () => {
            const now: Record<string, string> = {};
            for (const service of Object.keys(pools)) now[service] = await poolOf(service);
            if (JSON.stringify(now) === JSON.stringify(pools)) return true;
            throw new Error(JSON.stringify(now));
        });
    }

    /** Turn multicast to the directors on or off in the switch. */
    async function multicast(state: "on" | "off") {
        for (const { name } of cluster.directors) {
            const port = ["ip", "link", "set", `tap0-${name}`, "type", "bridge_slave"];
            await cluster.lab.exec([...port, "mcast_flood", state]);
        }
    }

    it("a switch that filters multicast fails the up, which names both sides and the cause", async () => {
        await multicast("off");
        await cluster.stack.configure(floatingIp());
        const output = await cluster.stack.failingUp();
        for (const [director, other] of [
            [ds1, ds2],
            [ds2, ds1],
        ] as const) {
            const mac = (await other.run("cat /sys/class/net/eth0/address")).trim();
            expect(output).toMatch(
                new RegExp(
                    `${director.name}: The host with ${mac} also has ${vip}. No advert of another director arrives on eth0` +
                        `.* sent [1-9]\\d* adverts with id 62 on eth0, 0 of other directors arrived`,
                ),
            );
        }
        expect(await cluster.activeDirectors()).toEqual(["ds1", "ds2"]);
    });

    it("the next up passes when adverts arrive again", async () => {
        await multicast("on");
        await cluster.stack.up();
        await cluster.untilActive("ds1");
    });

    it("a floating IP leads to the proxy of the active host, and with nopreempt moves when that proxy fails", async () => {
        expect(await cluster.bodies(2)).toEqual(["RS1", "RS1"]);
        await ds1.run("systemctl stop apache2");
        await cluster.untilActive("ds2");
        expect(await cluster.bodies(2)).toEqual(["RS1", "RS1"]);
    });

    it("a floating IP stays with nopreempt when the proxy of the first host is back", async () => {
        const entered = async () => {
            const log = await ds1.run("journalctl -q -u keepalived -o cat");
            return log.split("\n").filter((line) => line.includes("Entering BACKUP STATE")).length;
        };
        const before = await entered();
        await ds1.run("systemctl start apache2");
        await waitUntil("ds1 out of FAULT", patienceMs, async () => (await entered()) > before);
        await cluster.untilActive("ds2");
    });

    describe("services without a check of their own", () => {
        let output: string;

        beforeAll(async () => {
            output = await cluster.deploy(services());
        });

        it("have real servers, by a firewall mark of one port, over UDP and over SCTP", async () => {
            expect(output).toContain("11 of 11 real servers up");
            const all = "rs1,rs2";
            await untilPools({ [web]: all, [names]: all, [diameter]: all });
        });

        it("lose a real server that fails and get it back, by the port of the mark and over UDP", async () => {
            await Promise.all([
                cluster.host("rs1").run("systemctl stop apache2"),
                cluster.host("rs2").run("systemctl stop names"),
            ]);
            await untilPools({ [web]: "rs2", [names]: "rs1", [diameter]: "rs1,rs2" });
            await Promise.all([
                cluster.host("rs1").run("systemctl start apache2"),
                startNames(cluster.host("rs2")),
            ]);
            await untilPools({ [web]: "rs1,rs2", [names]: "rs1,rs2", [diameter]: "rs1,rs2" });
        });

        it("answer by a firewall mark of one port", async () => {
            expect(await cluster.bodyCounts(10)).toEqual({ RS1: 5, RS2: 5 });
        });

        it("answer on all ports of a virtual IP, if they have none of their own", async () => {
            const [page] = await cluster.bodies(1, `http://${everyPort}:${ports.web}/`);
            expect(await cluster.bodies(1, `http://${everyPort}:${ports.more}/`)).toEqual([page]);
        });

        it("answer over UDP", async () => {
            const client = Client.start(cluster.lab);
            try {
                const answers = await client.resolve(vip, ports.names, 10);
                expect(tally(answers)).toEqual({ RS1: 5, RS2: 5 });
            } finally {
                await client.end();
            }
        });

        it("answer over SCTP", async () => {
            const output = await cluster.host("user").run(`
                for i in 1 2 3 4; do timeout 10 perl -MSocket -we '
                    socket(my $client, PF_INET, SOCK_STREAM, 132) or die;
                    connect $client, pack_sockaddr_in(shift, inet_aton shift) or die "$!\n";
                    sysread $client, my $page, 9;
                    print "$page\n";
                ' ${ports.diameter} ${vip}; done`);
            expect(tally(output.trim().split("\n"))).toEqual({ RS1: 2, RS2: 2 });
        });

        it("keep a real server whose port is closed, with `check: { none: true }`", async () => {
            // No real server listens there.
            expect(await poolOf(`-t ${vip}:${ports.unchecked}`)).toBe("rs1,rs2");
        });

        it("send connections to a real server that is not managed, and no step is for it", async () => {
            const url = `http://${vip}:${ports.foreign}/`;
            expect(await cluster.bodies(2, url)).toEqual(["APP", "APP"]);
            expect(output).not.toContain("lvs-app");
        });
    });

    it("a backup director that asks a service gets its own answer, and not that of the active director", async () => {
        const connections = async (host: Host) =>
            (await host.run("ipvsadm -Lnc"))
                .split("\n")
                .filter((line) => line.includes(` ${ds1.address}:`));
        await ds1.run(`curl -fsS -m 5 http://${everyPort}/`);
        expect(await connections(ds1)).not.toEqual([]);
        expect(await connections(ds2)).toEqual([]);
    });

    it("a director without VRRP serves at its own address, and has no virtual IP", async () => {
        const output = await cluster.deploy({
            directors: cluster.memberArgs("ds1"),
            realServers: [...cluster.memberArgs("rs1"), foreignServer()],
            virtualServers: [
                {
                    virtualIp: ds1.address,
                    ...foreignService,
                    realServers: [{ name: "rs1", port: ports.web }, ...foreignService.realServers],
                },
            ],
        });
        expect(output).toContain("2 of 2 real servers up");
        const url = `http://${ds1.address}:${ports.foreign}/`;
        expect(await cluster.bodyCounts(4, url)).toEqual({ APP: 2, RS1: 2 });
        expect(await cluster.activeDirectors()).toEqual([]);
    });

    it("a director without VRRP sends no redirect to a real server whose client is in its network", async () => {
        const rs1 = cluster.host("rs1");
        const client = cluster.host("user").address;
        const redirects = async () =>
            Number(
                (await rs1.run("nstat -az IcmpInRedirects")).match(/IcmpInRedirects +(\d+)/)![1],
            );
        await rs1.run(`ip route replace ${client} via ${ds1.address}`);
        try {
            await rs1.run(`ping -q -c 3 -i 0.3 -W 2 ${client}`);
            expect(await redirects()).toBe(0);
            // Without our chain the kernel sends them.
            await ds1.run("nft delete table ip pulumi_lvs");
            await rs1.run(`ping -q -c 3 -i 0.3 -W 2 ${client}`);
            expect(await redirects()).toBeGreaterThan(0);
        } finally {
            await rs1.run(`ip route del ${client}; ip route flush cache`);
        }
    });
});
