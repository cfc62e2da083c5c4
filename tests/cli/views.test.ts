import { driftLines, activeDirectorDrift } from "../../cli/diffView";
import { parseDrift } from "../../cli/drift";
import { findingLines, joinAlike, parseFindings, compareClocks } from "../../cli/findings";
import { clusterStatus } from "../../cli/health";
import { statusLines } from "../../cli/statusView";
import { coloured, lineWidth, plain } from "../../cli/text";
import { expectGolden } from "../support/golden";
import { directorReport, reports, readReports } from "./support";

describe("lvs status", () => {
    const lines = (other: Record<string, string | undefined> = {}) =>
        statusLines(clusterStatus("inventory", readReports(reports(other))), plain);

    it("prints one page for a healthy cluster", () => {
        expectGolden("cli-status.txt", `${lines().join("\n")}\n`);
    });

    it("ends with the problems of a cluster", () => {
        const trouble = {
            ds1: undefined,
            ds2: directorReport("ds2", { isActive: true }).replace(/server .*250:80 .*\n/, ""),
        };
        expectGolden("cli-status-trouble.txt", `${lines(trouble).join("\n")}\n`);
    });

    it("fits into the lines of a terminal with long host names", () => {
        const hosts = readReports(reports());
        for (const { host, facts } of hosts) {
            host.name = `${host.name}.${"a-long-name.".repeat(5)}example`;
            facts!.kernel = "6.12.41+deb13-cloud-amd64-with-a-suffix";
            facts!.keepalived = "2.3.3-and-something";
        }
        for (const line of statusLines(clusterStatus("inventory", hosts), plain)) {
            expect(line.length).toBeLessThanOrEqual(lineWidth);
        }
    });

    it("colours its verdict on a terminal", () => {
        const line = statusLines(clusterStatus("inventory", readReports(reports())), coloured).at(
            -1,
        );
        expect(line).toBe("\x1b[32mNo problems.\x1b[39m");
    });
});

describe("lvs diff", () => {
    const text = [
        "router VI_1 eth0 62 active",
        "drift file /etc/sysctl.d/lvs.conf",
        "    --- /etc/sysctl.d/lvs.conf (applied)",
        "    +++ /etc/sysctl.d/lvs.conf (now)",
        "    @@ -1 +1 @@",
        "    -drift = 1",
        "    +drift file = 0",
        "drift file /etc/keepalived/auth_pass.conf",
        "    differs. Its content is secret.",
        "",
    ].join("\n");

    it("reads the differences that a host reports", () => {
        expect(parseDrift(text)).toEqual([
            {
                what: "file /etc/sysctl.d/lvs.conf",
                diff:
                    "--- /etc/sysctl.d/lvs.conf (applied)\n+++ /etc/sysctl.d/lvs.conf (now)\n" +
                    "@@ -1 +1 @@\n-drift = 1\n+drift file = 0\n",
            },
            {
                what: "file /etc/keepalived/auth_pass.conf",
                diff: "differs. Its content is secret.\n",
            },
        ]);
    });

    it("prints differences host by host, and one line for a host without any", () => {
        const hosts = [
            { name: "ds1", drift: parseDrift(text).slice(1) },
            { name: "ds2", drift: [] },
            { name: "rs1", drift: [], problem: "cannot be reached" },
        ];
        expect(driftLines(hosts, "unchanged since the last up", plain)).toEqual([
            "ds1: file /etc/keepalived/auth_pass.conf",
            "differs. Its content is secret.",
            "",
            "ds2: unchanged since the last up",
            "rs1 cannot be reached",
        ]);
    });

    it("prints virtual IPs without an active director and virtual IPs with two", () => {
        const diffs = activeDirectorDrift([
            { ip: "192.0.2.1", activeDirectors: ["a"] },
            { ip: "192.0.2.2", activeDirectors: [] },
            { ip: "192.0.2.3", activeDirectors: ["a", "b"] },
        ]);
        expect(diffs.map(({ what, diff }) => [what, diff.split("\n").slice(-2)[0]])).toEqual([
            ["active director of 192.0.2.2", "+no director"],
            ["active director of 192.0.2.3", "+a and b"],
        ]);
    });
});

describe("lvs preflight", () => {
    const clock = (seconds: number) => [{ how: "ok", what: "clock", sentence: String(seconds) }];

    it("reads the findings that a host reports", () => {
        expect(parseFindings("ok\tkernel\t6.1.0\nstop\trouter\tid 62 is\tin use\n\n")).toEqual([
            { how: "ok", what: "kernel", sentence: "6.1.0" },
            { how: "stop", what: "router", sentence: "id 62 is in use" },
        ]);
    });

    it("compares the clocks of the hosts", () => {
        const hosts = [
            { name: "a", findings: clock(1000) },
            { name: "b", findings: clock(1003) },
            { name: "c", findings: clock(1600) },
            { name: "d", findings: clock(900) },
            { name: "e", findings: clock(1001) },
        ];
        expect(compareClocks(hosts).map(({ findings: [found] }) => found)).toEqual([
            { how: "ok", what: "clock", sentence: "agrees with the other hosts" },
            { how: "ok", what: "clock", sentence: "agrees with the other hosts" },
            {
                how: "warn",
                what: "clock",
                sentence: "599 s ahead of the other hosts. Set the clock, or use NTP.",
            },
            {
                how: "warn",
                what: "clock",
                sentence: "101 s behind the other hosts. Set the clock, or use NTP.",
            },
            { how: "ok", what: "clock", sentence: "agrees with the other hosts" },
        ]);
    });

    it("joins like findings into one line, except those that stop an `up`", () => {
        const finding = (how: string, sentence: string) => ({ how, what: "modules", sentence });
        const found = [
            finding("ok", "ip_vs"),
            finding("ok", "ip_vs_rr"),
            finding("stop", "no fou"),
            finding("stop", "no ipip"),
        ];
        expect(joinAlike(found).map(({ sentence }) => sentence)).toEqual([
            "ip_vs, ip_vs_rr",
            "no fou",
            "no ipip",
        ]);
    });

    it("prints findings as one table with wrapped sentences", () => {
        const sentence =
            "id 62 on eth0 is in use by 192.0.2.7. Use another virtualRouterId in vrrpInstances";
        const lines = findingLines(
            [
                {
                    name: "ds1",
                    findings: [
                        { how: "ok", what: "kernel", sentence: "6.1.0" },
                        { how: "stop", what: "router", sentence },
                    ],
                },
                { name: "rs1", findings: [{ how: "warn", what: "disk", sentence: "/ has 20 MB" }] },
            ],
            plain,
        );
        expect(lines).toEqual([
            "host        check   finding",
            "ds1   ok    kernel  6.1.0",
            "      stop  router  id 62 on eth0 is in use by 192.0.2.7. Use another virtualRouterId",
            "                    in vrrpInstances",
            "rs1   warn  disk    / has 20 MB",
        ]);
    });
});
