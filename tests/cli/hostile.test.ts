import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as fc from "fast-check";
import { driftLines } from "../../cli/diffView";
import { parseDrift } from "../../cli/drift";
import { parseFacts } from "../../cli/facts";
import { compareClocks, findingLines, parseFindings } from "../../cli/findings";
import type { VirtualIpStatus } from "../../cli/status";
import { clusterStatus } from "../../cli/clusterStatus";
import type { ClusterHost } from "../../cli/inventory";
import { answerOf } from "../../cli/ssh";
import { statusLines } from "../../cli/statusView";
import { lineWidth, plain } from "../../cli/text";
import { nodeCommand, tryRun } from "../../lab/run";
import { anyCharacter, cases } from "../support/property";
import { directorReport, hostOf, realServerReport, reports } from "./support";

/** Characters that no line on a terminal may have. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** A host of the article's cluster, as the stack lists it after an `up`. */
const listed = (name: string): ClusterHost => ({
    ...hostOf(name),
    virtualIps: name.startsWith("ds") ? { "10.128.190.248": "VI_1" } : {},
});

/** Read what a host has sent as the commands do. */
function answer(name: string, stdout: string) {
    const outcome = { status: 0, stdout: `${stdout}\nend\n`, stderr: "", isFlood: false };
    return answerOf(listed(name), outcome, 20);
}

/** Status of the article's cluster if one of its hosts sends this text. */
function statusWith(name: string, stdout: string) {
    const texts = { ...reports(), [name]: stdout };
    return clusterStatus(
        "web",
        Object.entries(texts).map(([host, text]) => {
            const { text: read, ...rest } = answer(host, text);
            return { ...rest, facts: read === undefined ? undefined : parseFacts(read) };
        }),
    );
}

/** Lines of an honest report, with words replaced by others: names of prototypes, numbers, marks. */
function hostileReport(honest: string): fc.Arbitrary<string> {
    const word = fc.oneof(
        fc.constantFrom(
            "__proto__",
            "constructor",
            "toString",
            "hasOwnProperty",
            "NaN",
            "-1",
            "1e999",
            "9".repeat(400),
            "-A",
            "-t",
            "-r",
            "[::]:80",
            "\u001b[2J",
            "\u202e",
            "\u200b",
            "",
            "\t",
        ),
        fc.string({ unit: anyCharacter, maxLength: 12 }),
    );
    const words = [...new Set(honest.split(/[ \n]/))];
    const line = fc
        .tuple(
            fc.constantFrom(...honest.split("\n"), ...words, "drift x", "    -x"),
            fc.array(word),
        )
        .chain(([known, others]) => {
            const parts = [...known.split(" "), ...others];
            return fc
                .shuffledSubarray(parts, { minLength: 0, maxLength: parts.length })
                .chain((chosen) => fc.constantFrom([...known.split(" "), ...chosen], chosen));
        })
        .map((parts) => parts.join(" "));
    return fc.array(line, { maxLength: 30 }).map((lines) => lines.join("\n"));
}

describe("a hostile real server", () => {
    const healthy = statusWith("rs3", realServerReport("rs3"));

    it("spoils nothing but its own row and its own problems in lvs status", () => {
        fc.assert(
            fc.property(hostileReport(realServerReport("rs3")), (text) => {
                const { virtualIps, hosts, problems } = statusWith("rs3", text);
                expect(virtualIps).toEqual(healthy.virtualIps);
                expect(hosts.slice(0, 4)).toEqual(healthy.hosts.slice(0, 4));
                for (const problem of problems) expect(problem).toMatch(/^rs3[ :]/);
            }),
            cases(100),
        );
    });
});

describe("a hostile director", () => {
    it("spoils no row of another host, and steers no terminal", () => {
        const healthy = statusWith("ds2", directorReport("ds2", { isActive: false }));
        fc.assert(
            fc.property(hostileReport(directorReport("ds2", { isActive: true })), (text) => {
                const status = statusWith("ds2", text);
                const others = ({ name }: { name: string }) => name !== "ds2";
                expect(status.hosts.filter(others)).toEqual(healthy.hosts.filter(others));
                expect(status.virtualIps).toHaveLength(1);
                const [{ ip, router, activeDirectors, services }] = status.virtualIps as [
                    VirtualIpStatus,
                ];
                expect([ip, router]).toEqual(["10.128.190.248", "VI_1"]);
                if (!activeDirectors.includes("ds2")) {
                    expect(services).toEqual(healthy.virtualIps[0]!.services);
                }
                const lines = statusLines(status, plain);
                for (const line of lines) expect(line).not.toMatch(unseen);
                expect(JSON.parse(JSON.stringify(status))).toEqual(
                    JSON.parse(JSON.stringify(status, (_, value: unknown) => finite(value))),
                );
            }),
            cases(100),
        );
    });

    it.each([
        ["a name of a prototype as a kind", "__proto__ 1"],
        ["a rule that is none", "rule -A constructor x"],
        ["a number that is none", "uptime soon"],
        ["a number without end", `clock ${"9".repeat(400)}`],
        ["an address that is none", "address VI_1 eth0 <b>x</b> here"],
        ["a state that is none", "router VI_1 eth0 62 sleeping"],
        ["a step whose name is that of a prototype", "step __proto__ 5"],
    ])("does not end lvs status with %s", (_, line) => {
        const honest = directorReport("ds2", { isActive: false });
        const { hosts, problems } = statusWith("ds2", `${honest}${line}\n`);
        expect(hosts[1]).toMatchObject({ name: "ds2", state: "backup", uptime: 183_600 });
        const isFact = /^(__proto__|step) /.test(line);
        expect(problems).toHaveLength(isFact ? 0 : 1);
        if (!isFact) {
            expect(problems[0]).toMatch(
                /^ds2 has reported a line that `lvs` does not accept: ".*"\. Look at the host\.$/,
            );
        }
    });

    it.each([
        [
            "a virtual IP",
            "address VI_1 eth0 192.0.2.66 here",
            [
                "ds2 has reported the virtual IP 192.0.2.66, which the last `up` did not have. Run `pulumi up`, or look at the host.",
            ],
        ],
        [
            "a service",
            "rule -A -t 10.128.190.248:6666 -s rr",
            ["TCP 10.128.190.248:6666 is not in the kernel (seen by ds2)"],
        ],
        [
            "a firewall mark",
            "service 0 0 0 0 0 -A -f 66 -s rr",
            ["FWM 66 is in the kernel but not in the plan (seen by ds2)"],
        ],
        [
            "a real server",
            "server 0 0 0 0 0 0 0 -a -t 10.128.190.248:80 -r 192.0.2.66:80 -g -w 1",
            ["192.0.2.66:80 gets TCP 10.128.190.248:80 but is not in the plan (seen by ds2)"],
        ],
        ["another name of a VRRP instance", "address invented eth0 10.128.190.248 absent", []],
        ["a host", "host invented", []],
    ])("invents no row of lvs status with %s", (_, line, found) => {
        const honest = directorReport("ds2", { isActive: false });
        const healthy = statusWith("ds2", honest);
        const { problems, ...rows } = statusWith("ds2", `${honest}${line}\n`);
        expect({ ...rows, problems: [] }).toEqual(healthy);
        expect(problems).toEqual(found);
    });

    it("does not hide a virtual IP by its silence", () => {
        const { virtualIps, problems } = clusterStatus(
            "web",
            ["ds1", "ds2"].map((name) => ({ host: listed(name), problem: "cannot be reached" })),
        );
        expect(virtualIps).toEqual([
            { ip: "10.128.190.248", router: "VI_1", activeDirectors: [], services: [] },
        ]);
        expect(problems.at(-1)).toBe(
            "10.128.190.248 has no active director, unless ds1 or ds2 has it",
        );
    });

    it("does not keep lvs status busy with 100 000 lines", () => {
        const rules = Array.from({ length: 33_000 }, (_, index) => {
            const service = `-t 10.${index >> 8}.${index & 255}.1:80`;
            return `rule -A ${service} -s rr\nrule -a ${service} -r 10.9.9.9:80 -g -w 1\ncomplaint x y`;
        });
        const honest = directorReport("ds2", { isActive: false });
        const start = performance.now();
        const status = statusWith("ds2", honest + rules.join("\n"));
        expect(statusLines(status, plain).length).toBeGreaterThan(33_000);
        expect(performance.now() - start).toBeLessThan(15_000);
        expect(status.problems.filter((one) => one.startsWith("ds2"))).toHaveLength(51);
        expect(status.problems).toContain("ds2 has 32950 more problems");
    });

    it("may have a login that prints something before the report", () => {
        const honest = directorReport("ds2", { isActive: false });
        const noisy = statusWith("ds2", `Welcome!\nLast login: today\n${honest}`);
        expect(noisy).toEqual(statusWith("ds2", honest));
    });

    it("is not read if it sends more lines than any report has", () => {
        expect(answer("ds2", "host ds2\n".repeat(100_001))).toEqual({
            host: listed("ds2"),
            problem:
                "has sent more than 100000 lines, so `lvs` reads none of it. Look at what its login prints.",
        });
    });

    it("shows differences without characters that nobody sees", () => {
        const { text } = answer("ds2", `drift a\u202e\n    -x\u001b[2J${"y".repeat(3000)}\n`);
        const lines = driftLines([{ name: "ds2", drift: parseDrift(text!) }], "none", plain);
        expect(lines[0]).toBe("ds2: a\\u202e");
        expect(lines[1]).toMatch(/^-x\\u001b\[2Jy+…y+$/);
        expect(lines[1]).toHaveLength(2000);
    });
});

describe("the preflight of a hostile host", () => {
    const honest = "ok\tclock\t1700000000\nok\tkernel\t6.1\n";
    const read = (name: string, text: string) => ({
        name,
        findings: parseFindings(answer(name, text).text!),
    });

    it("is a table with nothing that steers a terminal, and with the rows of the others", () => {
        const column = fc.oneof(
            fc.constantFrom(
                "ok",
                "stop",
                "warn",
                "clock",
                "constructor",
                "__proto__",
                "9".repeat(400),
            ),
            fc.string({ unit: anyCharacter, maxLength: 30 }),
        );
        const line = fc.array(column, { maxLength: 5 }).map((columns) => columns.join("\t"));
        const text = fc.array(line, { maxLength: 20 }).map((lines) => lines.join("\n"));
        const others = ["ds1", "rs1"].map((name) => read(name, honest));
        fc.assert(
            fc.property(text, (hostile) => {
                const all = compareClocks([...others, read("ds2", hostile)]);
                const lines = findingLines(all, plain);
                expect(lines.slice(1, 5).map((one) => one.replace(/ +/g, " "))).toEqual([
                    "ds1 ok clock agrees with the other hosts",
                    " ok kernel 6.1",
                    "rs1 ok clock agrees with the other hosts",
                    " ok kernel 6.1",
                ]);
                for (const one of lines) expect(one).not.toMatch(unseen);
                for (const one of lines) expect(one.length).toBeLessThanOrEqual(lineWidth);
            }),
            cases(100),
        );
    });

    it("moves no other host's clock by telling many times", () => {
        const all = compareClocks([
            read("ds1", honest),
            read("rs1", honest),
            read("ds2", "ok\tclock\t1800000000\n".repeat(9)),
        ]);
        expect(all.map(({ findings }) => findings[0]!.sentence)).toEqual([
            "agrees with the other hosts",
            "agrees with the other hosts",
            "100000000 s ahead of the other hosts. Set the clock, or use NTP.",
        ]);
    });

    it.each([
        ["nothing", "", "has sent no finding. Look at what its login prints."],
        [
            "an unknown verdict",
            "constructor\tx\ty",
            '"constructor\\tx\\ty" is no finding. Look at the host.',
        ],
        [
            "a flood of findings",
            "ok\tx\ty\n".repeat(201),
            "has sent 201 findings, too many to be true. Look at the host.",
        ],
    ])("stops an `up` if it is %s", (_, text, sentence) => {
        expect(read("ds2", text).findings).toEqual([{ how: "stop", what: "report", sentence }]);
    });
});

describe("lvs with hosts that do not answer as they should", () => {
    let folder: string;

    const roles = { honest: "director", steer: "realServer", flood: "realServer" };
    const others = {
        line: "realServer",
        drip: "realServer",
        errors: "realServer",
        silent: "realServer",
        half: "director",
    };
    const inventory = Object.fromEntries(
        Object.entries({ ...roles, ...others }).map(([name, role]) => [
            name,
            { role, host: name, port: 22, user: "root", hostKey: "", addresses: [] },
        ]),
    );

    beforeAll(() => {
        folder = mkdtempSync(path.join(os.tmpdir(), "lvs-hostile-"));
        writeFileSync(path.join(folder, "outputs"), JSON.stringify({ inventory }));
        const report = `${directorReport("honest", { isActive: true })}end\n`;
        writeFileSync(path.join(folder, "report"), report);
        const scripts = {
            pulumi: `cat ${folder}/outputs`,
            // The address of the host is the last word but one.
            ssh: `
                for word; do host=$last; last=$word; done
                case $host in
                    honest) cat ${folder}/report ;;
                    steer) printf 'host \\033]0;x\\007\\342\\200\\256\\nend\\n' ;;
                    flood) yes ;;
                    line) head -c 100000000 /dev/zero | tr '\\0' x ;;
                    errors) yes >&2 ;;
                    silent) ;;
                    half) head -n 8 ${folder}/report ;;
                    drip) trap '' TERM; while :; do echo x; sleep 0.1; done ;;
                esac`,
        };
        for (const [name, script] of Object.entries(scripts)) {
            const file = path.join(folder, name);
            writeFileSync(file, `#!/bin/sh\n${script}\n`);
            chmodSync(file, 0o755);
        }
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    const tooMuch =
        "has sent more than 8 MiB, so `lvs` reads none of it. Look at what its login prints.";

    it("names each of them and shows the others", async () => {
        const env = { PATH: `${folder}:${process.env.PATH}` };
        const command = [...nodeCommand("../cli/index.ts"), "status", "--json", "--timeout", "5"];
        const { stdout, stderr, status } = await tryRun(command, { env });
        expect([status, stderr]).toEqual([1, ""]);
        const [cluster] = (JSON.parse(stdout) as { clusters: ReturnType<typeof statusWith>[] })
            .clusters;
        expect(cluster!.hosts.map(({ name, state }) => [name, state])).toEqual([
            ["honest", "active"],
            ["steer", "not set up"],
            ["flood", "unknown"],
            ["line", "unknown"],
            ["drip", "unknown"],
            ["errors", "unknown"],
            ["silent", "unknown"],
            ["half", "unknown"],
        ]);
        expect(cluster!.problems).toEqual([
            "steer is not set up. Run `pulumi up`.",
            `flood ${tooMuch}`,
            `line ${tooMuch}`,
            "drip has not answered within 5 s",
            `errors ${tooMuch}`,
            "silent has sent nothing. Look at what its login runs.",
            "half has sent a report without its end. Look at what its login runs.",
        ]);
        expect(stdout).not.toMatch(/[\u001b\u202e]/);
    }, 60_000);

    it.each([
        ["silent", "silent has sent nothing. Look at what its login runs.\n"],
        ["half", "half has sent a report without its end. Look at what its login runs.\n"],
    ])(
        "does not call the host %s unchanged in lvs check",
        async (host, expected) => {
            const env = { PATH: `${folder}:${process.env.PATH}` };
            const command = [...nodeCommand("../cli/index.ts"), "check", host];
            const { stdout, status } = await tryRun(command, { env });
            expect([status, stdout]).toEqual([1, expected]);
        },
        60_000,
    );
});

/** Numbers that JSON can hold. */
function finite(value: unknown): unknown {
    return typeof value === "number" && !Number.isFinite(value) ? "not finite" : value;
}
