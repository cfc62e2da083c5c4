import { driftLines, activeDirectorDrift } from "../../cli/diffView";
import { parseDrift } from "../../cli/drift";
import { findingLines, joinAlike, parseFindings, compareClocks } from "../../cli/findings";
import { parseFacts } from "../../cli/facts";
import type { HostReport } from "../../cli/status";
import { clusterStatus } from "../../cli/clusterStatus";
import { statusPage } from "../../cli/statusPage";
import { statusLines } from "../../cli/statusView";
import { coloured, lineWidth, plain } from "../../cli/text";
import { drawn, screenLines } from "../../cli/watchView";
import { expectGolden } from "../support/golden";
import { directorReport, hostOf, readReports, realServerReport, reports } from "./support";

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

/** The reports of the article's cluster, with this many real servers. */
function manyReports(count: number): HostReport[] {
    const names = Array.from({ length: count }, (_, index) => `rs${index + 1}`);
    const addressOf = (index: number) => `10.128.191.${index + 1}`;
    const seen = (text: string) =>
        text.replace(/^(rule -a|server) .*\n/gm, "").concat(
            ...names.flatMap((_, index) => {
                const rule = `-a -t 10.128.190.248:80 -r ${addressOf(index)}:80 -g -w 1`;
                const isDown = index === 11;
                return [`rule ${rule}\n`, isDown ? "" : `server 1 2 3 4 5 6 7 ${rule}\n`];
            }),
        );
    const director = (name: string, isActive: boolean) => seen(directorReport(name, { isActive }));
    const directors = readReports({ ds1: director("ds1", true), ds2: director("ds2", false) });
    const realServers = names.map((name, index): HostReport => ({
        host: { ...hostOf("rs1"), name, host: addressOf(index), addresses: [addressOf(index)] },
        facts: parseFacts(realServerReport(name)),
    }));
    return [...directors, ...realServers];
}

describe("lvs status in a terminal of 80 columns", () => {
    it("fits every line, and cuts no address and no version", () => {
        const hosts = readReports(reports());
        for (const { host } of hosts) host.name = host.host;
        const lines = statusLines(clusterStatus("inventory", hosts), plain, 80);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
        expect(lines.join("\n")).not.toContain("…");
    });
});

describe("lvs status --watch", () => {
    const screen = { paint: plain, width: 80, rows: 24 };
    const show = (hosts: HostReport[]) =>
        screenLines([clusterStatus("inventory", hosts)], "12:00:00, every 2 s", screen);

    it("fits 40 hosts into 24 lines of 80 columns, with the problems first", () => {
        const lines = show(manyReports(38));
        expectGolden("cli-watch.txt", `${lines.join("\n")}\n`);
        expect(lines.length).toBeLessThan(24);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    });

    it("gives each host a row if the screen has room", () => {
        const lines = show(readReports(reports()));
        for (const name of ["rs1", "rs2", "rs3"]) {
            expect(lines.filter((line) => line.trim().startsWith(name))).toHaveLength(2);
        }
    });

    it("says how many lines a small screen lacks", () => {
        const small = screenLines([clusterStatus("inventory", manyReports(38))], "", {
            ...screen,
            rows: 10,
        });
        expect(small).toHaveLength(9);
        expect(small.at(-1)).toMatch(/^… \d+ more lines\. Use a larger window$/);
    });

    it("draws over the last screen without clearing it first", () => {
        expect(drawn(["a", "b"])).toBe("\x1b[Ha\x1b[K\nb\x1b[K\x1b[J");
    });
});

describe("lvs status --html", () => {
    const time = new Date("2026-01-02T03:04:05Z");
    const page = (hosts: HostReport[]) => statusPage([clusterStatus("inventory", hosts)], time);

    it("writes a page of a cluster with problems", () => {
        const trouble = { ds1: undefined };
        expectGolden("cli-status.html", `${page(readReports(reports(trouble)))}\n`);
    });

    it("has the verdict, the active director and a row for each real server and host", () => {
        const text = page(readReports(reports()));
        expect(text).toContain('<h1 class="green">No problems</h1><time>2026-01-02 03:04:05 UTC');
        expect(text).toContain('VI_1, active: <b class="green">ds1</b>');
        for (const name of ["rs1:80", "rs2:80", "rs3:80", "ds1", "ds2", "rs1", "rs2", "rs3"]) {
            expect(text.split(`<tr><td>${name}</td>`)).toHaveLength(2);
        }
    });

    it("loads nothing, closes every tag and escapes what hosts say", () => {
        const hosts = readReports(reports());
        hosts[0]!.facts!.kernel = "<script>alert(1)</script>";
        hosts[4]!.host.name = '<img src="x">';
        const text = page(hosts);
        expect(text).not.toMatch(/<(script|img|link|iframe)|url\(|@import|https?:/);
        expect(text).toContain("&lt;img src=&quot;x&quot;&gt;");
        const open: string[] = [];
        for (const [, closing, tag] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
            if (closing) expect(open.pop()).toBe(tag);
            else if (tag !== "meta") open.push(tag!);
        }
        expect(open).toEqual([]);
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
