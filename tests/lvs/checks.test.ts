import * as fc from "fast-check";
import type { Target } from "../../lvs/keepalived/keywords";
import {
    type Check,
    checkProblems,
    type CheckTiming,
    checkViews,
    defaultCheckProblems,
    delayLoopOf,
    nearestTiming,
    planChecks,
    servedBy,
    timingProblems,
} from "../../lvs/service/checks";
import { problemLine } from "../../lvs/problems";
import { type Destination, portOf } from "../../lvs/service/destination";
import { render } from "../../lvs/hostFile";
import { anyCharacter, cases } from "../support/property";

const target = (version: string): Target => ({ version, host: "ds1", scripts: ["probe"] });
const page = (url: object): Check => ({ http: { url: [{ path: "/", ...url }] } });
const served = servedBy({ virtualIp: "192.0.2.10", port: 80 }, 80);
const known = {
    family: "inet" as const,
    served,
    alpha: false,
    bfdInstances: ["BFD_1"],
    trackFiles: ["maintenance"],
};

const rendered = (check: Check | undefined, inherited: CheckTiming = {}, version = "2.3.3") =>
    checkViews(planChecks(check, { timing: inherited, served, version }), version)
        .map((view) => render("check.mustache", view))
        .join("");

const problems = (check: Check, version = "2.3.3") =>
    checkProblems("check", check, target(version), known).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );

const timing = (check: Check | undefined, inherited: CheckTiming, delayLoop: number) =>
    timingProblems("check", check, inherited, delayLoop).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );

/** Each check with every keyword, for keepalived 2.3.3. */
const everything: [string, Check, string][] = [
    [
        "tcp",
        {
            tcp: {
                connectIp: "192.0.2.22",
                connectPort: 8080,
                bindto: "192.0.2.1",
                bindIf: "eth1",
                bindPort: 1024,
                fwmark: 7,
                connectTimeout: 0.5,
                retry: 0,
                delayBeforeRetry: 0,
                warmup: 0,
                delayLoop: 2.5,
                alpha: true,
                logAllFailures: true,
            },
        },
        `TCP_CHECK {
    connect_ip 192.0.2.22
    connect_port 8080
    bindto 192.0.2.1
    bind_if eth1
    bind_port 1024
    fwmark 7
    connect_timeout 0.5
    retry 0
    delay_before_retry 0
    warmup 0
    delay_loop 2.5
    alpha on
    log_all_failures on
}
`,
    ],
    [
        "http",
        {
            http: {
                virtualhost: "www.example.com",
                httpProtocol: "1.0C",
                fastRecovery: true,
                connectPort: 8080,
                url: [
                    {
                        path: "/health?deep=1&name=a%23b",
                        statusCode: ["200", "301-302"],
                        digest: "9b3a0c85a887a256d6939da88aabd8cd",
                        virtualhost: "health.example.com",
                        regex: '\\d{2} # "? ! ok$'.replace('"', "\\x22"),
                        regexNoMatch: true,
                        regexOptions: ["caseless", "dotall"],
                        regexMinOffset: 10,
                        regexMaxOffset: 200,
                        regexStack: { start: 1024, max: 2048 },
                    },
                    { path: "/" },
                ],
            },
        },
        `HTTP_GET {
    virtualhost www.example.com
    http_protocol 1.0C
    fast_recovery
    connect_port 8080
    connect_timeout 2
    retry 1
    delay_before_retry 1
    url {
        path /health?deep=1&name=a%23b
        status_code 200 301-302
        digest 9b3a0c85a887a256d6939da88aabd8cd
        virtualhost health.example.com
        regex "\\\\d{2} # \\\\x22? ! ok$"
        regex_no_match
        regex_options caseless dotall
        regex_min_offset 10
        regex_max_offset 200
        regex_stack 1024 2048
    }
    url {
        path /
    }
}
`,
    ],
    [
        "ssl",
        {
            ssl: {
                enableSni: true,
                tlsCompliant: true,
                virtualhost: "www.example.com",
                url: [{ path: "/", tlsCompliant: false }],
            },
        },
        `SSL_GET {
    enable_sni
    tls_compliant on
    virtualhost www.example.com
    connect_timeout 2
    retry 1
    delay_before_retry 1
    url {
        path /
        tls_compliant off
    }
}
`,
    ],
    [
        "smtp",
        { smtp: { heloName: "director.example.com" } },
        `SMTP_CHECK {
    helo_name director.example.com
    connect_timeout 2
    retry 1
    delay_before_retry 1
}
`,
    ],
    [
        "dns",
        { dns: { type: "DNSKEY", name: "." } },
        `DNS_CHECK {
    type DNSKEY
    name .
    connect_timeout 2
    retry 1
    delay_before_retry 1
}
`,
    ],
    [
        "misc",
        {
            misc: {
                miscPath: { script: "probe", args: ["192.0.2.21", "80"], user: "nobody" },
                miscTimeout: 2,
                miscDynamic: true,
                warmup: 1,
            },
        },
        `MISC_CHECK {
    misc_path "/usr/libexec/keepalived/probe 192.0.2.21 80"
    misc_timeout 2
    misc_dynamic
    retry 1
    delay_before_retry 1
    warmup 1
    user nobody
}
`,
    ],
    [
        "bfd",
        { bfd: { name: "BFD_1", alpha: true } },
        `BFD_CHECK {
    name BFD_1
    alpha on
}
`,
    ],
    [
        "udp",
        {
            udp: {
                payload: "00FF",
                requireReply: "00FFxX",
                minReplyLength: 3,
                maxReplyLength: 512,
            },
        },
        `UDP_CHECK {
    payload 00FF
    require_reply 00FFxX
    min_reply_length 3
    max_reply_length 512
    connect_timeout 2
    retry 1
    delay_before_retry 1
}
`,
    ],
    [
        "ping",
        { ping: {} },
        `PING_CHECK {
    connect_timeout 2
    retry 1
    delay_before_retry 1
}
`,
    ],
    [
        "file",
        { file: { trackFile: "maintenance", weight: -2, reverse: true } },
        `FILE_CHECK {
    track_file maintenance
    weight -2 reverse
}
`,
    ],
];

describe("the block of a check", () => {
    it.each(everything)("has every keyword of %s", (_, check, text) => {
        expect(problems(check)).toEqual([]);
        expect(rendered(check)).toBe(text);
    });

    it("does not exist if the check is none", () => {
        expect(problems({ none: true })).toEqual([]);
        expect(rendered({ none: true })).toBe("");
    });

    it("stands beside the blocks of other checks", () => {
        const checks = { file: { trackFile: "maintenance" }, tcp: {}, ping: {} };
        const names = checkViews(
            planChecks(checks, { timing: {}, served, version: "2.3.3" }),
            "2.3.3",
        );
        expect(names.map(({ checker }) => checker)).toEqual([
            "TCP_CHECK",
            "PING_CHECK",
            "FILE_CHECK",
        ]);
    });

    it("requires any reply without naming bytes", () => {
        expect(rendered({ udp: { requireReply: "any" } })).toContain("    require_reply\n");
    });
});

const virtualIp = "192.0.2.10";
const marks = (...packets: object[]): Destination => ({
    fwmark: { mark: 7, packets: packets.map((packet) => ({ virtualIp, ...packet })) },
});
const several: Destination = { virtualIp };

/** Checks with their ports, of a service with this check or without one. */
function checksOf(destination: Destination, check?: Check): string[] {
    const atPort = servedBy(destination, portOf(destination));
    const plans = planChecks(check, { timing: {}, served: atPort, version: "2.3.3" });
    return checkViews(plans, "2.3.3").map(({ checker, keywords }) =>
        [checker, ...keywords.filter((line) => line.startsWith("connect_port"))].join(" "),
    );
}

describe("the default check", () => {
    it.each<[string, Destination, string[]]>([
        ["a TCP port", { virtualIp, port: 80 }, ["TCP_CHECK"]],
        ["a UDP port", { virtualIp, port: 53, protocol: "UDP" }, ["UDP_CHECK", "PING_CHECK"]],
        ["an SCTP port", { virtualIp, port: 3868, protocol: "SCTP" }, ["PING_CHECK"]],
        ["all UDP ports", { virtualIp, protocol: "UDP" }, ["PING_CHECK"]],
        [
            "marked packets with one TCP port",
            marks({ port: 21 }, { port: 10000, lastPort: 20000 }),
            ["TCP_CHECK connect_port 21"],
        ],
        [
            "marked packets with one UDP port",
            marks({ protocol: "UDP", port: 53 }),
            ["UDP_CHECK connect_port 53", "PING_CHECK"],
        ],
        [
            "marked UDP packets of several ports",
            marks({ protocol: "UDP", port: 53 }, { protocol: "UDP", port: 5353 }),
            ["PING_CHECK"],
        ],
    ])("suits %s", (_, destination, expected) => {
        expect(checksOf(destination)).toEqual(expected);
    });

    it.each<[string, Destination, string]>([
        ["all TCP ports", several, "the service has no single TCP port for a default check"],
        ["several TCP ports", marks({ port: 80 }, { port: 443 }), "has the TCP ports 80, 443 for"],
        ["a range of TCP ports", marks({ port: 80, lastPort: 90 }), "has no single TCP port for"],
    ])("does not exist for %s", (_, destination, reason) => {
        const found = defaultCheckProblems("check", servedBy(destination, 0), target("2.3.3"));
        expect(found.map(problemLine)).toEqual([expect.stringContaining(reason)]);
    });

    it("needs keepalived 2.1.0 for UDP and SCTP", () => {
        const sctp = servedBy({ virtualIp, port: 3868, protocol: "SCTP" }, 3868);
        expect(defaultCheckProblems("check", sctp, target("2.1.0"))).toEqual([]);
        expect(defaultCheckProblems("check", sctp, target("2.0.20"))).toEqual([
            expect.objectContaining({
                reason: "The value is missing, and the default, PING_CHECK, needs keepalived 2.1.0, and ds1 has 2.0.20. Give a check, or none.",
            }),
        ]);
    });
});

describe("a check of a server with several ports", () => {
    const ftp = marks({ port: 21 }, { port: 10000, lastPort: 20000 });

    it("connects to the only port of its protocol", () => {
        expect(checksOf(ftp, { smtp: {} })).toEqual(["SMTP_CHECK connect_port 21"]);
        expect(checksOf(ftp, { smtp: { connectPort: 25 } })).toEqual([
            "SMTP_CHECK connect_port 25",
        ]);
        expect(checksOf(ftp, { ping: {} })).toEqual(["PING_CHECK"]);
    });

    it.each<[string, Destination, Check, string]>([
        ["all ports", several, { tcp: {} }, "check.tcp.connectPort: The value is missing"],
        ["no UDP port", ftp, { dns: {} }, "and the service has no single UDP port"],
        ["two ports", marks({ port: 80 }, { port: 443 }), page({}), "has the TCP ports 80, 443"],
    ])("needs a port if the service has %s", (_, destination, check, reason) => {
        const context = { ...known, served: servedBy(destination, 0) };
        const found = checkProblems("check", check, target("2.3.3"), context);
        expect(found.map(({ path, reason: why }) => `${path}: ${why}`)).toEqual([
            expect.stringContaining(reason),
        ]);
    });
});

describe("the timing of a check", () => {
    const virtualServer = { connectTimeout: 3, retry: 2, delayBeforeRetry: 0.5, warmup: 0 };

    it("comes from the virtual server if the check sets none", () => {
        expect(rendered({ tcp: { retry: 4 } }, virtualServer)).toBe(`TCP_CHECK {
    connect_timeout 3
    retry 4
    delay_before_retry 0.5
    warmup 0
}
`);
    });

    it("comes from the nearest level that sets it", () => {
        expect(nearestTiming({ retry: 0 }, { retry: undefined }, virtualServer)).toEqual({
            ...virtualServer,
            retry: 0,
        });
    });

    it("is rounded up to whole seconds for a script", () => {
        expect(
            rendered({ misc: { miscPath: { script: "probe" } } }, { connectTimeout: 1.5 }),
        ).toContain("    misc_timeout 2\n");
    });

    it.each<[string, Check, string]>([
        ["http", { http: { url: [{ path: "/" }] } }, "    nb_get_retry 2\n"],
        ["tcp", { tcp: {} }, "    retry 2\n"],
    ])("has the keywords of keepalived 1.3.5 in %s", (_, check, line) => {
        expect(rendered(check, { retry: 2 }, "1.3.5")).toContain(line);
    });

    it("lacks inherited settings that keepalived 1.3.5 does not know", () => {
        expect(rendered({ dns: {} }, virtualServer, "1.3.5")).toBe(`DNS_CHECK {
    connect_timeout 3
    retry 2
}
`);
        expect(rendered({ misc: { miscPath: { script: "probe" } } }, virtualServer, "1.3.5"))
            .toBe(`MISC_CHECK {
    misc_path "/usr/libexec/keepalived/probe"
    misc_timeout 3
    warmup 0
}
`);
    });
});

describe("a delay loop", () => {
    it.each(everything)("has room for the default timing of %s", (_, check) => {
        expect(timing(check, {}, delayLoopOf({}))).toEqual([]);
    });

    it("has room for the default check from 5 seconds on", () => {
        expect(timing(undefined, {}, 5)).toEqual([]);
        expect(timing(undefined, {}, 4.999)).toEqual([
            "check: The check takes up to 5 s, (retry + 1) × connectTimeout + retry × delayBeforeRetry = " +
                "2 × 2 + 1 × 1, and delayLoop is 4.999 s. Lower these values, or raise delayLoop.",
        ]);
    });

    it("is compared exactly, with decimals", () => {
        expect(
            timing({ tcp: { connectTimeout: 0.1, retry: 2, delayBeforeRetry: 0 } }, {}, 0.3),
        ).toEqual([]);
    });

    it("has to have room for inherited timing", () => {
        expect(timing({ tcp: {}, ping: { retry: 0 } }, { connectTimeout: 3 }, 5)).toEqual([
            expect.stringMatching(
                /^check\.tcp: The check takes up to 7 s, .* = 2 × 3 \+ 1 × 1, and delayLoop is 5 s\./,
            ),
        ]);
    });

    it("belongs to the check if the check sets one", () => {
        expect(timing({ tcp: { delayLoop: 7 } }, { connectTimeout: 3 }, 5)).toEqual([]);
        expect(timing({ tcp: { delayLoop: 3 } }, {}, 60)).toEqual([
            expect.stringContaining("check.tcp: The check takes up to 5 s"),
        ]);
    });

    it("has to have room for the timeout of a script", () => {
        const misc = { miscPath: { script: "probe" }, miscTimeout: 3 };
        expect(timing({ misc }, {}, 5)).toEqual([
            expect.stringContaining("check.misc: The check takes up to 7 s"),
        ]);
    });

    it("limits no check that keepalived does not repeat", () => {
        const check = { bfd: { name: "BFD_1" }, file: { trackFile: "maintenance" } };
        expect(timing(check, {}, 0.01)).toEqual([]);
    });
});

const misc = (call: object): Check => ({ misc: { miscPath: { script: "probe", ...call } } });

describe("validation of checks", () => {
    it.each<[string, Check, string]>([
        ["no check", {}, "check: The value has no check"],
        [
            "no time to answer",
            { tcp: { connectTimeout: 0 } },
            "check.tcp.connectTimeout: 0 is out of range",
        ],
        [
            "a time with a long fraction",
            { tcp: { delayBeforeRetry: 0.1 + 0.2 } },
            "check.tcp.delayBeforeRetry: 0.30000000000000004 has more than 3 decimals",
        ],
        [
            "half an attempt",
            { ping: { retry: 0.5 } },
            "check.ping.retry: 0.5 is not a whole number",
        ],
        ["a negative warm-up", { tcp: { warmup: -1 } }, "check.tcp.warmup: -1 is out of range"],
        [
            "no time between checks",
            { tcp: { delayLoop: 0 } },
            "check.tcp.delayLoop: 0 is out of range",
        ],
        ["port 0", { tcp: { connectPort: 0 } }, "check.tcp.connectPort: 0 is out of range"],
        [
            "a name for an address",
            { tcp: { connectIp: "rs1" } },
            'check.tcp.connectIp: "rs1" is not an IP address',
        ],
        [
            "addresses of two families",
            { udp: { connectIp: "192.0.2.21", bindto: "2001:db8::1" } },
            'check.udp.bindto: "2001:db8::1" and connectIp, "192.0.2.21", are not in one address family',
        ],
        [
            "a link-local address without its link",
            { tcp: { connectIp: "fe80::1" } },
            'check.tcp.connectIp: "fe80::1" is a link-local address, which needs an interface',
        ],
        [
            "a source port without an address",
            { tcp: { bindPort: 1024 } },
            "check.tcp.bindPort: The port has no effect without bindto",
        ],
        [
            "an invalid interface name",
            { tcp: { bindIf: "eth0 {" } },
            'check.tcp.bindIf: "eth0 {" is not the name of a network interface',
        ],
        ["mark 0", { tcp: { fwmark: 0 } }, "check.tcp.fwmark: 0 is out of range"],
        ["no page", { http: { url: [] } }, "check.http.url: The list is empty"],
        [
            "a relative path",
            page({ path: "health" }),
            'check.http.url[0].path: "health" is not a path that keepalived can read',
        ],
        [
            "a path with the beginning of a comment",
            page({ path: "/a#b" }),
            'check.http.url[0].path: "/a#b" is not a path that keepalived can read',
        ],
        [
            "an invalid host name",
            page({ virtualhost: "www.example.com:" }),
            'check.http.url[0].virtualhost: "www.example.com:" is not a host name',
        ],
        [
            "no status code",
            page({ statusCode: [] }),
            "check.http.url[0].statusCode: The list is empty",
        ],
        [
            "status code 600",
            page({ statusCode: ["200", "600"] }),
            'check.http.url[0].statusCode: "600" is neither a status code nor a range of them',
        ],
        [
            "a range the wrong way round",
            page({ statusCode: ["299-200"] }),
            'check.http.url[0].statusCode: "299-200" is neither a status code nor a range of them',
        ],
        [
            "half a digest",
            page({ digest: "9b3a0c85a887a256" }),
            'check.http.url[0].digest: "9b3a0c85a887a256" is not an MD5 digest',
        ],
        [
            "an unknown version of HTTP",
            { http: { httpProtocol: "2" as "1.1", url: [{ path: "/" }] } },
            'check.http.httpProtocol: "2" is unknown',
        ],
        [
            "a quote in an expression",
            page({ regex: 'a"b' }),
            'check.http.url[0].regex: "a\\"b" has a quote, which would end it',
        ],
        [
            "a variable in an expression",
            page({ regex: "^${_PWD}" }),
            'check.http.url[0].regex: "^${_PWD}" has "${_PWD", which keepalived reads as a variable',
        ],
        [
            "an expression that ends a block",
            page({ regex: "}" }),
            'check.http.url[0].regex: "}" is a single brace, which keepalived would misread',
        ],
        [
            "an expression of two lines",
            page({ regex: "a\nb" }),
            'check.http.url[0].regex: "a\\nb" is not a regular expression that keepalived can read',
        ],
        [
            "an unknown option",
            page({ regex: "a", regexOptions: ["caseless", "global"] }),
            'check.http.url[0].regexOptions: "global" is unknown',
        ],
        [
            "no option",
            page({ regex: "a", regexOptions: [] }),
            "check.http.url[0].regexOptions: The list is empty",
        ],
        [
            "an option without an expression",
            page({ regexNoMatch: true }),
            "check.http.url[0].regexNoMatch: The setting has no effect without regex",
        ],
        [
            "a match that cannot begin",
            page({ regex: "a", regexMinOffset: 9, regexMaxOffset: 8 }),
            "check.http.url[0].regexMinOffset: 9 is above regexMaxOffset, 8, so no match could begin",
        ],
        [
            "memory that shrinks",
            page({ regex: "a", regexStack: { start: 2, max: 1 } }),
            "check.http.url[0].regexStack: start, 2, is above max, 1",
        ],
        [
            "a greeting of two words",
            { smtp: { heloName: "director a" } },
            'check.smtp.heloName: "director a" is not a host name',
        ],
        [
            "a name with a dot at its end",
            { dns: { name: "example.com." } },
            'check.dns.name: "example.com." is not a domain name',
        ],
        [
            "an unknown type of DNS record",
            { dns: { type: "ANY" as "A" } },
            'check.dns.type: "ANY" is unknown',
        ],
        [
            "a script that is not deployed",
            misc({ script: "other" }),
            'check.misc.miscPath: "other" is not defined in scripts',
        ],
        [
            "a script for half a second",
            { misc: { miscPath: { script: "probe" }, miscTimeout: 0.5 } },
            "check.misc.miscTimeout: 0.5 is out of range",
        ],
        [
            "a BFD instance that is not there",
            { bfd: { name: "BFD_2" } },
            'check.bfd.name: "BFD_2" is not defined in bfdInstances',
        ],
        [
            "a track file that is not there",
            { file: { trackFile: "drain" } },
            'check.file.trackFile: "drain" is not defined in trackFiles',
        ],
        [
            "a weight out of range",
            { file: { trackFile: "maintenance", weight: 2147483648 } },
            "check.file.weight: 2147483648 is out of range",
        ],
        [
            "the reverse of no weight",
            { file: { trackFile: "maintenance", reverse: true } },
            "check.file.reverse: The setting has no effect without weight",
        ],
        ["half a byte", { udp: { payload: "0FF" } }, 'check.udp.payload: "0FF" is not a payload'],
        [
            "a reply that is no bytes",
            { udp: { requireReply: "pong" } },
            'check.udp.requireReply: "pong" is not a reply pattern',
        ],
        [
            "the length of no reply",
            { udp: { maxReplyLength: 9 } },
            "check.udp.maxReplyLength: The setting has no effect without requireReply",
        ],
        [
            "a reply of no length",
            { udp: { requireReply: "any", minReplyLength: 256 } },
            "check.udp.minReplyLength: 256 is above maxReplyLength, 255, so no reply would succeed",
        ],
    ])("refuses %s", (_, check, problem) => {
        expect(problems(check)).toEqual([expect.stringContaining(problem)]);
    });

    it.each<[string, string, Check, string]>([
        ["BFD_CHECK", "2.0.0", { bfd: { name: "BFD_1" } }, "check.bfd"],
        ["UDP_CHECK", "2.1.0", { udp: {} }, "check.udp"],
        ["PING_CHECK", "2.1.0", { ping: {} }, "check.ping"],
        ["FILE_CHECK", "2.1.0", { file: { trackFile: "maintenance" } }, "check.file"],
        ["bind_if", "1.3.7", { tcp: { bindIf: "eth0" } }, "check.tcp.bindIf"],
        ["delay_loop", "1.3.7", { tcp: { delayLoop: 9 } }, "check.tcp.delayLoop"],
        ["alpha", "1.3.7", { smtp: { alpha: true } }, "check.smtp.alpha"],
        [
            "log_all_failures",
            "2.0.11",
            { tcp: { logAllFailures: false } },
            "check.tcp.logAllFailures",
        ],
        [
            "delay_before_retry",
            "1.3.7",
            { dns: { delayBeforeRetry: 1 } },
            "check.dns.delayBeforeRetry",
        ],
        ["warmup", "1.3.7", { dns: { warmup: 1 } }, "check.dns.warmup"],
        ["type DNSKEY", "1.3.7", { dns: { type: "DNSKEY" } }, "check.dns.type"],
        [
            "retry",
            "1.3.7",
            { misc: { miscPath: { script: "probe" }, retry: 1 } },
            "check.misc.retry",
        ],
        [
            "delay_before_retry",
            "1.3.7",
            { misc: { miscPath: { script: "probe" }, delayBeforeRetry: 1 } },
            "check.misc.delayBeforeRetry",
        ],
        [
            "virtualhost",
            "1.3.6",
            page({ virtualhost: "www.example.com" }),
            "check.http.url[0].virtualhost",
        ],
        [
            "status_code with more than one code",
            "2.0.17",
            page({ statusCode: ["200-299"] }),
            "check.http.url[0].statusCode",
        ],
        [
            "status_code with more than one code",
            "2.0.17",
            page({ statusCode: ["200", "204"] }),
            "check.http.url[0].statusCode",
        ],
        ["regex", "2.0.7", page({ regex: "a" }), "check.http.url[0].regex"],
        [
            "http_protocol",
            "2.0.17",
            { http: { httpProtocol: "1.1", url: [{ path: "/" }] } },
            "check.http.httpProtocol",
        ],
        [
            "fast_recovery",
            "2.0.17",
            { http: { fastRecovery: true, url: [{ path: "/" }] } },
            "check.http.fastRecovery",
        ],
        [
            "enable_sni",
            "1.4.3",
            { ssl: { enableSni: true, url: [{ path: "/" }] } },
            "check.ssl.enableSni",
        ],
        [
            "tls_compliant",
            "2.2.8",
            { ssl: { tlsCompliant: true, url: [{ path: "/" }] } },
            "check.ssl.tlsCompliant",
        ],
        [
            "tls_compliant",
            "2.2.8",
            { ssl: { url: [{ path: "/", tlsCompliant: true }] } },
            "check.ssl.url[0].tlsCompliant",
        ],
        ["payload", "2.2.0", { udp: { payload: "00" } }, "check.udp.payload"],
        [
            "require_reply with bytes",
            "2.2.0",
            { udp: { requireReply: "00" } },
            "check.udp.requireReply",
        ],
        ["payload with FF at its end", "2.3.3", { udp: { payload: "00ff" } }, "check.udp.payload"],
        [
            "require_reply with FF at its end",
            "2.3.3",
            { udp: { requireReply: "00FF" } },
            "check.udp.requireReply",
        ],
    ])("refuses %s before keepalived %s", (keyword, since, check, path) => {
        const versions = {
            "2.3.3": "2.2.8",
            "2.2.8": "2.2.7",
            "2.2.0": "2.1.5",
            "2.1.0": "2.0.20",
        };
        const before = versions[since as keyof typeof versions] ?? "1.3.5";
        expect(problems(check, since)).toEqual([]);
        expect(problems(check, before)).toEqual([
            `${path}: ${keyword} needs keepalived ${since}, and ds1 has ${before}. ` +
                "Remove it, or correct keepalivedVersion.",
        ]);
    });

    it("refuses decimals before keepalived 2.0.13", () => {
        const check = { tcp: { connectTimeout: 0.5 } };
        expect(problems(check, "2.0.13")).toEqual([]);
        expect(problems(check, "1.3.5")).toEqual([
            expect.stringContaining(
                "check.tcp.connectTimeout: 0.5 is a fraction, which needs keepalived 2.0.13, and ds1 has 1.3.5",
            ),
        ]);
    });

    it("reports all problems at once", () => {
        expect(problems({ tcp: { retry: -1, connectPort: 0 }, dns: { name: "" } })).toHaveLength(3);
    });
});

describe("validation of random checks", () => {
    const word = fc.oneof(
        fc.string({ unit: anyCharacter }),
        fc.constantFrom(
            "",
            "a\nb",
            "}",
            "{",
            "#",
            "!",
            '"',
            "a b",
            "$_PWD",
            "constructor",
            "fe80::1",
        ),
        fc.stringMatching(/^[!-~ ]{0,12}$/),
    );
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1, 80, 200));
    const call = { script: word, args: fc.array(word), user: word };
    const connecting = {
        connectIp: word,
        connectPort: number,
        bindto: word,
        bindIf: word,
        bindPort: number,
        fwmark: number,
        connectTimeout: number,
        retry: number,
        delayBeforeRetry: number,
        warmup: number,
        delayLoop: number,
        alpha: fc.boolean(),
        logAllFailures: fc.boolean(),
    };
    const url = {
        path: word,
        statusCode: fc.array(word),
        digest: word,
        virtualhost: word,
        regex: word,
        regexNoMatch: fc.boolean(),
        regexOptions: fc.array(word),
        regexMinOffset: number,
        regexMaxOffset: number,
        regexStack: fc.record({ start: number, max: number }),
        tlsCompliant: fc.boolean(),
    };
    const some = (fields: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []) =>
        fc.record(fields, { requiredKeys });
    const urls = fc.array(some(url, ["path"]), { maxLength: 2 });
    const web = { ...connecting, virtualhost: word, httpProtocol: word, enableSni: fc.boolean() };
    const fields = {
        tcp: some(connecting),
        http: some({ ...web, url: urls }, ["url"]),
        ssl: some({ ...web, url: urls }, ["url"]),
        smtp: some({ ...connecting, heloName: word }),
        dns: some({ ...connecting, type: word, name: word }),
        misc: some({ ...connecting, miscPath: some(call, ["script"]), miscTimeout: number }, [
            "miscPath",
        ]),
        bfd: some({ name: word, alpha: fc.boolean() }, ["name"]),
        udp: some({ ...connecting, payload: word, requireReply: word, minReplyLength: number }),
        ping: some(connecting),
        file: some({ trackFile: word, weight: number, reverse: fc.boolean() }, ["trackFile"]),
    };
    const version = fc.constantFrom("1.3.5", "2.1.5", "2.2.7", "2.3.3");

    it("throws no error", () => {
        fc.assert(
            fc.property(some(fields), version, number, (check, version, delayLoop) => {
                problems(check, version);
                timing(check, check.tcp ?? {}, delayLoop);
            }),
            cases(100),
        );
    });

    // One field at a time, because almost every combination would be refused.
    const oneField = fc.oneof(
        ...Object.entries(connecting).map(([name, value]) => some({ [name]: value })),
    );
    const onePage = fc.oneof(
        ...Object.entries(url).map(([name, value]) =>
            some({ path: fc.constant("/"), regex: fc.constant("a"), [name]: value }, ["path"]),
        ),
    );
    const nearlyRight = fc.oneof(
        some({ tcp: oneField }, ["tcp"]),
        some({ smtp: some({ heloName: word }) }, ["smtp"]),
        some({ dns: some({ name: word }) }, ["dns"]),
        some({ udp: some({ payload: word, requireReply: word }) }, ["udp"]),
        onePage.map((one) => ({ http: { url: [one] } })),
        fc.array(word).map((args) => ({ misc: { miscPath: { script: "probe", args } } })),
    );

    it("accepts no text that leaves its line or block", () => {
        fc.assert(
            fc.property(nearlyRight, version, (check, version) => {
                fc.pre(problems(check as Check, version).length === 0);
                const lines = rendered(check as Check, {}, version)
                    .trimEnd()
                    .split("\n");
                for (const line of lines) {
                    const outside = line.replace(/"[^"]*"/g, "Q");
                    expect(outside).toMatch(
                        /^ *(?:[a-z_]+(?: [^\s"#!{}]+)*|[A-Z_]+ \{|url \{|\})$/,
                    );
                }
            }),
            cases(500),
        );
    });
});
