import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { createHash } from "node:crypto";
import { serverPackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { Host } from "../../lab/host";
import type { StackConfig } from "../../lab/stack";
import { withHosts, seed } from "../../lab/topology";
import { allInTime, type Bounds, inTime } from "../support/inTime";

type Pool = Partial<NonNullable<StackConfig["virtualServers"]>[number]>;

/** Short times in the proportions of the defaults: two attempts fit into a delay loop. */
const timing = { delayLoop: 2, connectTimeout: 0.75, retry: 1, delayBeforeRetry: 0.5 };
/** Scripts count whole seconds. On a busy machine a script with curl needs several of them. */
const scriptTiming = { ...timing, delayLoop: 7, connectTimeout: 3 };
/** A TLS connection takes longer. */
const slowScriptTiming = { ...scriptTiming, connectTimeout: 6, retry: 0 };

/** Seconds until a server that refuses connections is out of its pool (docs/checks.md). */
function refusalBound(name: string): number {
    const { delayLoop, retry, delayBeforeRetry } = timingOf(name);
    return delayLoop + retry * delayBeforeRetry;
}

/** Seconds until a silent server is out of its pool. */
function silenceBound(name: string): number {
    const { retry, connectTimeout } = timingOf(name);
    return refusalBound(name) + (retry + 1) * connectTimeout;
}

/** Seconds until a healthy server is back in its pool. The check in progress has to end first. */
function recoveryBound(name: string): number {
    const { http, ssl } = pools[name]!.check ?? {};
    const { url = [], fastRecovery = false } = http ?? ssl ?? {};
    const rounds = url.length === 0 || fastRecovery ? 1 : url.length + 1;
    const { delayLoop, connectTimeout } = timingOf(name);
    return connectTimeout + rounds * delayLoop;
}

/** Additional seconds that keepalived waits for each unfinished connection to a silent server. */
const linger = 5;

/** A secondary address of the director, and an unused firewall mark. */
const otherAddress = "10.128.190.243";
const mark = 7;

const www = { virtualhost: "www.example.com", connectPort: 80, fastRecovery: true };
const md5 = (text: string) => createHash("md5").update(text).digest("hex");
/** DNS query for the address of www.example.com. */
const question = `000101000001000000000000${Buffer.from("\x03www\x07example\x03com\0\0\x01\0\x01").toString("hex")}`;

/** Timing of a pool. */
const timingOf = (name: string) => ({ ...timing, ...pools[name] });

/** A pool with a script check. The script gets the address of the server. */
function scripted(script: string, more: { user?: string; miscDynamic?: boolean } = {}): Pool {
    const { user, ...rest } = more;
    const hosts = seed.hosts.filter(({ name }) => name === "rs1" || name === "rs2");
    return {
        ...scriptTiming,
        realServers: hosts.map(({ name, cards }) => ({
            name,
            check: { misc: { miscPath: { script, args: [cards.lan!], user }, ...rest } },
        })),
    };
}

/**
 * One virtual server for each kind of check, all with the same two real servers. Each has its own
 * port, from 1000 on. The check connects to the port of the service.
 */
const pools: Record<string, Pool> = {
    tcp: {
        check: { tcp: { connectPort: 80 } },
        realServers: [
            { name: "rs1" },
            {
                name: "rs2",
                notifyUp: { script: "record", user: "root", args: ["up"] },
                notifyDown: { script: "record", user: "root", args: ["down"] },
            },
        ],
    },
    named: { check: { http: { ...www, fastRecovery: false, url: [{ path: "/named" }] } } },
    digest: {
        port: 80,
        check: { http: { ...www, url: [{ path: "/digest", digest: md5("digest is well\n") }] } },
    },
    regex: {
        check: {
            http: {
                ...www,
                url: [
                    {
                        path: "/regex",
                        regex: "^regex is (well|fine)$",
                        regexOptions: ["multiline"],
                    },
                ],
            },
        },
    },
    range: {
        check: { http: { ...www, url: [{ path: "/none", statusCode: ["301", "403-404"] }] } },
    },
    pages: {
        check: {
            http: { ...www, url: [{ path: "/first" }, { path: "/second" }] },
        },
    },
    shop: {
        check: {
            ssl: { connectPort: 8443, fastRecovery: true, url: [{ path: "/shop", regex: "well" }] },
        },
    },
    sni: {
        check: { ssl: { ...www, connectPort: 443, enableSni: true, url: [{ path: "/named" }] } },
    },
    noSni: { check: { ssl: { ...www, connectPort: 443, url: [{ path: "/named" }] } } },
    certificate: { ...scripted("certificate"), ...slowScriptTiming },
    smtp: { check: { smtp: { connectPort: 25 } } },
    override: {
        check: { tcp: { connectPort: 80 } },
        realServers: [{ name: "rs1" }, { name: "rs2", check: { tcp: { connectPort: 25 } } }],
    },
    dns: {
        protocol: "UDP",
        check: { dns: { connectPort: 53, type: "A", name: "www.example.com" } },
    },
    udp: { protocol: "UDP", check: { udp: { connectPort: 53 } } },
    reply: {
        protocol: "UDP",
        // The query id of the question, and no error.
        check: { udp: { connectPort: 53, payload: question, requireReply: "00018XX0" } },
    },
    misc: scripted("ready", { user: "nobody" }),
    dynamic: {
        ...scripted("weight", { miscDynamic: true }),
        // keepalived gets the weights wrong if it has to kill a script (docs/checks.md): the script
        // ends before its timeout.
        ...slowScriptTiming,
    },
    ping: { check: { ping: {} } },
    file: {
        check: { ping: {} },
        realServers: [{ name: "rs1" }, { name: "rs2", check: { file: { trackFile: "out" } } }],
    },
    share: {
        check: { ping: {} },
        realServers: [
            { name: "rs1" },
            { name: "rs2", weight: 10, check: { file: { trackFile: "share" } } },
        ],
    },
    bfd: {
        realServers: ["rs1", "rs2"].map((name) => ({ name, check: { bfd: { name } } })),
    },
    bound: {
        check: { tcp: { connectPort: 80, bindto: otherAddress, fwmark: mark } },
    },
    eager: { check: { http: { ...www, url: [{ path: "/late" }] } } },
    alpha: { alpha: true, check: { http: { ...www, url: [{ path: "/late" }] } } },
    both: { check: { tcp: { connectPort: 25 }, http: { ...www, url: [{ path: "/both" }] } } },
};

const names = Object.keys(pools);
const portOf = (name: string) => pools[name]!.port ?? 1000 + names.indexOf(name);

/** Pools that keepalived itself checks over HTTP or TLS. */
const pages = [
    "pages",
    "named",
    "digest",
    "regex",
    "range",
    "shop",
    "sni",
    "eager",
    "alpha",
    "both",
];
/** Pools of these with TLS. */
const tls = ["shop", "sni"];
const withoutTls = pages.filter((name) => !tls.includes(name));
/** Pools with script checks. */
const asked = ["certificate", "misc", "dynamic"];

const scripts = [
    {
        name: "record",
        content: `#!/bin/sh\necho "$1" >>/run/notified\n`,
    },
    {
        name: "certificate",
        content: `#!/bin/sh
# Get a page from the server at $1 and verify its certificate for the host name.
exec curl -sf -o /dev/null --cacert /etc/ca.pem --resolve "www.example.com:8443:$1" \\
    https://www.example.com:8443/shop
`,
    },
    {
        name: "ready",
        content: `#!/bin/sh
id -un >/tmp/ready-user
exec curl -sf -o /dev/null -H 'Host: www.example.com' "http://$1/ready"
`,
    },
    {
        name: "weight",
        content: `#!/bin/sh
id -un >/tmp/weight-user
weight=$(curl -sf -m 4 -H 'Host: www.example.com' "http://$1/weight") || exit 1
exit $((weight + 2))
`,
    },
];

const bfd = { minRx: 150, minTx: 150, multiplier: 6 };
/** Seconds until BFD detects a silent failure. */
const detection = (bfd.multiplier * bfd.minRx) / 1000;

describe("Health checks", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let rs2: Host;

    beforeAll(async () => {
        cluster = await LabCluster.boot({
            topology: withHosts(seed, "ds1", "rs1", "rs2"),
            packages: serverPackages,
        });
        ds1 = cluster.host("ds1");
        rs2 = cluster.host("rs2");
        const certificates = await ds1.run(makeCertificates);
        const set = serverSetup(certificates, ds1.address);
        await Promise.all([
            ...["rs1", "rs2"].map((name) => cluster.host(name).run(set)),
            ds1.run(`ip address replace ${otherAddress}/24 dev eth0`),
        ]);
        await cluster.deploy({
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
            directors: cluster.memberArgs("ds1"),
            realServers: cluster.memberArgs("rs1", "rs2"),
            scripts,
            trackFiles: [
                { name: "out", file: "/run/out", weight: 0, initFile: {} },
                { name: "share", file: "/run/share", weight: 2, initFile: {} },
            ],
            bfdInstances: ["rs1", "rs2"].map((name) => ({
                name,
                neighborIp: cluster.host(name).address,
                ...bfd,
            })),
            virtualServers: names.map((name) => ({
                ...timing,
                ...pools[name],
                virtualIp: vip,
                port: portOf(name),
            })),
        });
        await untilHealthy();
    });

    afterAll(() => cluster?.down());

    /** Weights of a server by pool, without the pools that it is out of. */
    async function weights(server: string): Promise<Record<string, number>> {
        const { address } = cluster.host(server);
        const rules = await cluster.ipvsRules("ds1", ` -r ${address}:`);
        const byPort = new Map(
            rules.map((rule) => {
                const [, port, weight] = / -r [^ ]*:(\d+) -g -w (\d+)/.exec(rule)!;
                return [Number(port), Number(weight)];
            }),
        );
        return Object.fromEntries(
            names
                .filter((name) => byPort.has(portOf(name)))
                .map((name) => [name, byPort.get(portOf(name))!]),
        );
    }

    /** Pools that a server is out of, except `noSni`, which is always empty. */
    async function poolsWithout(server: string): Promise<string[]> {
        const pool = await weights(server);
        return names.filter((name) => !(name in pool) && name !== "noSni");
    }

    async function untilHealthy() {
        await waitUntil("both servers in all pools", patienceMs, async () => {
            const [first, second] = [await poolsWithout("rs1"), await poolsWithout("rs2")];
            if (first.length === 0 && second.length === 0) return true;
            throw new Error(`rs1 is out of ${first.join()}, rs2 of ${second.join()}`);
        });
    }

    /**
     * Break rs2 so that it leaves some pools, each within its bound in seconds, and stays in all
     * others. Then repair it and expect it back. `meanwhile` runs while it is out. `lateBy` returns
     * additional seconds for all bounds.
     */
    async function expectRemoval(
        bounds: Bounds,
        causeFault: () => Promise<unknown>,
        repairFault: () => Promise<unknown>,
        { meanwhile, lateBy }: { meanwhile?: () => unknown; lateBy?: () => Promise<number> } = {},
    ) {
        const expected = Object.keys(bounds);
        try {
            await change(expected, bounds, causeFault, lateBy);
            expect(await poolsWithout("rs1")).toEqual([]);
            await meanwhile?.();
        } catch (error) {
            await repairFault();
            throw error;
        }
        await change([], within(recoveryBound, ...expected), repairFault);
    }

    /**
     * Wait until rs2 is out of these pools and in all others. Each pool of `bounds` must be in
     * time.
     */
    async function change(
        expected: string[],
        bounds: Bounds,
        act: () => Promise<unknown>,
        lateBy = () => Promise.resolve(0),
    ) {
        // keepalived 2.2.7 waits on if a server falls silent during a TLS handshake: ignore those
        // pools.
        const isTested = (name: string) => name in bounds || !tls.includes(name);
        await act();
        const start = performance.now();
        const more = await lateBy();
        const pending = async () => {
            const now = (await poolsWithout("rs2")).filter((name) => isTested(name));
            const wrong = names.filter((name) => now.includes(name) !== expected.includes(name));
            const boundOf = (name: string) => (bounds[name] ?? Infinity) + more;
            return Object.fromEntries(wrong.filter(isTested).map((name) => [name, boundOf(name)]));
        };
        await allInTime(`rs2 out of ${expected.join() || "no pool"}`, pending, start);
    }

    /** Wait until rs2 has this weight in a pool, within a bound in seconds. */
    const untilWeight = (pool: string, expected: number, bound: number) =>
        inTime(`weight ${expected}`, bound, async () => (await weights("rs2"))[pool] === expected);

    /** Number of connections from the director to rs2 in some states. */
    async function connections(...states: string[]): Promise<number> {
        const wanted = states.map((state) => `state ${state}`).join(" ");
        const lines = await ds1.run(`ss -Htn ${wanted} dst ${rs2.address}`);
        return lines.split("\n").filter((line) => line !== "").length;
    }

    const within = (bound: (name: string) => number, ...names: string[]) =>
        Object.fromEntries(names.map((name) => [name, bound(name)]));

    /** Write a file on rs2, or remove it if there is no text. */
    const page = (name: string, text?: string) => () =>
        rs2.run(text === undefined ? `rm /srv/www/${name}` : `echo '${text}' >/srv/www/${name}`);

    it("remove a real server whose port is closed (all kinds that connect)", () =>
        expectRemoval(
            within(refusalBound, "tcp", "bound", ...pages, ...asked),
            () => rs2.run("systemctl stop apache2"),
            () => rs2.run("systemctl start apache2"),
        ));

    it("remove a frozen real server (all kinds except UDP without requireReply)", () =>
        expectRemoval(
            {
                ...within(silenceBound, "tcp", "bound", ...withoutTls, ...asked),
                ...within(silenceBound, "smtp", "override", "dns", "reply", "ping"),
                bfd: detection,
            },
            () => rs2.freeze(),
            () => rs2.thaw(),
            {
                lateBy: async () =>
                    linger * (await connections("established", "fin-wait-1", "last-ack")),
            },
        ));

    it("remove a web server that hangs (HTTP and scripts), or keep it (TCP and PING)", () =>
        expectRemoval(
            within(silenceBound, ...withoutTls, ...asked),
            () => rs2.run("pkill -STOP apache2"),
            () => rs2.run("pkill -CONT apache2"),
        ));

    describe("(HTTP)", () => {
        it("remove a real server that answers with the wrong status", () =>
            expectRemoval(
                within(refusalBound, "eager", "alpha"),
                page("late"),
                page("late", "late is well"),
            ));

        it("remove a real server if one of its two checks fails", () =>
            expectRemoval(
                within(refusalBound, "both"),
                page("both"),
                page("both", "both is well"),
            ));

        it("remove a real server whose page has another digest, and clients get the other real server", () =>
            expectRemoval(
                within(refusalBound, "digest"),
                page("digest", "digest is ill"),
                page("digest", "digest is well"),
                {
                    meanwhile: async () =>
                        expect(await cluster.bodyCounts(6, `http://${vip}/`)).toEqual({ rs1: 6 }),
                },
            ));

        it("remove a real server whose page does not match the regular expression", () =>
            expectRemoval(
                within(refusalBound, "regex"),
                page("regex", "regex is ill"),
                page("regex", "regex is fine"),
            ));

        it("remove a real server that has the page only under another host name", () =>
            expectRemoval(
                within(refusalBound, "named", "sni"),
                () => rs2.run("mv /srv/www/named /srv/other"),
                () => rs2.run("mv /srv/other/named /srv/www"),
            ));

        it("remove a real server whose status code is not in the list", () =>
            expectRemoval(within(refusalBound, "range"), page("none", "here"), page("none")));

        it("remove a real server that lacks one of two pages, within two delay loops", () =>
            expectRemoval(
                { pages: refusalBound("pages") + timing.delayLoop },
                page("second"),
                page("second", "second is well"),
            ));
    });

    describe("(TLS)", () => {
        const shop = (setting: string) => () =>
            rs2.run(`echo '${setting}' >/etc/tls/shop.conf && apachectl -k graceful`);
        const well = shop("SSLEngine on");

        it("remove a real server whose port speaks no TLS", () =>
            expectRemoval(
                within(refusalBound, "shop", "certificate"),
                shop("SSLEngine off"),
                well,
            ));

        it("remove a real server with the wrong page", () =>
            expectRemoval(
                within(refusalBound, "shop"),
                page("shop", "closed"),
                page("shop", "all is well"),
            ));

        it("reach a real server that demands SNI with enableSni and not without", async () => {
            expect(await cluster.ipvsRules("ds1", `:${portOf("sni")} -g`)).toHaveLength(2);
            expect(await cluster.ipvsRules("ds1", `:${portOf("noSni")} -g`)).toEqual([]);
        });

        it.each([
            ["has expired", "expired"],
            ["is for another name", "misnamed"],
        ])(
            "accept a certificate that %s, and a script that verifies it removes the real server",
            async (_, certificate) => {
                const setting = `SSLEngine on\nSSLCertificateFile /etc/tls/${certificate}.pem`;
                await expectRemoval(within(refusalBound, "certificate"), shop(setting), well, {
                    meanwhile: async () =>
                        expect(await poolsWithout("rs2")).toEqual(["certificate"]),
                });
            },
        );
    });

    describe("(SMTP)", () => {
        it("remove a mail server that is stopped, also as the check of a single pool member", () =>
            expectRemoval(
                within(refusalBound, "smtp", "override", "both"),
                () => rs2.run("systemctl stop opensmtpd"),
                () => rs2.run("systemctl start opensmtpd"),
            ));

        it.each([
            ["greets with an error", "closed"],
            ["answers HELO with an error", "deaf"],
        ])("remove a mail server that %s", (_, configuration) => {
            const becomes = (name: string) => () =>
                rs2.run(`cd /etc && cp smtpd.${name} smtpd.conf && systemctl restart opensmtpd`);
            return expectRemoval(
                within(refusalBound, "smtp"),
                becomes(configuration),
                becomes("open"),
            );
        });
    });

    describe("(DNS and UDP)", () => {
        it("remove a name server whose port is closed", () =>
            expectRemoval(
                within(refusalBound, "dns", "udp", "reply"),
                () => rs2.run("systemctl stop dnsmasq"),
                () => rs2.run("systemctl start dnsmasq"),
            ));

        it("remove a name server that answers with an error", () =>
            expectRemoval(
                within(refusalBound, "dns", "reply"),
                () => rs2.run(": >/srv/names && pkill -HUP dnsmasq"),
                () => rs2.run("echo 192.0.2.1 www.example.com >/srv/names && pkill -HUP dnsmasq"),
            ));

        it("remove a name server that does not answer, except UDP without requireReply", () =>
            expectRemoval(
                within(silenceBound, "dns", "reply"),
                () => rs2.run("pkill -STOP dnsmasq"),
                () => rs2.run("pkill -CONT dnsmasq"),
            ));
    });

    describe("(scripts)", () => {
        it("remove a real server by the script's exit status", () =>
            expectRemoval(
                within(refusalBound, "misc"),
                page("ready"),
                page("ready", "ready is well"),
            ));

        it("run a script as its user, and without one as keepalived_script", async () => {
            await waitUntil("both scripts", patienceMs, async () => {
                const users = await ds1.run("cat /tmp/ready-user /tmp/weight-user");
                const isRight = users === "nobody\nkeepalived_script\n";
                return isRight || Promise.reject(new Error(users));
            });
        });

        it("set the weight of a real server with miscDynamic, or remove it", async () => {
            const weight = (expected: number) =>
                untilWeight("dynamic", expected, refusalBound("dynamic"));
            await weight(7);
            await page("weight", "31")();
            await weight(31);
            await page("weight", "7")();
            await weight(7);
            await expectRemoval(
                within(refusalBound, "dynamic"),
                page("weight"),
                page("weight", "7"),
            );
        });

        it("run notifyDown when a real server leaves and notifyUp when it returns", async () => {
            await ds1.run("rm -f /run/notified");
            const untilNotified = (expected: string) =>
                inTime(`notified: ${expected}`, refusalBound("tcp"), async () => {
                    const lines = await ds1.run("cat /run/notified 2>/dev/null || :");
                    return lines.trim().split("\n").join(" ") === expected;
                });
            await rs2.run("systemctl stop apache2");
            await untilNotified("down");
            await rs2.run("systemctl start apache2");
            await untilNotified("down up");
            await untilHealthy();
        });

        it("install scripts that only root can write, on a path that keepalived accepts", async () => {
            const dir = "/usr/libexec/keepalived";
            const files = scripts.map(({ name }) => `${dir}/${name}`);
            const found = await ds1.run(`stat -c '%U %G %a %F %n' ${dir} ${files.join(" ")}`);
            expect(found.trim().split("\n")).toEqual([
                `root root 755 directory ${dir}`,
                ...files.map((file) => `root root 755 regular file ${file}`),
            ]);
            expect((await ds1.run(`realpath ${files.join(" ")}`)).trim().split("\n")).toEqual(
                files,
            );
            const log = await ds1.run("journalctl -q -u keepalived -o cat");
            expect(log).toContain("Starting Keepalived");
            expect(log).not.toMatch(
                /security violation|unsafe|disabling|not found|not executable/i,
            );
        });
    });

    it("remove a real server by BFD within a fraction of a second when the session ends", () =>
        expectRemoval(
            { bfd: detection },
            () => rs2.run("systemctl stop keepalived"),
            () => rs2.run("systemctl start keepalived"),
        ));

    it("remove a real server by FILE at once when the file gets a number", () =>
        expectRemoval(
            { file: 0 },
            () => ds1.run("echo 1 >/run/out"),
            () => ds1.run("echo 0 >/run/out"),
        ));

    it("change a real server's weight by FILE: the number in the file times its weight is added", async () => {
        const weight = (expected: number) => untilWeight("share", expected, 0);
        await weight(10);
        await ds1.run("echo 20 >/run/share");
        await weight(50);
        await ds1.run("echo 0 >/run/share");
        await weight(10);
    });

    it.each([
        ["from the address that bindto names", `from ${otherAddress}`],
        ["with the mark that fwmark names", `fwmark ${mark}`],
    ])("connect %s", async (_, packets) => {
        // The director has a rule against these packets only.
        await expectRemoval(
            within(refusalBound, "bound"),
            () => ds1.run(`ip rule add ${packets} to ${rs2.address} unreachable`),
            () => ds1.run(`ip rule delete ${packets} to ${rs2.address} unreachable`),
        );
    });

    it("keep a real server out until its first success with alpha, and let it in at once without alpha", async () => {
        await page("late")();
        await ds1.run("systemctl restart keepalived");
        const first = await waitUntil("a pool with rs2", patienceMs, async () => {
            const pool = await weights("rs2");
            return "eager" in pool && pool;
        });
        expect(first).not.toHaveProperty("alpha");
        await waitUntil("rs2 out of both", patienceMs, async () => {
            const pools = await poolsWithout("rs2");
            return pools.includes("eager") && pools.includes("alpha");
        });
        await page("late", "late is well")();
        await untilHealthy();
    });
});

/**
 * Print an archive of an authority and three certificates for one key: a valid and two invalid
 * ones.
 */
const makeCertificates = `
    set -eu
    exec 3>&1 >/dev/null 2>&1
    cd "$(mktemp -d)"
    key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -batch'
    openssl req -x509 $key -keyout ca.key -out ca.pem -subj '/CN=An authority'
    openssl req $key -keyout key -out www.request -subj /CN=www.example.com
    openssl req -new -batch -key key -out other.request -subj /CN=www.example.org
    sign() { openssl x509 -req -CA ca.pem -CAkey ca.key -in "$1.request" -days "$2" -out "$3.pem"; }
    sign www 30 good
    sign www -1 expired
    sign other 30 misnamed
    cp ca.pem /etc
    tar -c key *.pem | base64 >&3`;

/** Set up a real server: a web server with and without TLS, mail, DNS, and BFD. */
function serverSetup(certificates: string, director: string): string {
    return `
        set -eu
        mkdir -p /srv/www /srv/other /etc/tls
        cd /srv/www
        for page in digest regex first second ready late both; do echo "$page is well" >$page; done
        echo by name >named
        echo all is well >shop
        echo 7 >weight
        hostname >/srv/other/index.html
        base64 -d <<END | tar -x -C /etc/tls
${certificates}
END
        echo SSLEngine on >/etc/tls/shop.conf
        rm -f /etc/apache2/sites-enabled/*
        cat >/etc/apache2/conf-enabled/test.conf <<END
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
ServerName localhost
Listen 443
Listen 8443
SSLCertificateFile /etc/tls/good.pem
SSLCertificateKeyFile /etc/tls/key
<Directory /srv>
    Require all granted
</Directory>
<VirtualHost *:80>
    DocumentRoot /srv/other
</VirtualHost>
<VirtualHost *:80>
    ServerName www.example.com
    DocumentRoot /srv/www
</VirtualHost>
<VirtualHost *:443>
    SSLEngine on
    DocumentRoot /srv/other
</VirtualHost>
<VirtualHost *:443>
    ServerName www.example.com
    SSLEngine on
    SSLStrictSNIVHostCheck on
    DocumentRoot /srv/www
</VirtualHost>
<VirtualHost *:8443>
    DocumentRoot /srv/www
    Include /etc/tls/shop.conf
</VirtualHost>
END
        cd /etc
        printf '%s\\n' 'listen on eth0' 'match from any for any reject' >smtpd.open
        cat >smtpd.closed <<END
table everyone { 0.0.0.0/0 }
filter closed phase connect match src <everyone> disconnect "554 closed"
listen on eth0 filter closed
match from any for any reject
END
        cat >smtpd.deaf <<END
table everyone { 0.0.0.0/0 }
filter deaf phase helo match src <everyone> reject "550 not today"
listen on eth0 filter deaf
match from any for any reject
END
        cp smtpd.open smtpd.conf
        printf '%s\\n' no-resolv no-hosts addn-hosts=/srv/names >dnsmasq.d/test.conf
        echo 192.0.2.1 www.example.com >/srv/names
        cat >keepalived/keepalived.conf <<END
bfd_instance director {
    neighbor_ip ${director}
    min_rx ${bfd.minRx}
    min_tx ${bfd.minTx}
    multiplier ${bfd.multiplier}
}
END
        systemctl restart apache2
        systemctl start dnsmasq opensmtpd keepalived`;
}
