import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import { refusalsOf } from "../../lvs/problems";
import { validate } from "../../lvs/validate";
import { goldenClusters, onVersion } from "../support/clusters";
import { seed } from "../support/seed";

/**
 * Facts about versions of keepalived that were found by running builds of them. Most of these versions
 * are in no package archive of the tests, so that no other test runs them.
 */

const vip = "10.128.190.248";

it("a line for iptables is refused only where keepalived is that of Debian", () => {
    const refused = (director: object) =>
        refusalsOf(
            validate({
                ...seed,
                globalDefs: { extraConfig: "vrrp_iptables" },
                directors: seed.directors.map((one) => ({ ...one, ...director })),
            }),
        ).length;
    expect(refused({ distribution: "debian11" })).toBe(1);
    expect(refused({ distribution: "debian12", keepalivedVersion: "2.2.8" })).toBe(0);
    expect(refused({ distribution: "rhel9" })).toBe(0);
});
const service = seed.virtualServers[0]!;
const instance = seed.vrrpInstances[0]!;

const withService = (change: object): Cluster => ({
    ...seed,
    virtualServers: [{ ...service, ...change }],
});
const withInstance = (change: object): Cluster => ({
    ...seed,
    vrrpInstances: [{ ...instance, ...change }],
});

function problems(cluster: Cluster, version: string): string[] {
    return refusalsOf(validate(onVersion(cluster, version))).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );
}

function configuration(cluster: Cluster, director = "ds1"): string {
    expect(refusalsOf(validate(cluster))).toEqual([]);
    return directorFiles(planDirector(cluster, director))[0]!.content;
}

const smtp = {
    smtpServer: "192.0.2.25",
    notificationEmail: ["ops@example.com"],
    notificationEmailFrom: "lvs@example.com",
    smtpHeloName: "lvs.example.com",
};

describe("a keyword or value is refused before the version that has it, and accepted there", () => {
    const address = (change: object) =>
        withInstance({ virtualIpaddress: [{ ip: vip, prefixLength: 24, ...change }] });
    const homeAddress = {
        ...withInstance({
            virtualIpaddress: [{ ip: "fe80::62" }, { ip: "fd00:62:190::248", home: true }],
        }),
        realServers: [],
        virtualServers: [],
    };
    const alone = { directors: seed.directors.slice(0, 1) };

    it.each<[string, string, string, Cluster]>([
        ["preferred_lft", "2.0.19", "2.0.20", address({ preferredLft: "0" })],
        ["home", "1.3.5", "1.3.6", homeAddress],
        ["noprefixroute", "1.3.5", "1.3.6", address({ noprefixroute: true })],
        ["brd +", "1.3.6", "1.3.7", address({ brd: "+" })],
        ["a fraction", "1.4.5", "2.0.0", withInstance({ preemptDelay: 0.5 })],
        ["fo", "1.3.5", "1.3.6", withService({ lvsSched: "fo" })],
        ["ovf", "1.3.5", "1.3.6", withService({ lvsSched: "ovf" })],
        ["gre", "2.0.17", "2.0.18", withService({ lvsMethod: "TUN", tunnel: { type: "gre" } })],
        ["gue", "2.0.17", "2.0.18", withService({ lvsMethod: "TUN", tunnel: { type: "gue" } })],
        ["type RRSIG", "1.3.6", "1.3.7", withService({ check: { dns: { type: "RRSIG" } } })],
        ["type DNSKEY", "1.3.6", "1.3.7", withService({ check: { dns: { type: "DNSKEY" } } })],
        [
            "imeouts",
            "2.1.3",
            "2.1.4",
            { ...seed, ...alone, globalDefs: { lvsTimeouts: { tcp: 9 } } },
        ],
    ])("%s, after %s since %s", (keyword, before, since, cluster) => {
        expect(problems(cluster, before)).toEqual([expect.stringContaining(keyword)]);
        expect(problems(cluster, since)).toEqual([]);
    });
});

it.each(["ds1", "ds2"])("a keyword is refused if %s alone has a keepalived without it", (old) => {
    const cluster = withInstance({ preemptDelay: 0.5 });
    const directors = seed.directors.map((one) => ({
        ...one,
        keepalivedVersion: one.name === old ? "1.4.5" : "2.3.3",
    }));
    const [{ reason } = { reason: "" }, ...others] = refusalsOf(
        validate({ ...cluster, directors }),
    );
    expect(reason).toContain(`needs keepalived 2.0.0, and ${old} (debian12) has 1.4.5`);
    expect(others).toEqual([]);
});

describe("a fault of some versions is refused on these, and not before or after", () => {
    const allPorts = {
        port: undefined,
        persistenceTimeout: 60,
        check: { tcp: { connectPort: 80 } },
    };
    const drained: Cluster = {
        ...seed,
        realServers: [{ ...seed.realServers[0]!, drained: true }, ...seed.realServers.slice(1)],
    };
    const vmac = { unicast: true, useVmacAddr: true };

    it.each<[string, string, string, string, Cluster]>([
        ["2.0.6", "2.0.7", "2.0.14", "2.0.15", withService(allPorts)],
        ["2.0.6", "2.0.7", "2.0.15", "2.0.16", drained],
        ["2.0.7", "2.0.8", "2.0.10", "2.0.11", { ...seed, globalDefs: smtp }],
        ["2.2.5", "2.2.0", "2.2.4", "2.2.5", withInstance(vmac)],
    ])("fine on %s, refused on %s to %s, fine on %s", (before, first, last, fixed, cluster) => {
        expect(problems(cluster, before)).toEqual([]);
        expect(problems(cluster, first)).toEqual([
            expect.stringContaining(`keepalived ${first} on`),
        ]);
        expect(problems(cluster, last)).toEqual([expect.stringContaining(`keepalived ${last} on`)]);
        expect(problems(cluster, fixed)).toEqual([]);
    });

    it("one director with such a version is enough", () => {
        const mixed = structuredClone({ ...seed, globalDefs: smtp }) as Cluster & {
            directors: { keepalivedVersion?: string }[];
        };
        mixed.directors[1]!.keepalivedVersion = "2.0.10";
        expect(validate(mixed).map(({ reason }) => reason)).toEqual([
            "keepalived 2.0.10 on ds2 crashes with smtpServer, notificationEmailFrom and smtpHeloName together. Remove one of them, or use keepalived 2.0.11.",
        ]);
    });
});

describe("IPv4 unicast in version 3 beside keepalived 1.3.5", () => {
    const mixed = (second: object = {}, change: object = {}): Cluster => ({
        ...withInstance({ unicast: true, version: 3, ...change }),
        directors: [seed.directors[0]!, { ...seed.directors[1]!, ...second }],
    });
    const old = { keepalivedVersion: "1.3.5" };

    it("has the old checksum on the newer director only", () => {
        expect(configuration(mixed(old))).toContain("    old_unicast_checksum\n");
        expect(configuration(mixed(old), "ds2")).not.toContain("old_unicast_checksum");
    });

    it.each([
        ["newer directors only", mixed()],
        ["version 2", mixed(old, { version: 2 })],
        ["multicast", mixed(old, { unicast: false })],
    ])("has the new checksum with %s", (_, cluster) => {
        expect(configuration(cluster)).not.toContain("old_unicast_checksum");
    });
});

describe("a check of a service without a port of its own", () => {
    const marked = (packets: object[], change: object = {}): Cluster => ({
        ...withInstance({}),
        virtualServers: [
            {
                fwmark: { mark: 7, packets: packets.map((one) => ({ virtualIp: vip, ...one })) },
                ...change,
            },
        ],
    });
    const two = [{ port: 80 }, { port: 443 }];

    it("connects to the only TCP port of the marked packets", () => {
        const udp = { protocol: "UDP", port: 53 };
        expect(configuration(marked([{ port: 80 }, udp]))).toContain("connect_port 80\n");
        const dns = marked([{ port: 80 }, udp], { check: { dns: {} } });
        expect(configuration(dns)).toContain("connect_port 53\n");
    });

    it("keeps the port that it has", () => {
        const cluster = marked([{ port: 80 }], { check: { tcp: { connectPort: 81 } } });
        expect(configuration(cluster)).toContain("connect_port 81\n");
    });

    it.each<[string, Cluster, string]>([
        [
            "several ports",
            marked(two),
            "virtualServers[0].check: The value is missing, and the service has the TCP ports 80, 443 for a default check. Give a check, or none.",
        ],
        [
            "several ports and a check without one",
            marked(two, { check: { http: { url: [{ path: "/" }] } } }),
            "virtualServers[0].check.http.connectPort: The value is missing, and the service has the TCP ports 80, 443. Give the port to connect to.",
        ],
        [
            "all ports",
            withService({ port: undefined, persistenceTimeout: 60 }),
            "virtualServers[0].check: The value is missing, and the service has no single TCP port for a default check. Give a check, or none.",
        ],
    ])("is refused with %s", (_, cluster, problem) => {
        expect(problems(cluster, "2.2.7")).toEqual([problem]);
    });

    it("needs no port to ping", () => {
        expect(problems(marked(two, { check: { ping: {} } }), "2.2.7")).toEqual([]);
    });

    it("may be that of each member", () => {
        const realServers = [{ name: "rs1", check: { tcp: { connectPort: 80 } } }];
        expect(problems(marked(two, { realServers }), "2.2.7")).toEqual([]);
    });
});

it.each([
    ["globalDefs", "umask 022", "umask", "2.0.9"],
    ["instance", "vrf blue", "vrf", "2.2.5"],
    ["service", "snmp_name web", "snmp_name", "2.2.3"],
])(
    "a line of extraConfig in %s with %j is refused before its version",
    (place, extraConfig, keyword, since) => {
        const cluster = {
            globalDefs: { ...seed, globalDefs: { extraConfig } },
            instance: withInstance({ extraConfig }),
            service: withService({ extraConfig }),
        }[place]!;
        expect(problems(cluster, "2.0.8")).toEqual([
            expect.stringContaining(
                `.extraConfig: ${keyword} needs keepalived ${since}, and ds1 (debian12) has 2.0.8.`,
            ),
        ]);
        expect(problems(cluster, since)).toEqual([]);
    },
);

it("a DNS name whose first label has one letter is refused", () => {
    const asks = (name: string) => withService({ check: { dns: { name } } });
    expect(problems(asks("a.example.com"), "2.2.7")).toEqual([
        expect.stringContaining('"a.example.com" is not a domain name that keepalived can read.'),
    ]);
    for (const name of ["ab.example.com", "a", ".", "example.a.com"]) {
        expect(problems(asks(name), "2.2.7")).toEqual([]);
    }
});

it("a keepalived older than 1.3.5 is refused", () => {
    expect(problems(seed, "0.9.9")).toEqual([
        'directors[0].keepalivedVersion: "0.9.9" is older than the oldest version that pulumi-lvs supports. Use 1.3.5 or later.',
        'directors[1].keepalivedVersion: "0.9.9" is older than the oldest version that pulumi-lvs supports. Use 1.3.5 or later.',
    ]);
    expect(problems(seed, "1.3.5")).toEqual([]);
});

it("keepalived 1.3.5 gets the password's file with a folder, without which it logs an error", () => {
    expect(configuration(onVersion(seed, "1.3.5"))).toContain("include ./auth_pass.conf\n");
    expect(configuration(seed)).toContain("include auth_pass.conf\n");
});

describe("the configurations for a version that no test runs", () => {
    const runs = "2.2.7";
    const accepts = (cluster: Cluster, version: string) => problems(cluster, version).length === 0;
    const files = (cluster: Cluster, version: string) =>
        cluster.directors.map(({ name }) => configuration(onVersion(cluster, version), name));

    it.each(["2.2.4", "2.2.8", "2.3.4", "2.4.3"])(
        "on %s are those for 2.2.7, for every golden cluster that both accept",
        (version) => {
            const both = Object.values(goldenClusters).filter(
                (cluster) => accepts(cluster, version) && accepts(cluster, runs),
            );
            expect(both.length).toBeGreaterThan(40);
            for (const cluster of both) {
                expect(files(cluster, version).join("")).toBe(files(cluster, runs).join(""));
            }
        },
    );
});
