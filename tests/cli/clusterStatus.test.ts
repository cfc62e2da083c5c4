import { clusterStatus } from "../../cli/clusterStatus";
import { directorReport, realServerReport, reports, readReports } from "./support";

/** Write the report of the active director with a replacement. */
const ds1 = (from: string | RegExp, to: string) =>
    directorReport("ds1", { isActive: true }).replace(from, to);
const problems = (other: Record<string, string | undefined>) =>
    clusterStatus("web", readReports(reports(other))).problems;

it("lvs status reports no problem of a healthy cluster", () => {
    const { virtualIps, hosts, problems } = clusterStatus("web", readReports(reports()));
    expect(problems).toEqual([]);
    expect(virtualIps).toMatchObject([
        {
            ip: "10.128.190.248",
            router: "VI_1",
            activeDirectors: ["ds1"],
            services: [
                {
                    service: "TCP 10.128.190.248:80",
                    director: "ds1",
                    present: true,
                    servers: [
                        { name: "rs1", health: "up", active: 12, inactive: 104 },
                        { name: "rs2", health: "up", active: 11, inactive: 98 },
                        { name: "rs3", health: "up", active: 1250, inactive: 0 },
                    ],
                },
            ],
        },
    ]);
    expect(hosts.map(({ name, state, sinceApply }) => [name, state, sinceApply])).toEqual([
        ["ds1", "active", 600],
        ["ds2", "backup", 600],
        ["rs1", "serving", 87_000],
        ["rs2", "serving", 87_000],
        ["rs3", "serving", 87_000],
    ]);
});

it("lvs status shows a virtual IP without services", () => {
    const withoutServices = (name: string, isActive: boolean) =>
        directorReport(name, { isActive }).replace(/^(rule|service|server) .*\n/gm, "");
    const status = clusterStatus(
        "web",
        readReports({ ds1: withoutServices("ds1", true), ds2: withoutServices("ds2", false) }),
    );
    expect(status.virtualIps).toEqual([
        { ip: "10.128.190.248", router: "VI_1", activeDirectors: ["ds1"], services: [] },
    ]);
    expect(status.problems.filter((problem) => /^(ds|10)/.test(problem))).toEqual([]);
});

describe("lvs status", () => {
    const gone = /server .* -r 10.128.190.250:80 .*\n/;
    const weightless = (text: string) =>
        text.replace(/^(server .* -r 10.128.190.250:80 -g -w) 1/m, "$1 0");

    it.each<[string, Record<string, string | undefined>, string[]]>([
        [
            "a real server that the IPVS table lacks",
            { ds1: ds1(gone, "") },
            ["rs2:80 is down for TCP 10.128.190.248:80 (seen by ds1)"],
        ],
        [
            "a real server with weight 0, and every director that sees it",
            {
                ds1: weightless(directorReport("ds1", { isActive: true })),
                ds2: weightless(directorReport("ds2", { isActive: false })),
            },
            ["rs2:80 is down for TCP 10.128.190.248:80 (seen by ds1, ds2)"],
        ],
        [
            "a service that the IPVS table lacks",
            { ds1: ds1(/(service|server) .*\n/g, "") },
            ["TCP 10.128.190.248:80 is not in the kernel (seen by ds1)"],
        ],
        [
            "a real server that is not in the plan",
            { ds1: ds1(/rule .* -r 10.128.190.251:80 .*\n/, "") },
            ["rs3:80 gets TCP 10.128.190.248:80 but is not in the plan (seen by ds1)"],
        ],
        [
            "a service that is not in the plan",
            { ds1: ds1(/$/, "service 0 0 0 0 0 -A -t 10.1.1.1:80 -s wlc\n") },
            ["TCP 10.1.1.1:80 is in the kernel but not in the plan (seen by ds1)"],
        ],
        [
            "two active directors",
            { ds2: directorReport("ds2", { isActive: true }) },
            [
                "10.128.190.248 has 2 active directors, ds1 and ds2. Their adverts do not reach each other.",
            ],
        ],
        [
            "a virtual IP without an active director",
            { ds1: directorReport("ds1", { isActive: false }) },
            ["10.128.190.248 has no active director"],
        ],
        [
            "a virtual IP whose active director may be a silent host",
            { ds1: undefined },
            ["ds1 cannot be reached", "10.128.190.248 has no active director, unless ds1 has it"],
        ],
        ["a host that cannot be reached", { rs3: undefined }, ["rs3 cannot be reached"]],
        [
            "a failed unit",
            { ds1: ds1("keepalived active", "keepalived failed") },
            ["ds1: keepalived is failed (`journalctl -u keepalived`)"],
        ],
        [
            "a real server without its virtual IP",
            { rs1: realServerReport("rs1").replace("here", "absent") },
            ["rs1 does not have 10.128.190.248 on lo"],
        ],
        [
            "a firewall that blocks a service",
            { ds1: ds1(/$/, "complaint lvs-director the firewall lacks openings of /x\n") },
            ["ds1: lvs-director reports: the firewall lacks openings of /x"],
        ],
        [
            "a director with only some virtual IPs of a virtual router",
            { ds1: ds1("62 active", "62 split") },
            ["ds1 has only some virtual IPs of VI_1"],
        ],
        [
            "a deferred change that was never carried out",
            { ds1: ds1(/$/, "deferred\n") },
            ["ds1 has deferred a change that was never carried out. Run `pulumi up`."],
        ],
        [
            "a proof of one active director that failed",
            { ds1: ds1(/$/, "deferred proof\n") },
            [
                "ds1 did not prove that each virtual IP has one active director. Run `pulumi up`, which reports the cause.",
            ],
        ],
        [
            "a host that is not set up",
            { rs2: "host rs2\nkernel 6.1\nuptime 5\nclock 6\n" },
            ["rs2 is not set up. Run `pulumi up`."],
        ],
    ])("reports %s", (_, other, expected) => expect(problems(other)).toEqual(expected));

    it("reports no problem of a drained server and of a sorry server", () => {
        const drained = ds1(/(-r 10.128.190.250:80 -g -w) 1/g, "$1 0");
        const sorry = ds1(/$/, "rule sorry -a -t 10.128.190.248:80 -r 10.9.9.9:80 -g -w 1\n");
        expect(problems({ ds1: drained })).toEqual([]);
        expect(problems({ ds1: sorry })).toEqual([]);
        const healths = (text: string) =>
            clusterStatus(
                "web",
                readReports(reports({ ds1: text })),
            ).virtualIps[0]!.services[0]!.servers.map(({ name, health }) => `${name} ${health}`);
        expect(healths(drained)).toEqual(["rs1 up", "rs2 drained", "rs3 up"]);
        // A sorry server appears only while it serves.
        expect(healths(sorry)).toEqual(["rs1 up", "rs2 up", "rs3 up"]);
        const live = `${sorry}server 0 0 0 0 0 0 0 -a -t 10.128.190.248:80 -r 10.9.9.9:80 -g -w 1\n`;
        expect(healths(live)).toEqual(["rs1 up", "rs2 up", "rs3 up", "10.9.9.9 sorry"]);
    });
});

it("lvs status tells FULLNAT from NAT by the rules of the plan's nftables", () => {
    const byNat = ds1(/ -g -w /g, " -m -w ");
    const methods = (text: string) =>
        clusterStatus(
            "web",
            readReports(reports({ ds1: text })),
        ).virtualIps[0]!.services[0]!.servers.map(({ name, method }) => `${name} ${method}`);
    expect(methods(byNat)).toEqual(["rs1 NAT", "rs2 NAT", "rs3 NAT"]);
    const rule = "masquerade ip daddr 10.128.190.250 tcp dport 80 masquerade\n";
    expect(methods(byNat.replace("rule ", `${rule}rule `))).toEqual([
        "rs1 NAT",
        "rs2 FULLNAT",
        "rs3 NAT",
    ]);
});

describe("lvs status of a director without VRRP", () => {
    const written = reports({
        ds1: directorReport("ds1", { isActive: true }).replace(/^(router|address) .*\n/gm, ""),
        ds2: undefined,
    });
    const hosts = readReports(written).filter(({ host }) => host.name !== "ds2");
    const { virtualIps, elsewhere, hosts: states, problems } = clusterStatus("web", hosts);

    it("shows its services", () => {
        expect(virtualIps).toEqual([]);
        expect(elsewhere).toMatchObject([
            { service: "TCP 10.128.190.248:80", director: "ds1", present: true },
        ]);
    });

    it("says that it serves, and misses no active director", () => {
        expect(states[0]).toMatchObject({ name: "ds1", state: "serving" });
        expect(problems).toEqual([]);
    });
});

it("lvs status shows services by firewall mark as the active director has them", () => {
    const mark = (text: string) =>
        text.replace(/-t 10.128.190.248:80/g, "-f 7").replace(/-g/g, "-m");
    const written = reports({
        ds1: mark(directorReport("ds1", { isActive: false })),
        ds2: mark(directorReport("ds2", { isActive: true })),
    });
    const { virtualIps, marks } = clusterStatus("web", readReports(written));
    expect(virtualIps).toMatchObject([
        { ip: "10.128.190.248", activeDirectors: ["ds2"], services: [] },
    ]);
    expect(marks).toMatchObject([{ service: "FWM 7", director: "ds2" }]);
});
