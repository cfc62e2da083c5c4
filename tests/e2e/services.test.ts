import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { serverPackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { Client, tally } from "./support/client";
import { inTime } from "../support/inTime";

const otherVip = "10.128.190.246";
/** A virtual IP with all ports. */
const everyPort = "10.128.190.245";
const vip6 = "fd00:62:190::248";
/** Additional addresses of the client. Each half is in its own /28. */
const clients = [...numbers(97, 106), ...numbers(113, 122)].map((last) => `10.128.190.${last}`);
/** Virtual IPs that one firewall mark combines. */
const destinations = numbers(201, 212).map((last) => `10.128.190.${last}`);

type VirtualServer = NonNullable<StackConfig["virtualServers"]>[number];
type Pool = VirtualServer["realServers"];

const pool: Pool = ["rs1", "rs2", "rs3"].map((name) => ({ name }));
const weighted: Pool = [1, 2, 3].map((weight) => ({ name: `rs${weight}`, weight }));
/** Weights that serve as numbers of connections for some schedulers. */
const limited: Pool = [20, 40, 60].map((weight, index) => ({ name: `rs${index + 1}`, weight }));

/** Ports of the schedulers. Their servers never fail. */
const schedulers = {
    rr: 8001,
    wrr: 8002,
    lc: 8003,
    wlc: 8004,
    sed: 8005,
    nq: 8006,
    fo: 8007,
    ovf: 8008,
    sh: 8009,
    dh: 8010,
    lblc: 8011,
    lblcr: 8012,
    twos: 8013,
} as const;
type Scheduler = keyof typeof schedulers;
/** Schedulers that use the destination address, with their firewall marks. */
const byDestination = { dh: 11, lblc: 12, lblcr: 13 } as const;

/** Services whose check fails when a page is removed, while the server still answers. */
const failing = { maglev: 8021, sorry: 8022, quorum: 8023, hysteresis: 8024, inhibit: 8025 };
/** delayLoop + retry × delayBeforeRetry, in seconds. */
const boundSeconds = 2;

const persistent = { each: 8031, neighbours: 8032, brief: 8033 };
const group = 8041;
const bounded = 8051;
const synced = 8061;
const questions = { ops: 53, held: 5353 };
/** Ports of a marked range, and the first port after it. */
const range = { first: 8101, last: 8103, outside: 8104 };

const webPorts = [
    443,
    ...Object.values(schedulers),
    ...Object.values(failing),
    ...Object.values(persistent),
    group,
    bounded,
    synced,
    ...numbers(range.first, range.outside),
];

describe("A cluster with a service of every kind", () => {
    let cluster: LabCluster;
    let client: Client;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ packages: serverPackages });
        await Promise.all(["rs1", "rs2", "rs3", "rs4"].map(serveEverything));
        for (const address of clients) {
            await cluster.lab.exec(["ip", "address", "add", `${address}/24`, "dev", "lan"]);
        }
        client = Client.start(cluster.lab);
        await cluster.deploy(configuration());
        await cluster.untilHealthy();
    }, 240_000);

    afterAll(() => cluster?.lab.down());

    /** Set up services that Pulumi does not install: ports, pages for checks, DNS. */
    async function serveEverything(name: string): Promise<void> {
        const page = name.toUpperCase();
        const dnsmasq = "dnsmasq --conf-file=/dev/null --no-resolv --no-hosts";
        await cluster.host(name).run(`
            set -eu
            {
                printf 'Listen %s\\n' ${webPorts.join(" ")}
                # Tests hold hundreds of connections without requests for a long time.
                echo KeepAliveTimeout 300
                echo AsyncRequestWorkerFactor 20
                # Apache would end idle processes together with their connections.
                echo MaxSpareThreads 150
                echo AcceptFilter http none
                echo RequestReadTimeout header=0
            } >/etc/apache2/conf-enabled/lab.conf
            cd /var/www/html
            touch ${Object.values(failing).join(" ")}
            systemctl restart apache2
            for port in ${Object.values(questions).join(" ")}; do
                ${dnsmasq} --port=$port --pid-file=/run/dnsmasq-$port --txt-record=who.lab,${page}
            done`);
    }

    function configuration(): StackConfig {
        const service = (port: number, settings: VirtualServer): VirtualServer => ({
            virtualIp: vip,
            port,
            realServers: pool,
            ...settings,
        });
        const checked = (port: number, settings: VirtualServer) =>
            service(port, {
                delayLoop: boundSeconds,
                connectTimeout: 2,
                retry: 0,
                check: { http: { url: [{ path: `/${port}` }] } },
                ...settings,
            });
        const sorryServer = { host: cluster.host("rs4").address };
        const record = (word: string) => ({ script: "record", args: [word] });
        const marked = (mark: number, ...ports: [number, number?][]) => ({
            mark,
            packets: ports.map(([port, lastPort]) => ({
                virtualIp: vip,
                port,
                lastPort,
                // No machine of the lab has it.
                exceptSourceMac: "00:00:5e:00:53:02",
            })),
        });
        const scheduled = (name: string, port: number): VirtualServer => {
            const settings: VirtualServer = {
                lvsSched: name as Scheduler,
                realServers: ["ovf", "lblc", "lblcr"].includes(name) ? limited : weighted,
            };
            if (!(name in byDestination)) return service(port, settings);
            return {
                ...settings,
                fwmark: {
                    mark: byDestination[name as keyof typeof byDestination],
                    packets: destinations.map((virtualIp) => ({ virtualIp, port })),
                },
                check: { tcp: { connectPort: port } },
            };
        };
        const { ops, held } = questions;
        return {
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
            globalDefs: {
                scriptUser: "root",
                lvsTimeouts: { tcp: 600, tcpfin: 4, udp: 20 },
            },
            scripts: [{ name: "record", content: '#!/bin/sh\necho "$1" >>/run/notified\n' }],
            directors: cluster.memberArgs("ds1", "ds2"),
            realServers: cluster.webServerArgs("rs1", "rs2", "rs3", "rs4").map((server) => ({
                ...server,
                address6: cluster.host(server.name).ipv6,
            })),
            virtualServers: [
                ...Object.entries(schedulers).map(([name, port]) => scheduled(name, port)),
                checked(failing.maglev, {
                    lvsSched: "mh",
                    mhFallback: true,
                    inhibitOnFailure: true,
                }),
                checked(failing.sorry, { sorryServer }),
                checked(failing.quorum, {
                    quorum: 2,
                    quorumUp: record("quorum up"),
                    quorumDown: record("quorum down"),
                    sorryServer,
                }),
                checked(failing.hysteresis, { quorum: 2, hysteresis: 1, sorryServer }),
                checked(failing.inhibit, { inhibitOnFailure: true }),
                service(persistent.each, { persistenceTimeout: 60 }),
                service(persistent.neighbours, {
                    persistenceTimeout: 60,
                    persistenceGranularity: "255.255.255.240",
                }),
                service(persistent.brief, { persistenceTimeout: 8 }),
                {
                    virtualIp: everyPort,
                    realServers: pool,
                    persistenceTimeout: 60,
                    check: { tcp: { connectPort: 80 } },
                },
                {
                    virtualServerGroup: [
                        { virtualIp: vip, port: group },
                        { virtualIp: otherVip, port: group },
                    ],
                    realServers: pool,
                },
                service(bounded, {
                    realServers: [{ name: "rs1", uthreshold: 2 }, { name: "rs2" }],
                }),
                service(synced, {}),
                service(ops, {
                    protocol: "UDP",
                    ops: true,
                    check: { dns: { name: "who.lab", type: "TXT" } },
                }),
                service(held, { protocol: "UDP", check: { udp: {} } }),
                { virtualIp: vip6, port: 80, realServers: pool },
                {
                    fwmark: marked(1, [80], [443]),
                    realServers: pool,
                    persistenceTimeout: 60,
                    check: { tcp: { connectPort: 80 } },
                },
                {
                    fwmark: marked(2, [range.first, range.last]),
                    realServers: pool,
                    check: { tcp: { connectPort: range.first } },
                },
            ],
        };
    }

    const each = (count: number) => ({ RS1: count, RS2: count, RS3: count });

    /** Servers that answer on held connections, which are opened one after the other. */
    async function held(port: number, count: number, host = vip): Promise<string[]> {
        const { answers, close } = await client.hold(host, port, count);
        await close();
        return answers;
    }

    /**
     * Open connections, end some of one server, and open as many new ones. Return both sets of
     * answers.
     */
    async function refilled(port: number, count: number, server: string, ended: number) {
        const { answers, connections, close } = await client.hold(vip, port, count);
        const its = connections.filter((_, index) => answers[index] === server);
        await Promise.all(its.slice(0, ended).map((connection) => connection.close()));
        const then = await held(port, ended);
        await close();
        return { answers, then };
    }

    /** Server of each of the client's addresses, which must stay the same. */
    async function serverOfEach(port: number, times = 2): Promise<Record<string, string>> {
        const servers: Record<string, string> = {};
        for (const address of clients) {
            servers[address] = sameAnswer(await client.get(vip, port, times, address));
        }
        return servers;
    }

    /** Server of each destination, which must be the same for all clients. */
    async function serverOfEachDestination(port: number): Promise<Record<string, string>> {
        const servers: Record<string, string> = {};
        for (const destination of destinations) {
            const answers: string[] = [];
            for (const address of clients) {
                answers.push(...(await client.get(destination, port, 1, address)));
            }
            servers[destination] = sameAnswer(answers);
        }
        return servers;
    }

    /** Weights in a service's pool on the active director, by server name. */
    async function rulesOf(port: number): Promise<Record<string, string>> {
        const rules = await cluster.ipvsRules("ds1", `-a -t ${vip}:${port} `);
        const named = rules.map((rule) => {
            const [, address, weight] = / -r ([\d.]+):\d+ -g -w (\d+)/.exec(rule)!;
            const { name } = cluster.lab.hosts.find((host) => host.address === address)!;
            return [name, weight!] as const;
        });
        return Object.fromEntries(named);
    }

    /** Remove the page of a service's check on some servers. */
    async function removePages(port: number, servers: string[], until: () => Promise<boolean>) {
        await change(`rm /var/www/html/${port}`, servers, boundSeconds, until);
    }

    /** Restore the page. A server needs two successes to return. */
    async function restorePages(port: number, servers: string[], until: () => Promise<boolean>) {
        await change(`touch /var/www/html/${port}`, servers, 2 * boundSeconds, until);
    }

    async function change(
        command: string,
        servers: string[],
        seconds: number,
        until: () => Promise<boolean>,
    ) {
        await Promise.all(servers.map((name) => cluster.host(name).run(command)));
        await inTime(`${command} on ${servers.join()}`, seconds, until);
    }

    /** Whether the pool of a service consists of exactly these servers with these weights. */
    const poolIs = (port: number, expected: Record<string, string>) => async () => {
        const rules = await rulesOf(port);
        const text = (record: object) => JSON.stringify(Object.entries(record).sort());
        if (text(rules) === text(expected)) return true;
        throw new Error(text(rules));
    };

    const all = ["rs1", "rs2", "rs3"];
    const full = { rs1: "1", rs2: "1", rs3: "1" };
    const sorry = { rs4: "1" };

    describe("schedules by", () => {
        it("rr: each real server in turn, whatever its weight and its connections", async () => {
            const { answers, then } = await refilled(schedulers.rr, 300, "RS1", 30);
            expect(tally(answers)).toEqual(each(100));
            expect(tally(then)).toEqual(each(10));
        });

        it("wrr: each real server as often as it weighs, whatever its connections", async () => {
            const { answers, then } = await refilled(schedulers.wrr, 300, "RS1", 30);
            expect(tally(answers)).toEqual({ RS1: 50, RS2: 100, RS3: 150 });
            expect(tally(then)).toEqual({ RS1: 5, RS2: 10, RS3: 15 });
        });

        it("lc: the real server with the fewest connections, whatever its weight", async () => {
            const { answers, then } = await refilled(schedulers.lc, 150, "RS2", 40);
            expect(tally(answers)).toEqual(each(50));
            expect(tally(then)).toEqual({ RS2: 40 });
        });

        it("wlc: the real server with the fewest connections for its weight", async () => {
            const { answers, then } = await refilled(schedulers.wlc, 150, "RS1", 20);
            expect(tally(answers)).toEqual({ RS1: 25, RS2: 50, RS3: 75 });
            expect(tally(then)).toEqual({ RS1: 20 });
        });

        // With these numbers, (connections + 1) / weight is the same for all servers.
        const evenly = { RS1: 24, RS2: 49, RS3: 74 };

        it("sed: the real server with the shortest expected delay", async () => {
            const { answers, then } = await refilled(schedulers.sed, 147, "RS1", 20);
            expect(answers.slice(0, 3)).toEqual(["RS3", "RS2", "RS3"]);
            expect(tally(answers)).toEqual(evenly);
            expect(tally(then)).toEqual({ RS1: 20 });
        });

        it("nq: an idle real server before any other, and then as sed", async () => {
            for (let round = 0; round < 20; round++) {
                expect(tally(await held(schedulers.nq, 3))).toEqual(each(1));
            }
            const { answers, then } = await refilled(schedulers.nq, 147, "RS1", 20);
            expect(tally(answers)).toEqual(evenly);
            expect(tally(then)).toEqual({ RS1: 20 });
        });

        it("fo: only the real server with the highest weight", async () => {
            expect(tally(await held(schedulers.fo, 150))).toEqual({ RS3: 150 });
        });

        it("ovf: the real server with the highest weight until it has more connections than its weight", async () => {
            const { answers, then } = await refilled(schedulers.ovf, 61 + 41 + 21, "RS3", 30);
            expect(tally(answers.slice(0, 61))).toEqual({ RS3: 61 });
            expect(tally(answers.slice(61, 61 + 41))).toEqual({ RS2: 41 });
            expect(tally(answers.slice(61 + 41))).toEqual({ RS1: 21 });
            expect(tally(then)).toEqual({ RS3: 30 });
        });

        it("sh: the same real server for a client every time", async () => {
            const servers = await serverOfEach(schedulers.sh, 10);
            expect(new Set(Object.values(servers))).toEqual(new Set(["RS1", "RS2", "RS3"]));
        });

        it("sh: no real server for the clients of one that has weight 0, without a fallback", async () => {
            const port = schedulers.sh;
            const { address } = cluster.host("rs2");
            const weigh = (weight: number) =>
                cluster
                    .host("ds1")
                    .run(`ipvsadm -e -t ${vip}:${port} -r ${address}:${port} -g -w ${weight}`);
            // A dropped packet gets no answer, so a client gives up by itself.
            const request = 'curl -s -m 2 --interface "$0" "$1" || echo none';
            const answers = async () => {
                const url = `http://${vip}:${port}/`;
                const texts = clients.map((from) =>
                    cluster.lab.exec(["sh", "-c", request, from, url]),
                );
                return new Set((await Promise.all(texts)).map((text) => text.trim()));
            };
            expect(await answers()).toEqual(new Set(["RS1", "RS2", "RS3"]));
            await weigh(0);
            try {
                expect(await answers()).toEqual(new Set(["RS1", "none", "RS3"]));
            } finally {
                await weigh(2);
            }
        });

        it("mh: the same real server for a client every time, also while another real server is down", async () => {
            const port = failing.maglev;
            const before = await serverOfEach(port, 10);
            expect(new Set(Object.values(before))).toEqual(new Set(["RS1", "RS2", "RS3"]));
            const lost = before[clients[0]!]!;
            const host = lost.toLowerCase();
            await removePages(port, [host], poolIs(port, { ...full, [host]: "0" }));
            const meanwhile = await serverOfEach(port);
            await restorePages(port, [host], poolIs(port, full));
            for (const address of clients) {
                if (before[address] === lost) expect(meanwhile[address]).not.toBe(lost);
                else expect(meanwhile[address]).toBe(before[address]);
            }
            expect(await serverOfEach(port)).toEqual(before);
        });

        it("dh: the same real server for a virtual IP every time, for every client", async () => {
            const servers = await serverOfEachDestination(schedulers.dh);
            expect(new Set(Object.values(servers))).toEqual(new Set(["RS1", "RS2", "RS3"]));
        });

        describe.each(["lblc", "lblcr"] as const)("%s:", (name) => {
            const port = schedulers[name];
            let servers: Record<string, string>;

            it("the real server with the fewest connections for its weight for a new virtual IP", async () => {
                const connections = await Promise.all(
                    destinations.map((destination) => client.open(destination, port)),
                );
                const answers = await Promise.all(connections.map(({ ask }) => ask()));
                await Promise.all(connections.map(({ close }) => close()));
                expect(tally(answers)).toEqual({ RS1: 2, RS2: 4, RS3: 6 });
                servers = Object.fromEntries(
                    destinations.map((destination, index) => [destination, answers[index]!]),
                );
            });

            it("the same real server for a virtual IP every time, for every client", async () => {
                expect(await serverOfEachDestination(port)).toEqual(servers);
            });

            const then = name === "lblc" ? "instead of" : "beside";

            it(`another real server ${then} the one that has more connections than its weight`, async () => {
                const popular = destinations.find((one) => servers[one] === "RS3")!;
                const answers = await held(port, 61 + 19, popular);
                expect(tally(answers.slice(0, 61))).toEqual({ RS3: 61 });
                const another = sameAnswer(answers.slice(61));
                expect(another).not.toBe("RS3");
                const after = await held(port, 19, popular);
                const both = new Set([another, ...(name === "lblc" ? [] : ["RS3"])]);
                expect(new Set(after)).toEqual(both);
            });
        });

        it("twos: the better of two real servers at random, by connections for their weight", async () => {
            const port = schedulers.twos;
            const { answers, connections, close } = await client.hold(vip, port, 300);
            const counts = tally(answers);
            for (const [server, share] of Object.entries({ RS1: 50, RS2: 100, RS3: 150 })) {
                expect(Math.abs(counts[server]! - share)).toBeLessThan(10);
            }
            // The best server wins whenever it is one of the two: 3 times in 4 with half of all
            // weights. Of 200 requests, five standard deviations are 31.
            const heaviest = connections.filter((_, index) => answers[index] === "RS3");
            await Promise.all(heaviest.map((connection) => connection.close()));
            const { RS3 = 0 } = tally(await client.get(vip, port, 200));
            await close();
            expect(Math.abs(RS3 - 150)).toBeLessThan(31);
        });
    });

    describe("keeps a client with its real server:", () => {
        it("persistenceTimeout uses its address", async () => {
            const servers = await serverOfEach(persistent.each);
            expect(new Set(Object.values(servers))).toEqual(new Set(["RS1", "RS2", "RS3"]));
            const [first] = clients as [string];
            const answers = await client.get(vip, persistent.each, 20, first);
            expect(tally(answers)).toEqual({ [servers[first]!]: 20 });
            // The connection template in the kernel has no client port.
            const table = await cluster.host("ds1").run("ipvsadm -Lnc");
            expect(table).toMatch(new RegExp(` ${first}:0 +${vip}:${persistent.each} `));
        });

        it("persistenceGranularity uses its network", async () => {
            const servers = Object.values(await serverOfEach(persistent.neighbours));
            expect(new Set(servers.slice(0, 10)).size).toBe(1);
            expect(new Set(servers.slice(10)).size).toBe(1);
            expect(servers[10]).not.toBe(servers[0]);
        });
    });

    it("lets a persistent client go when its connections have ended and persistenceTimeout has passed", async () => {
        const port = persistent.brief;
        // A connection template has no client port.
        const template = new RegExp(`:0 +${vip}:${port} `);
        const isKnown = async () => template.test(await cluster.host("ds1").run("ipvsadm -Lnc"));
        const { answers, close } = await client.hold(vip, port, 3);
        const server = sameAnswer(answers);
        await close();
        expect(await client.get(vip, port, 1)).toEqual([server]);
        await waitUntil("the end of persistence", patienceMs, async () => !(await isKnown()));
        expect(await client.get(vip, port, 1)).not.toEqual([server]);
    });

    it("serves every port of a virtual IP without a port, and a client has one real server on all", async () => {
        const ports = [80, 443, group, synced];
        const servers = new Set<string>();
        for (const address of clients) {
            const answers: string[] = [];
            for (const port of ports) {
                answers.push(...(await client.get(everyPort, port, 1, address)));
            }
            servers.add(sameAnswer(answers));
        }
        expect(servers).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    describe("answers UDP requests from one port", () => {
        it("through one real server", async () => {
            const answers = await client.resolve(vip, questions.held, 12);
            expect(answers[0]).toMatch(/^RS[123]$/);
            expect(tally(answers)).toEqual({ [answers[0]!]: 12 });
        });

        it("through each real server in turn, with ops", async () => {
            expect(tally(await client.resolve(vip, questions.ops, 12))).toEqual(each(4));
        });
    });

    it("serves IPv6 by direct routing, and only the active director answers for the virtual IP", async () => {
        await cluster.lab.exec(["ip", "neighbour", "flush", "all"]);
        expect(tally(await client.get(vip6, 80, 30))).toEqual(each(10));
        const mac = (await cluster.host("ds1").run("cat /sys/class/net/eth0/address")).trim();
        const entry = await cluster.lab.exec(["ip", "-6", "neighbour", "show", vip6]);
        expect(entry).toContain(` lladdr ${mac} `);
    });

    it("combines two ports by a firewall mark: a client has one real server on both", async () => {
        const servers = new Set<string>();
        for (const address of clients) {
            const web = await client.get(vip, 80, 2, address);
            const answers = new Set([...web, ...(await client.get(vip, 443, 2, address))]);
            expect(answers.size).toBe(1);
            servers.add([...answers][0]!);
        }
        expect(servers).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("serves a range of ports by a firewall mark, and no other port", async () => {
        const answers: string[] = [];
        for (const port of numbers(range.first, range.last)) {
            answers.push(...(await client.get(vip, port, 2)));
        }
        expect(tally(answers)).toEqual(each(2));
        await expect(client.open(vip, range.outside)).rejects.toThrow("ECONNREFUSED");
    });

    it("serves two virtual IPs with one pool", async () => {
        expect(tally(await client.get(vip, group, 9))).toEqual(each(3));
        expect(tally(await client.get(otherVip, group, 9))).toEqual(each(3));
    });

    describe("(real servers down)", () => {
        /** Restore all pages after each test. */
        afterEach(async () => {
            const pages = Object.values(failing).join(" ");
            const command = `cd /var/www/html && touch ${pages}`;
            await Promise.all(all.map((name) => cluster.host(name).run(command)));
        });

        it("uses the sorry server only when no real server is left", async () => {
            const port = failing.sorry;
            await removePages(port, ["rs1", "rs2"], poolIs(port, { rs3: "1" }));
            expect(tally(await client.get(vip, port, 6))).toEqual({ RS3: 6 });
            await removePages(port, ["rs3"], poolIs(port, sorry));
            expect(tally(await client.get(vip, port, 6))).toEqual({ RS4: 6 });
            await restorePages(port, ["rs2"], poolIs(port, { rs2: "1" }));
            expect(tally(await client.get(vip, port, 6))).toEqual({ RS2: 6 });
            await restorePages(port, all, poolIs(port, full));
        });

        it("uses the sorry server below the quorum and runs quorumDown and quorumUp", async () => {
            const port = failing.quorum;
            const ds1 = cluster.host("ds1");
            await ds1.run("rm -f /run/notified");
            const notified = async () =>
                (await ds1.run("cat /run/notified || :")).trim().split("\n");
            await removePages(port, ["rs1"], poolIs(port, { rs2: "1", rs3: "1" }));
            expect(await notified()).toEqual([""]);
            await removePages(port, ["rs2"], poolIs(port, sorry));
            expect(tally(await client.get(vip, port, 6))).toEqual({ RS4: 6 });
            await waitUntil(
                "the call of quorumDown",
                2000,
                async () => (await notified())[0] === "quorum down",
            );
            await restorePages(port, ["rs2"], poolIs(port, { rs2: "1", rs3: "1" }));
            expect(tally(await client.get(vip, port, 6))).toEqual({ RS2: 3, RS3: 3 });
            await waitUntil(
                "the call of quorumUp",
                2000,
                async () => (await notified())[1] === "quorum up",
            );
            await restorePages(port, ["rs1"], poolIs(port, full));
            expect(await notified()).toEqual(["quorum down", "quorum up"]);
        });

        it("loses a quorum of 2 with hysteresis 1 below 1, and regains it at 3", async () => {
            const port = failing.hysteresis;
            await removePages(port, ["rs1", "rs2"], poolIs(port, { rs3: "1" }));
            await removePages(port, ["rs3"], poolIs(port, sorry));
            const log = `journalctl -q -u keepalived -o cat --since @${await now()}`;
            await restorePages(port, ["rs1", "rs2"], async () => {
                const seen = await cluster.lab
                    .host("ds1")
                    .run(`${log} --grep ':${port} succeed' || :`);
                return seen.includes("10.128.190.249]") && seen.includes("10.128.190.250]");
            });
            expect(await rulesOf(port)).toEqual(sorry);
            await restorePages(port, ["rs3"], poolIs(port, full));
        });

        it("keeps them in the table with weight 0 by inhibitOnFailure", async () => {
            const port = failing.inhibit;
            const { answers, connections, close } = await client.hold(vip, port, 3);
            await removePages(port, ["rs2"], poolIs(port, { ...full, rs2: "0" }));
            expect(tally(await client.get(vip, port, 6))).toEqual({ RS1: 3, RS3: 3 });
            const open = connections[answers.indexOf("RS2")]!;
            expect(await open.ask()).toBe("RS2");
            await close();
            await restorePages(port, ["rs2"], poolIs(port, full));
            expect(tally(await client.get(vip, port, 6))).toEqual(each(2));
        });
    });

    it("gives a real server no more connections than its uthreshold until some end", async () => {
        const { answers, close } = await client.hold(vip, bounded, 6);
        expect(tally(answers)).toEqual({ RS1: 2, RS2: 4 });
        await close();
        await waitUntil("a connection to rs1", patienceMs, async () =>
            (await client.get(vip, bounded, 1)).includes("RS1"),
        );
    });

    it("has the connection timeouts that lvsTimeouts sets", async () => {
        for (const name of ["ds1", "ds2"]) {
            const timeouts = await cluster.host(name).run("ipvsadm -L --timeout");
            expect(timeouts).toContain("600 4 20");
        }
    });

    it("keeps connections through a power cut of the active director if the backup director has received them", async () => {
        const [ds1, ds2] = [cluster.host("ds1"), cluster.host("ds2")];
        // A connection without data, and a connection that has had an answer.
        const silent = await client.open(vip, synced);
        const used = await client.open(vip, synced);
        const server = await used.ask();
        const known = async () => {
            const table = await ds2.run("ipvsadm -Lnc");
            return table.split("\n").filter((line) => line.includes(`:${synced} `));
        };
        await waitUntil("both on ds2", 5000, async () => (await known()).length === 2);
        expect((await known()).filter((line) => line.includes("ESTABLISHED"))).toHaveLength(2);

        // And a connection that is not synchronised.
        await ds1.run("ipvsadm --stop-daemon master");
        const unsynced = await client.open(vip, synced);
        await unsynced.ask();
        // The kernel synchronises new connections within two seconds.
        await sleep(3000);
        expect(await known()).toHaveLength(2);

        await ds1.cut();
        await waitUntil("ds2 active", patienceMs, async () =>
            (await cluster.activeDirectors()).includes("ds2"),
        );
        expect(await used.ask()).toBe(server);
        expect(await silent.ask()).toMatch(/^RS[123]$/);
        await expect(unsynced.ask()).rejects.toThrow("ECONNRESET");
        await Promise.all([silent, used, unsynced].map((connection) => connection.close()));

        await ds1.boot();
        await cluster.untilHealthy();
    });

    async function now(): Promise<string> {
        return (await cluster.host("ds1").run("date +%s")).trim();
    }
});

/** The answer that all answers equal. */
function sameAnswer(answers: string[]): string {
    expect(new Set(answers).size).toBe(1);
    return answers[0]!;
}

function numbers(first: number, last: number): number[] {
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
