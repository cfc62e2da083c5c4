import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import * as fc from "fast-check";
import type { Cluster } from "../../lvs/model";
import { LvsSched } from "../../lvs/service/scheduler";
import type { PoolMember } from "../../lvs/service/poolMember";
import type { VirtualServer } from "../../lvs/service/virtualServer";
import { validate, validateAuthPass } from "../../lvs/validate";
import { anyCluster } from "../support/anyCluster";
import { goldenClusters } from "../support/clusters";
import { cases } from "../support/property";
import { problemLine, refusalsOf, Warning, warningsOf } from "../../lvs/problems";
import { type WrongArguments, refusals, warnings } from "../support/refusals";
import { seed } from "../support/seed";

const page = path.join(__dirname, "..", "..", "docs", "refusals.md");

const judged = ({ cluster, authPass }: Omit<WrongArguments, "what" | "problem">) => [
    ...validate(cluster),
    ...(authPass === undefined ? [] : validateAuthPass("authPass", authPass)),
];
const problems = (one: Omit<WrongArguments, "what" | "problem">) =>
    judged(one).map(({ path, reason }) => `${path}: ${reason}`);

describe("validation", () => {
    it.each(Object.entries(goldenClusters))("accepts golden cluster %s", (_, cluster) => {
        const found = validate(cluster);
        expect(refusalsOf(found)).toEqual([]);
        expect(warningsOf(found, cluster.ignoreWarnings)).toEqual([]);
    });

    it.each(
        Object.values(refusals)
            .flat()
            .map((refusal) => [refusal.what, refusal] as const),
    )("refuses %s", (_, refusal) => {
        expect(problems(refusal)).toEqual([refusal.problem]);
    });

    it.each(
        Object.entries(warnings).flatMap(([name, list]) =>
            list.map((unwise) => [unwise.what, name as Warning, unwise] as const),
        ),
    )("warns of %s", (_, name, unwise) => {
        const found = judged(unwise);
        expect(refusalsOf(found)).toEqual([]);
        expect(warningsOf(found).map(problemLine)).toEqual([
            `${unwise.problem} To silence this, add ${name} to ignoreWarnings.`,
        ]);
        expect(warningsOf(found, [name])).toEqual([]);
    });

    it("explains every problem of any cluster in one sentence, and says in another what to do", () => {
        const form = /^[-\w"[].*[^.]\. [A-Z].*[^.]\.$/;
        fc.assert(
            fc.property(anyCluster, (cluster) => {
                const reasons = validate(cluster).map(({ reason }) => reason);
                expect(reasons.filter((reason) => !form.test(reason))).toEqual([]);
            }),
            cases(200),
        );
    });

    it.each(Object.values({ ...refusals, ...warnings }).flat())(
        "explains $what in one sentence, and says in another what to do",
        ({ problem }) => expect(problem).toMatch(/^[\w[\].]+: [-\w"[].*[^.]\. [A-Z].*[^.]\.$/),
    );

    it("reports all problems at once", () => {
        const cluster = {
            ...seed,
            vrrpInstances: [{ interface: "eth0", virtualRouterId: -1 }],
            virtualServers: [{ virtualIp: "10.128.190.248", port: 0 }],
        };
        expect(problems({ cluster })).toHaveLength(2);
    });
});

describe("validation", () => {
    const first = { ...seed.vrrpInstances[0]!, virtualIpaddress: [{ ip: "10.128.190.248" }] };
    const second = { ...first, virtualIpaddress: [{ ip: "10.128.190.247" }] };
    const [realServer] = seed.realServers;

    it.each<[string, Partial<Cluster>]>([
        [
            "one virtual router id on interfaces that directors have in other networks",
            {
                vrrpInstances: [
                    first,
                    {
                        ...second,
                        directors: ["ds1", "ds2"].map((name) => ({ name, interface: "eth2" })),
                    },
                ],
            },
        ],
        [
            "one virtual router id for IPv4 and for IPv6, on one interface",
            { vrrpInstances: [first, { ...first, virtualIpaddress: [{ ip: "fd00:62:1::248" }] }] },
        ],
        [
            "a director as the gateway of direct routing, with its interface in gatewayInterfaces",
            {
                realServers: [{ ...realServer!, gateway: "10.128.190.253" }],
                kernel: { gatewayInterfaces: ["eth0"] },
            },
        ],
        [
            "NAT with several instances in a sync group, and no gateway",
            {
                vrrpInstances: [
                    first,
                    { ...second, interface: "eth1", virtualIpaddress: [{ ip: "10.128.191.1" }] },
                ],
                vrrpSyncGroups: [{ name: "both", group: ["VI_1", "VI_2"] }],
                virtualServers: [{ ...seed.virtualServers[0]!, lvsMethod: "NAT" }],
            },
        ],
        [
            "a gateway of NAT that is the own address of the only director",
            {
                directors: seed.directors.slice(0, 1),
                realServers: [{ ...realServer!, gateway: "10.128.190.253" }],
                virtualServers: [
                    {
                        ...seed.virtualServers[0]!,
                        lvsMethod: "NAT",
                        clientNetworks: ["192.0.2.0/24"],
                    },
                ],
            },
        ],
        [
            "services without VRRP on the directors' own addresses",
            {
                vrrpInstances: [],
                virtualServers: [{ virtualIp: "10.128.190.253", port: 80 }],
            },
        ],
        [
            "an address that a real server has as its host, too",
            { realServers: [{ ...realServer!, address: realServer!.host }] },
        ],
    ])("accepts %s", (_, change) => {
        expect(validate({ ...seed, ...change })).toEqual([]);
    });
});

describe("a hash without fallback", () => {
    const dynamic = { misc: { miscPath: { script: "probe" }, miscDynamic: true } };
    const places = (settings: Partial<VirtualServer>) =>
        validate({
            ...seed,
            scripts: [{ name: "probe", content: "#!/bin/sh\n" }],
            trackFiles: [{ name: "load", file: "/run/load" }],
            virtualServers: [{ ...seed.virtualServers[0], lvsSched: "mh", ...settings }],
        }).map(({ path }) => path);
    const member = (settings: Partial<PoolMember>) => ({
        realServers: [{ name: "rs1" }, { name: "rs2", ...settings }],
    });

    it.each([
        ["inherits inhibitOnFailure", { inhibitOnFailure: true, ...member({}) }],
        ["has inhibitOnFailure of its own", member({ inhibitOnFailure: true })],
        ["inherits miscDynamic", { check: dynamic, ...member({ inhibitOnFailure: false }) }],
        ["has miscDynamic of its own", member({ inhibitOnFailure: false, check: dynamic })],
        [
            "has a file that changes its weight",
            member({ check: { file: { trackFile: "load", weight: 1 } } }),
        ],
        ["has weight 0", member({ weight: 0 })],
    ])("is refused if a member %s", (_, settings) => {
        expect(places(settings)).toEqual(["virtualServers[0].lvsSched"]);
    });

    it("is refused if a member is drained", () => {
        const [first, ...others] = seed.realServers;
        const realServers = [{ ...first!, drained: true }, ...others];
        const virtualServers = [{ ...seed.virtualServers[0]!, lvsSched: LvsSched.sh }];
        const problems = validate({ ...seed, realServers, virtualServers });
        expect(problems.map(({ path }) => path)).toEqual(["virtualServers[0].lvsSched"]);
    });

    it("is accepted if every member overrides the virtual server", () => {
        const realServers = [{ name: "rs1", inhibitOnFailure: false, check: { tcp: {} } }];
        expect(places({ inhibitOnFailure: true, check: dynamic, realServers })).toEqual([]);
    });
});

it("docs/refusals.md lists every refusal and warning of these tests (UPDATE_GOLDEN=1 writes it)", () => {
    const text = refusalsPage();
    if (process.env.UPDATE_GOLDEN) writeFileSync(page, text);
    expect(readFileSync(page, "utf8")).toBe(text);
});

function refusalsPage(): string {
    const row = ({ what, problem }: WrongArguments) => {
        const [place, reason] = [problem.split(": ")[0]!, problem.split(": ").slice(1).join(": ")];
        return `| ${what} | \`${place}\` | ${reason.replace(/\|/g, "\\|").replace(/</g, "\\<")} |\n`;
    };
    const section = (title: string, verdict: string, list: WrongArguments[]) =>
        `## ${title}\n\n| ${verdict} | path | message |\n| --- | --- | --- |\n${list.map(row).join("")}`;
    return [
        "# Refused, warned, accepted\n",
        "Each row below is a test case of tests/lvs/validate.test.ts, which also writes this page. The",
        "guides explain the rules: [checks](checks.md), [VRRP](vrrp.md), [methods](modes.md),",
        "[kernel](kernel.md).\n",
        "- **Refused** arguments cannot work, or are dangerous. They are refused before any host changes.",
        "  `pulumi preview` already refuses them if all values are known. One error lists all problems.",
        "- **Warned** arguments work and are unwise. The preview and the `up` show a warning with a name.",
        "  A name in `ignoreWarnings` silences its warnings.",
        "- All other arguments are **accepted**.\n",
        ...Object.entries(refusals).map(([title, list]) =>
            section(`Refused: ${title}`, "refused", list),
        ),
        ...Object.entries(warnings).map(([name, list]) =>
            section(`Warned: ${name}`, "warned", list),
        ),
    ].join("\n");
}
