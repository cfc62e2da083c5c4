import { LabCluster } from "../../lab/cluster";
import type { VrrpInstanceArgs } from "../../components";
import type { Host } from "../../lab/host";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { seed, type Topology } from "../../lab/topology";

/** Directors without IPVS, so they need no kernel of their own. */
const topology: Topology = {
    ...seed,
    name: "virtual-routers",
    hosts: [
        { name: "ds1", cards: { lan: "10.128.190.253" } },
        { name: "ds2", cards: { lan: "10.128.190.254" } },
        { name: "ds3", cards: { lan: "10.128.190.246" } },
    ],
};

/** Virtual routers, and the virtual IP of each. */
const vips = {
    v2: "10.128.190.201",
    v3: "10.128.190.202",
    fast: "10.128.190.203",
    green: "10.128.190.204",
    six: "fd00:62:190::205",
    vmac: "10.128.190.206",
    unicast: "10.128.190.207",
    tracking: "10.128.190.208",
    outside: "10.128.190.209",
    inside: "10.128.190.210",
    late: "10.128.190.211",
    stays: "10.128.190.212",
    patient: "10.128.190.213",
    lifted: "10.128.190.214",
};
type Router = keyof typeof vips;
const routers = Object.keys(vips) as Router[];

/** Virtual routers whose virtual IP a test asks for. */
const asked = [
    "v2",
    "v3",
    "fast",
    "green",
    "six",
    "vmac",
    "unicast",
    "tracking",
    "patient",
] as const;

const profiles = [
    { router: "v2", advertInt: 1, margin: 1 },
    { router: "v3", advertInt: 1, margin: 1 },
    { router: "fast", advertInt: 0.1, margin: 0.5 },
] as const;

/**
 * Skew of a backup with this priority in seconds (docs/vrrp.md). For 1 s it is the same in version
 * 2.
 */
function skew(advertInt = 1, priority = 253): number {
    return ((256 - priority) / 256) * advertInt;
}

/** Additional seconds for a client or a test on a busy machine. */
const margin = 1;
/** Seconds by which the last advert may have been late on a busy machine. */
const late = 0.1;

const preemptDelay = 4;
/** Seconds until a director that became active announces its virtual IPs again. */
const garpMasterDelay = 5;
const downTimerAdverts = 6;
const excluded = "10.128.190.220";

/** Active directors of each virtual IP: "ds1", or "ds1 ds2" if two are active. */
type ActiveDirectors = Record<Router, string>;

/** State after an election by the order of the directors in each instance. */
const preferred = activeExcept("ds1", { green: "ds2", late: "ds3", stays: "ds3" });

describe("Among three directors,", () => {
    let cluster: LabCluster;
    let directors: Host[];
    let ds1: Host;
    let ds2: Host;
    let ds3: Host;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology });
        ds1 = cluster.host("ds1");
        ds2 = cluster.host("ds2");
        ds3 = cluster.host("ds3");
        directors = [ds1, ds2, ds3];
        await Promise.all(directors.map((host) => host.run(setUp)));
        await cluster.deploy(config());
        await untilActive(preferred);
    });

    afterAll(() => cluster?.down());

    /** Every test restores the preferred state. */
    afterEach(() => untilActive(preferred));

    it("each virtual IP has one active director, which answers for it", async () => {
        for (const router of asked) {
            const active = cluster.host(preferred[router]);
            expect(await answeringMac(router)).toBe(
                router === "vmac" ? virtualMac : await macOf(active),
            );
        }
    });

    describe("when keepalived stops on the active director and starts again,", () => {
        let stopped: Snapshot;
        let started: Snapshot;

        beforeAll(async () => {
            await Promise.all([ds1, ds2].map((host) => host.run(": >/run/notified")));
            stopped = await during(async () => {
                await ds1.run("systemctl stop keepalived");
                await untilActive(activeExcept("ds2", { late: "ds3", stays: "ds3" }));
            });
            started = await during(async () => {
                await ds1.run("systemctl start keepalived");
                await untilActive(preferred);
            });
        });

        /** Observations of clients during an action, and the state of two directors after it. */
        interface Snapshot {
            /** Longest time in seconds without an answer. */
            gaps: Partial<Record<Router, number>>;
            /** Addresses, routes and rules of the two directors. */
            ds1: string;
            ds2: string;
            /** MAC address that answers for `vmac`. */
            mac: string;
        }

        async function during(action: () => Promise<void>): Promise<Snapshot> {
            const gaps = await gapsDuring(["v2", "v3", "fast", "six", "vmac"], action);
            const state = "ip -o address show; ip route show; ip rule show";
            return {
                gaps,
                ds1: await ds1.run(state),
                ds2: await ds2.run(state),
                mac: await answeringMac("vmac"),
            };
        }

        it.each(profiles)(
            "clients of $router, with adverts every $advertInt s, wait for no more than skew",
            ({ router, advertInt, margin }) => {
                expect(stopped.gaps[router]).toBeLessThan(skew(advertInt) + margin);
            },
        );

        it.each(profiles)("clients of $router do not notice the return", ({ router, margin }) => {
            expect(started.gaps[router]).toBeLessThan(margin);
        });

        it("an IPv6 virtual IP moves and returns", () => {
            expect(stopped.gaps.six).toBeLessThan(skew() + margin);
            expect(started.gaps.six).toBeLessThan(margin);
        });

        it("a virtual router with its own MAC address keeps it", () => {
            expect(stopped.mac).toBe(virtualMac);
            expect(started.mac).toBe(virtualMac);
            // A switch sends to the port where it last saw the MAC address. This is the new active
            // director's port after its first advert, unless an advert of the old one was still on
            // its way.
            const twoAdverts = 2;
            expect(stopped.gaps.vmac).toBeLessThan(skew() + twoAdverts + margin);
            expect(started.gaps.vmac).toBeLessThan(twoAdverts + margin);
        });

        it("additional addresses, routes and rules move with the virtual IP", () => {
            const companions = [
                ` inet ${excluded}/32 `,
                `203.0.113.0/24 via ${cluster.lab.client.address} dev eth0 `,
                "77:\tfrom 203.0.113.7 lookup 77 ",
            ];
            for (const companion of companions) {
                expect(stopped.ds1).not.toContain(companion);
                expect(stopped.ds2).toContain(companion);
                expect(started.ds1).toContain(companion);
                expect(started.ds2).not.toContain(companion);
            }
        });

        it("notify scripts and a notify pipe get every change", async () => {
            await untilNotified(
                ds1,
                ["v2 backup", "INSTANCE v2 BACKUP 254", 'pipe INSTANCE "v2" BACKUP 254'],
                ["v2 master", "INSTANCE v2 MASTER 254", 'pipe INSTANCE "v2" MASTER 254'],
            );
            await untilNotified(
                ds2,
                ["v2 master", "INSTANCE v2 MASTER 253", 'pipe INSTANCE "v2" MASTER 253'],
                ["v2 backup", "INSTANCE v2 BACKUP 253", 'pipe INSTANCE "v2" BACKUP 253'],
            );
        });
    });

    describe("when the active director loses power and then its successor does,", () => {
        let gaps: Partial<Record<Router, number>>;
        let afterOne: ActiveDirectors;
        let afterTwo: ActiveDirectors;
        let answers: string[];

        beforeAll(async () => {
            const without1 = activeExcept("ds2", { late: "ds3", stays: "ds3" });
            gaps = await gapsDuring(["v2", "v3", "fast", "patient"], async () => {
                await ds1.cut();
                await untilActive(without1);
            });
            afterOne = await activeDirectors();
            await ds2.cut();
            await untilActive(activeExcept("ds3", {}));
            afterTwo = await activeDirectors();
            answers = await Promise.all(asked.map((router) => answeringMac(router)));
            await Promise.all([ds1.boot(), ds2.boot()]);
            await untilActive(preferred);
        });

        it.each(profiles)(
            "clients of $router, with adverts every $advertInt s, wait for 2 to 3 adverts and skew",
            ({ router, advertInt, margin }) => {
                expect(gaps[router]).toBeGreaterThan(2 * advertInt + skew(advertInt) - late);
                expect(gaps[router]).toBeLessThan(3 * advertInt + skew(advertInt) + margin);
            },
        );

        it("clients of a router with downTimerAdverts wait for so many adverts and skew", () => {
            expect(gaps.patient).toBeGreaterThan(downTimerAdverts - 1 + skew() - late);
            expect(gaps.patient).toBeLessThan(downTimerAdverts + skew() + margin);
        });

        it("the second director becomes active for the virtual IPs of the first one", () => {
            expect(afterOne).toMatchObject({ v2: "ds2", green: "ds2" });
        });

        it("the third director serves all virtual IPs", async () => {
            expect(new Set(Object.values(afterTwo))).toEqual(new Set(["ds3"]));
            const mac = await macOf(ds3);
            expect(answers).toEqual(asked.map((router) => (router === "vmac" ? virtualMac : mac)));
        });
    });

    it("a notify script runs as its own user", async () => {
        await waitUntil("a notify script as nobody", patienceMs, async () => {
            const user = await ds1.run("cat /tmp/notified-by");
            return user === "nobody\n" || Promise.reject(new Error(user));
        });
    });

    it("a director that becomes active announces its virtual IPs five times at once, five times later, and then at the interval of garpMasterRefresh", async () => {
        const seconds = 11;
        // On a busy machine two backups may become active at once, and the second one makes the first
        // one announce again.
        await ds3.run("systemctl stop keepalived");
        // keepalived does not cancel the later announcements of an earlier election.
        await waitUntil("the end of ds2's earlier announcements", patienceMs, async () => {
            const text = await ds2.run("date +%s; journalctl -q -u keepalived -o short-unix");
            const [now, ...log] = text.split("\n");
            const last = log.filter((line) => line.includes("Entering MASTER STATE")).at(-1);
            return Number(now) - Number.parseFloat(last!) > garpMasterDelay + margin;
        });
        // ds1 may still announce the addresses of its own last election.
        const program = ["perl", "-e", announcements, "lan", String(seconds), await macOf(ds2)];
        const hears = Promise.all(
            [vips.v2, vips.v3].map((ip) => cluster.lab.exec([...program, ip])),
        );
        await ds1.run("systemctl stop keepalived");
        const texts = await hears.finally(() =>
            Promise.all([ds1, ds3].map((host) => host.run("systemctl start keepalived"))),
        );
        await untilActive({ late: "ds3" });
        // With nopreempt, ds2 stays active until it stops.
        await ds2.run("systemctl stop keepalived");
        await untilActive({ stays: "ds3" });
        await ds2.run("systemctl start keepalived");
        const [once, repeatedly] = texts.map((text) => {
            const times = text.trim().split("\n").map(Number);
            return times.map((time) => time - times[0]!);
        });
        const atOnce = once!.filter((time) => time < 2);
        const then = once!.filter((time) => time >= 2);
        expect([atOnce.length, then.length]).toEqual([5, 5]);
        expect(then[0]).toBeGreaterThan(garpMasterDelay - 0.5);
        expect(then.at(-1)).toBeLessThan(garpMasterDelay + margin);
        expect(repeatedly!.length).toBeGreaterThan(10 + 2);
    });

    it("two directors that share the virtual IPs replace each other", async () => {
        await ds2.cut();
        await untilActive({ v2: "ds1", green: "ds1" });
        expect(await answeringMac("green")).toBe(await macOf(ds1));
        await ds2.boot();
        await untilActive({ v2: "ds1", green: "ds2" });
        expect(await answeringMac("green")).toBe(await macOf(ds2));
    });

    it("a director that returns waits for preemptDelay, and stays backup with nopreempt", async () => {
        await ds3.run("systemctl stop keepalived");
        await untilActive({ late: "ds1", stays: "ds2" });
        await ds3.run("systemctl start keepalived");
        await untilActive({ late: "ds3" });
        const waited = await secondsAsBackup(ds3, "late");
        expect(waited).toBeGreaterThan(preemptDelay);
        expect(waited).toBeLessThan(preemptDelay + 3 + skew() + margin);
        expect((await activeDirectors()).stays).toBe("ds2");

        await ds2.run("systemctl stop keepalived");
        await untilActive({ stays: "ds3" });
        await ds2.run("systemctl start keepalived");
    });

    it("unicast elects one active director even if lost multicast makes all directors active", async () => {
        await multicast("off");
        try {
            await untilActive(
                activeExcept("ds1 ds2 ds3", {
                    late: "ds1 ds3",
                    stays: "ds2 ds3",
                    unicast: "ds1",
                }),
            );
            await ds1.run("systemctl stop keepalived");
            await untilActive({ v2: "ds2 ds3", unicast: "ds2" });
            expect(await answeringMac("unicast")).toBe(await macOf(ds2));
            await ds1.run("systemctl start keepalived");
            await untilActive({ v2: "ds1 ds2 ds3", unicast: "ds1" });
        } finally {
            await multicast("on");
        }
    });

    describe("when tracking finds a fault,", () => {
        const faults = [
            {
                what: "a script, which lowers one priority and no longer raises another one,",
                others: { lifted: "ds2" },
                // Interval and timeout of the script, then three adverts and the skew.
                seconds: 1 + 1 + 3 + skew(),
                fail: "touch /run/unwell",
                mend: "rm /run/unwell",
            },
            {
                what: "a file",
                seconds: 3 + skew(),
                fail: "echo -100 >/run/handicap",
                mend: "echo 0 >/run/handicap",
            },
            {
                what: "an interface",
                seconds: skew(),
                fail: "ip link set uplink down",
                mend: "ip link set uplink up",
            },
        ];

        it.each(faults)(
            "another director is active while $what fails",
            async ({ seconds, fail, mend, others }) => {
                let moved = 0;
                const { tracking } = await gapsDuring(["tracking"], async () => {
                    await ds1.run(fail);
                    const failedAt = Date.now();
                    await untilActive({ ...preferred, tracking: "ds2", ...others });
                    moved = (Date.now() - failedAt) / 1000;
                    await ds1.run(mend);
                    await untilActive(preferred);
                });
                expect(moved).toBeLessThan(seconds + margin);
                expect(tracking).toBeLessThan(skew() + margin);
            },
        );

        it("a whole sync group moves when one of its members is in fault", async () => {
            await ds1.run("echo 1 >/run/fault");
            await untilActive({ ...preferred, inside: "ds2", outside: "ds2" });
            await ds1.run("echo 0 >/run/fault");
        });

        it("a whole sync group moves when what the group itself tracks is in fault", async () => {
            await ds1.run("echo 1 >/run/group-fault");
            await untilActive({ ...preferred, inside: "ds2", outside: "ds2" });
            await ds1.run("echo 0 >/run/group-fault");
        });
    });

    function config(): StackConfig {
        const inOrder = (...names: string[]) => names.map((name) => ({ name }));
        // A clear distance in priority: two backups must not become active at once on a busy
        // machine.
        const third = { name: "ds3", priority: 200 };
        const settings: Record<Router, Partial<VrrpInstanceArgs>> = {
            v2: {
                notifyMaster: { script: "record", args: ["v2", "master"] },
                notifyBackup: { script: "record", args: ["v2", "backup"] },
                notify: { script: "record" },
                virtualIpaddressExcluded: [{ ip: excluded }],
                virtualRoutes: [{ to: "203.0.113.0/24", via: cluster.lab.client.address }],
                virtualRules: [{ from: "203.0.113.7", table: 77, preference: 77 }],
            },
            v3: {
                version: 3,
                garpMasterRefresh: 2,
                notifyMaster: { script: "record-user", user: "nobody" },
            },
            fast: { version: 3, advertInt: 0.1 },
            green: { directors: [...inOrder("ds2", "ds1"), third] },
            six: {},
            vmac: { version: 3, useVmac: true, vmacInterface: "vip0" },
            unicast: { unicast: true },
            tracking: {
                trackScript: [{ name: "well", weight: -10 }],
                trackFile: [{ name: "handicap" }],
                trackInterface: [{ interface: "uplink" }],
            },
            outside: {},
            inside: { trackFile: [{ name: "fault", weight: 0 }] },
            late: { preemptDelay, directors: inOrder("ds3", "ds1") },
            stays: { nopreempt: true, directors: inOrder("ds3", "ds2") },
            patient: { downTimerAdverts },
            lifted: {
                trackScript: [{ name: "well", weight: 40 }],
                directors: [120, 110, 80].map((priority, index) => ({
                    name: `ds${index + 1}`,
                    priority,
                })),
            },
        };
        return {
            directors: cluster.memberArgs("ds1", "ds2", "ds3"),
            vrrpInstances: routers.map((name, index) => ({
                name,
                interface: "eth0",
                virtualRouterId: index + 1,
                directors: [...inOrder("ds1", "ds2"), third],
                virtualIpaddress: [{ ip: vips[name] }],
                ...settings[name],
            })),
            vrrpSyncGroups: [
                {
                    name: "both",
                    group: ["outside", "inside"],
                    trackFile: [{ name: "group-fault", weight: 0 }],
                },
            ],
            scripts: [
                { name: "record", content: '#!/bin/sh\necho "$*" >>/run/notified\n' },
                {
                    name: "record-all",
                    content: '#!/bin/sh\nsed -u "s/^/pipe /" "$1" >>/run/notified\n',
                },
                { name: "record-user", content: "#!/bin/sh\nid -un >/tmp/notified-by\n" },
                { name: "well", content: "#!/bin/sh\ntest ! -e /run/unwell\n" },
            ],
            globalDefs: {
                scriptUser: "root",
                vrrpNotifyFifo: "/run/vrrp.fifo",
                vrrpNotifyFifoScript: { script: "record-all" },
            },
            trackScripts: [{ name: "well", script: { script: "well" } }],
            trackFiles: [
                { name: "handicap", file: "/run/handicap", initFile: {} },
                { name: "fault", file: "/run/fault", initFile: {} },
                { name: "group-fault", file: "/run/group-fault", initFile: {} },
            ],
        };
    }

    /** Active directors of each virtual IP now. A director that is off is never active. */
    async function activeDirectors(): Promise<ActiveDirectors> {
        const addresses = await Promise.all(
            directors.map(async (host) =>
                (await host.isUp()) ? host.run("ip -o address show") : "",
            ),
        );
        const activeFor = (router: Router) =>
            directors.filter((_, index) => addresses[index]!.includes(` ${vips[router]}/`));
        const entries = routers.map((router) => [
            router,
            activeFor(router)
                .map(({ name }) => name)
                .join(" "),
        ]);
        return Object.fromEntries(entries) as ActiveDirectors;
    }

    async function untilActive(expected: Partial<ActiveDirectors>): Promise<void> {
        await waitUntil("the expected active directors", patienceMs, async () => {
            const now = await activeDirectors();
            const wrong = routers.filter((one) => one in expected && now[one] !== expected[one]);
            if (wrong.length === 0) return true;
            const list = wrong.map((one) => `${one}: ${now[one]} and not ${expected[one]}`);
            throw new Error(list.join(", "));
        });
    }

    /** Seconds from the last BACKUP state to the last MASTER state in keepalived's log. */
    async function secondsAsBackup(host: Host, router: Router): Promise<number> {
        const log = await host.run("journalctl -q -u keepalived -o short-unix");
        const entered = (state: string) => {
            const lines = log
                .split("\n")
                .filter((line) => line.includes(`(${router}) Entering ${state} STATE`));
            return Number.parseFloat(lines.at(-1)!);
        };
        return entered("MASTER") - entered("BACKUP");
    }

    /**
     * Send a request to a virtual IP with an empty neighbour cache. Return the MAC address that
     * answered.
     */
    async function answeringMac(router: Router): Promise<string> {
        const address = vips[router];
        await cluster.lab.exec(["ip", "neighbour", "flush", "to", address]);
        const [body] = await cluster.bodies(1, urlOf(router));
        expect(body).toMatch(/^DS[123]$/);
        const entry = await cluster.lab.exec(["ip", "neighbour", "show", "to", address]);
        return / lladdr (\S+)/.exec(entry)![1]!;
    }

    /**
     * Longest time in seconds without an answer for clients of these virtual routers during an
     * action.
     */
    async function gapsDuring(
        names: Router[],
        action: () => Promise<void>,
    ): Promise<Partial<Record<Router, number>>> {
        const probes = await Promise.all(names.map((name) => cluster.probe(urlOf(name), 20)));
        await action();
        // The action has ended when clients get answers again.
        const from = Date.now();
        await waitUntil("answers", patienceMs, () =>
            probes.every((probe) =>
                probe.soFar().requests.some(({ at, error }) => at > from && error === undefined),
            ),
        );
        const results = await Promise.all(probes.map((probe) => probe.stop()));
        const gaps = results.map(({ longestGap }, index) => [names[index]!, longestGap / 1000]);
        return Object.fromEntries(gaps) as Partial<Record<Router, number>>;
    }

    /** Turn multicast to the directors on or off in the network. */
    async function multicast(state: "on" | "off"): Promise<void> {
        for (const { name } of directors) {
            const port = ["ip", "link", "set", `tap0-${name}`, "type", "bridge_slave"];
            await cluster.lab.exec([...port, "mcast_flood", state]);
        }
    }

    /** Wait until a director's scripts recorded these lists one after the other. */
    async function untilNotified(host: Host, ...lists: string[][]): Promise<void> {
        await waitUntil(`${host.name} notified ${lists.join()}`, patienceMs, async () => {
            const notified = (await host.run("cat /run/notified")).trim().split("\n");
            let from = 0;
            for (const list of lists) {
                const places = list.map((line) => notified.indexOf(line, from));
                if (places.includes(-1)) throw new Error(notified.join("\n"));
                from = Math.max(...places) + 1;
            }
            return true;
        });
    }
});

/**
 * Print the time of each announcement of an address by a MAC address on an interface, for so many
 * seconds.
 */
const announcements = `
    use Socket; use Time::HiRes "time";
    my ($interface, $seconds, $mac, $ip) = @ARGV;
    my $address = inet_aton $ip;
    my $sender = pack "H12", $mac =~ s/://gr;
    my $end = time() + $seconds;
    my ($index) = qx{ip -o link show $interface} =~ /^(\\d+)/;
    socket my $socket, 17, SOCK_DGRAM, unpack "n", pack "S", 0x0806 or die;
    bind $socket, pack("S n i x12", 17, 0x0806, $index) or die;
    while ((my $left = $end - time()) > 0) {
        vec(my $ready = "", fileno $socket, 1) = 1;
        select($ready, undef, undef, $left) > 0 or last;
        recv $socket, my $packet, 2048, 0;
        print time(), "\n" if substr($packet, 8, 10) eq $sender . $address && substr($packet, 24, 4) eq $address;
    }`;

async function macOf(host: Host): Promise<string> {
    return (await host.run("cat /sys/class/net/eth0/address")).trim();
}

const virtualMac = `00:00:5e:00:01:${(routers.indexOf("vmac") + 1).toString(16).padStart(2, "0")}`;

function urlOf(router: Router): string {
    const address = vips[router];
    return address.includes(":") ? `http://[${address}]/` : `http://${address}/`;
}

/** State in which one director is active for all virtual IPs with some exceptions. */
function activeExcept(active: string, others: Partial<ActiveDirectors>): ActiveDirectors {
    const all = Object.fromEntries(routers.map((router) => [router, active])) as ActiveDirectors;
    return { ...all, ...others };
}

/** Commands that serve the director's name, and add an interface to track on every boot. */
const setUp = `
    hostname | tr a-z A-Z >/var/www/html/index.html
    systemctl enable -q --now apache2
    cat >/etc/systemd/system/uplink.service <<EOF
[Unit]
Before=keepalived.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip link add uplink type veth peer name other-end
ExecStart=ip link set other-end up
ExecStart=ip link set uplink up
[Install]
WantedBy=multi-user.target
EOF
    systemctl enable -q --now uplink`;
