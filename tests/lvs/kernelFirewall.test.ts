import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lvsDirectorProgram } from "../../lvs/kernel/lvsDirector";

/** Functions of the director's boot script, without the commands at its end. */
const functions = lvsDirectorProgram().content.split("\nscratch=")[0]!;

const openings = `input 112 eth0 10.0.0.254 224.0.0.18 any
input tcp any any 192.0.2.1 8000-8010
input udp any any 2001:db8::1 any
forward tcp any 10.0.0.1 any 80
`;

/** Run a function of the director's boot script, and return its output. */
function ask(question: string, files: Record<string, string> = {}): string {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "firewall-"));
    try {
        for (const [name, content] of Object.entries({ openings, ...files })) {
            fs.writeFileSync(path.join(dir, name), content);
        }
        const input = `${functions}\ntables=tables openings=openings scratch=.\n${question}\n`;
        return execFileSync("sh", ["-s"], { cwd: dir, input, encoding: "utf8" });
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

/** Print a chain as `nft -a list ruleset` does. The handle of each rule is its place, from 1. */
function chain(name: string, rules: string[], hook?: string): string {
    const base = hook ? [`type filter hook ${hook}`] : [];
    const lines = rules.map((rule, index) => `${rule} # handle ${index + 1}`);
    return `\tchain ${name} { # handle 9\n${[...base, ...lines].map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}
const input = "input priority filter; policy drop;";
const accepting = "input priority filter; policy accept;";

/** Print a table as `nft -a list ruleset` does. */
function table(name: string, ...chains: string[]): string {
    return `table ${name} { # handle 1\n${chains.join("\n")}}\n`;
}

const vrrp = 'iifname "eth0" ip saddr 10.0.0.254 ip daddr 224.0.0.18 meta l4proto 112';
const tcp = "ip daddr 192.0.2.1 tcp dport 8000-8010";
const udp = "ip6 daddr 2001:db8::1 meta l4proto udp";
const answer = "ip saddr 10.0.0.1 tcp sport 80";
const tail = "tcp flags & (syn | ack) != syn";
const end = 'accept comment "pulumi-lvs"';

/** All openings of incoming packets at a place of a chain. */
const opened = (place: string) => [vrrp, tcp, udp].map((packets) => `${place} ${packets} ${end}`);
/** The opening for packets of connections that exist. */
const openedLate = (place: string) => [`${place} ${tcp} ${tail} ${end}`];
const at = (place: number, where = "inet filter input") => `insert rule ${where} position ${place}`;
const last = (where = "inet filter input") => `add rule ${where}`;

describe("the boot script of a director", () => {
    it.each<[string, string, string[]]>([
        [
            "at the end of a chain that drops by default",
            table("inet filter", chain("input", ["tcp dport 22 accept"], input)),
            opened(last()),
        ],
        [
            "after rules that refuse an address, a port or a set",
            table(
                "inet filter",
                chain(
                    "input",
                    ["ip saddr @banned drop", "tcp dport 8000 reject with tcp reset", "drop"],
                    accepting,
                ),
            ),
            opened(at(3)),
        ],
        [
            "before a rule that refuses all the rest, whatever it counts and logs",
            table(
                "inet filter",
                chain(
                    "input",
                    [
                        "meta l4proto icmp accept",
                        'counter packets 5 bytes 300 log prefix "tcp dport 80: " flags all reject with icmpx port-unreachable comment "the rest of tcp dport"',
                    ],
                    accepting,
                ),
            ),
            opened(at(2)),
        ],
        [
            "before a rule that refuses all packets of an interface, a protocol or a rate",
            table("inet a", chain("in", ['iifname "eth1" drop', "drop"], accepting)) +
                table(
                    "inet b",
                    chain("in", ["meta l4proto tcp reject with tcp reset"], accepting),
                ) +
                table("inet c", chain("in", ["limit rate over 9/second drop"], accepting)),
            ["a", "b", "c"].flatMap((name) => opened(at(1, `inet ${name} in`))),
        ],
        [
            "for packets of existing connections before rules about connection tracking",
            table(
                "inet filter",
                chain("input", ["ct state invalid drop", "ip saddr 192.0.2.9 drop"], input),
            ) +
                table(
                    "inet other",
                    chain(
                        "in",
                        [
                            "ct state vmap { invalid : drop, established : accept, related : accept }",
                            "tcp flags != syn / fin,syn,rst,ack ct state new drop",
                        ],
                        accepting,
                    ),
                ),
            [...openedLate(at(1)), ...opened(last()), ...openedLate(at(1, "inet other in"))],
        ],
        [
            "in the chains to which an interface leads",
            table(
                "inet filter",
                chain(
                    "input",
                    ['iifname vmap { "lo" : accept, "eth0" : jump outside }', "jump refuse"],
                    accepting,
                ),
                chain("outside", ["ip saddr 192.0.2.9 drop", "drop"]),
                chain("refuse", [
                    "counter packets 0 bytes 0",
                    "reject with icmpx admin-prohibited",
                ]),
                chain("other", ["drop"]),
            ),
            [...opened(at(2, "inet filter outside")), ...opened(at(2, "inet filter refuse"))],
        ],
        [
            "outside of chains to which an address or a port leads",
            table(
                "inet filter",
                chain(
                    "input",
                    ["tcp dport 8000 jump refuse", "ip saddr 192.0.2.9 goto refuse"],
                    input,
                ),
                chain("refuse", ["drop"]),
            ),
            opened(last()),
        ],
        [
            "in no chain that accepts by default and refuses nothing but addresses",
            table("inet filter", chain("input", ["ip saddr @banned drop"], accepting)),
            [],
        ],
        [
            "each family for its addresses, and answers among forwarded packets",
            table("ip filter", chain("forward", [], "forward priority filter; policy drop;")) +
                table("ip6 raw", chain("in", ["ct state invalid drop"], input)),
            [`add rule ip filter forward ${answer} ${end}`, `add rule ip6 raw in ${udp} ${end}`],
        ],
        [
            "with its own rules left out, so that a second start changes nothing",
            table(
                "inet filter",
                chain("input", ["ip saddr @banned drop", `${tcp} ${end}`, "drop"], accepting),
            ),
            opened(at(3)),
        ],
        [
            "in no chain of programs with rules of their own, or of outgoing packets",
            table("inet firewalld", chain("filter_INPUT", ["drop"], accepting)) +
                table("inet f2b-table", chain("f2b-chain", ["drop"], accepting)) +
                table("inet filter", chain("output", ["drop"], "output priority 0; policy drop;")),
            [],
        ],
    ])("opens nftables %s", (_, ruleset, expected) => {
        expect(ask("opening", { ruleset }).split("\n").filter(Boolean)).toEqual(expected);
    });

    it.each([
        ["iptables v1.8.9 (nf_tables)", "-P INPUT DROP", false],
        ["iptables v1.8.9 (nf_tables)", "", true],
        ["iptables v1.8.9 (legacy)", "-P INPUT DROP", true],
    ])(
        "opens the chain INPUT of nftables if %s does not show it: %j",
        (version, shown, isOpened) => {
            const tools = `iptables() { [ "$1" = -V ] && echo "${version}" || echo "${shown}"; }; ip6tables() { false; }`;
            const ruleset = table("ip filter", chain("INPUT", ["drop"], input));
            expect(ask(`${tools}; read_iptables; opening`, { ruleset }) !== "").toBe(isOpened);
        },
    );

    it("closes nftables by deleting the rules with its comment", () => {
        const ruleset = table("inet filter", chain("input", ["drop", `${tcp} ${end}`], input));
        expect(ask("closing", { ruleset })).toBe("delete rule inet filter input handle 2\n");
    });

    it.each<[string, string, string[]]>([
        ["nothing if no rule does", "ip saddr @banned drop", []],
        [
            "a service by its port",
            "tcp dport 8000-9000 drop",
            ["input tcp any any 192.0.2.1 8000-8010"],
        ],
        [
            "a service by its network",
            "ip daddr 192.0.2.0/24 counter packets 1 bytes 2 reject",
            ["input tcp any any 192.0.2.1 8000-8010"],
        ],
        [
            "adverts by their protocol",
            "meta l4proto { tcp, vrrp } ip daddr 224.0.0.18 drop",
            ["input 112 eth0 10.0.0.254 224.0.0.18 any"],
        ],
        [
            "adverts by their source",
            'iifname { "eth0", "eth1" } ip saddr 10.0.0.254 drop',
            ["input 112 eth0 10.0.0.254 224.0.0.18 any"],
        ],
        [
            "not a service if a rule refuses some of its ports or clients",
            "tcp dport 8000-8005 ip saddr 192.0.2.9 drop",
            [],
        ],
        [
            "not a service if a rule refuses it at a rate",
            "tcp dport 8000-8010 limit rate over 5/second drop",
            [],
        ],
    ])("says that the host refuses %s", (_, rule, refused) => {
        const ruleset = table("inet filter", chain("input", [rule, "drop"], input));
        const said = ask("refusals", { ruleset });
        expect(said).toBe(
            refused
                .map((one) => one.replace(/^(\w+) /, "the firewall refuses $1 "))
                .map((one) => `${one} by a rule of its own: ${rule}\n`)
                .join(""),
        );
    });

    const rules = `-P INPUT ACCEPT
-P FORWARD DROP
-N wan
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A INPUT -d 192.0.2.1/32 -p tcp -m comment --comment pulumi-lvs -j ACCEPT
-A INPUT -s 198.51.100.0/24 -j DROP
-A INPUT -p tcp -m tcp --dport 8000:8010 -j DROP
-A INPUT -i eth0 -j wan
-A INPUT -j REJECT --reject-with icmp-port-unreachable
-A wan -p tcp -m tcp --dport 22 -j ACCEPT
-A wan -j DROP
`;
    const listed = { "iptables.nft": rules, "ip6tables.nft": rules };

    it("opens iptables in the same places, the last place first", () => {
        const comment = "-m comment --comment pulumi-lvs -j ACCEPT";
        expect(ask("iptables_opening iptables", listed).split("\n")).toEqual([
            `-A FORWARD -s 10.0.0.1 -p tcp --sport 80 ${comment}`,
            `-I INPUT 5 -d 192.0.2.1 -p tcp --dport 8000:8010 ${comment}`,
            `-I INPUT 5 -i eth0 -s 10.0.0.254 -d 224.0.0.18 -p 112 ${comment}`,
            `-I wan 2 -d 192.0.2.1 -p tcp --dport 8000:8010 ${comment}`,
            `-I wan 2 -i eth0 -s 10.0.0.254 -d 224.0.0.18 -p 112 ${comment}`,
            `-I INPUT 1 -d 192.0.2.1 -p tcp --dport 8000:8010 ! --tcp-flags SYN,ACK SYN ${comment}`,
            "",
        ]);
        expect(ask("iptables_opening ip6tables", listed).split("\n")).toEqual([
            `-I INPUT 5 -d 2001:db8::1 -p udp ${comment}`,
            `-I wan 2 -d 2001:db8::1 -p udp ${comment}`,
            "",
        ]);
    });

    it("says that iptables refuses a service by its port", () => {
        expect(ask("iptables_rules iptables | places | grep refused", listed)).toBe(
            "refused input |INPUT input tcp any any 192.0.2.1 8000-8010\t-A INPUT -p tcp -m tcp --dport 8000:8010 -j DROP\n",
        );
    });

    it("opens firewalld after the rules of its zones", () => {
        const policy = ask("policy input HOST");
        expect(policy).toContain('<policy priority="100" target="CONTINUE">');
        expect(policy).toContain(`  <rule family="ipv4">
    <source address="10.0.0.254"/>
    <destination address="224.0.0.18"/>
    <protocol value="112"/>
    <accept/>
  </rule>
  <rule family="ipv4">
    <destination address="192.0.2.1"/>
    <port port="8000-8010" protocol="tcp"/>
    <accept/>
  </rule>
`);
        expect(ask("policy forward ANY")).toContain(`    <source address="10.0.0.1"/>
    <source-port port="80" protocol="tcp"/>
`);
    });

    it("untracks the packets of existing connections that firewalld would take for invalid", () => {
        const sctp = "input sctp any any 2001:db8::1 9";
        const answers = "forward sctp any 2001:db8::9 any any";
        const all = { openings: `${openings}${sctp}\n${answers}\n` };
        expect(ask("firewalld_runs() { :; }; all_tables", all)).toBe(`table inet pulumi_lvs {
chain untracked {
type filter hook prerouting priority -150; policy accept;
}
}
${[
    `${tcp} ${tail}`,
    "ip6 daddr 2001:db8::1 sctp dport 9 ct state invalid",
    `${answer} ${tail}`,
    "ip6 saddr 2001:db8::9 meta l4proto sctp ct state invalid",
]
    .map((packets) => `add rule inet pulumi_lvs untracked ${packets} notrack\n`)
    .join("")}`);
    });

    it.each([
        ["without firewalld", "firewalld_runs() { false; }", openings],
        ["without an opening", "firewalld_runs() { :; }", ""],
        ["for adverts alone", "firewalld_runs() { :; }", openings.split("\n")[0]!],
    ])("untracks nothing %s", (_, firewalld, lines) => {
        expect(ask(`${firewalld}; all_tables`, { openings: lines })).toBe("");
    });

    it("finds a firewall open if every opening has its rule", () => {
        expect(ask('is_open "a" "b" && is_open "" "" && echo open')).toBe("open\n");
        expect(ask('is_open "" "b" || echo closed')).toBe("closed\n");
        expect(ask('is_open "a" "" || echo closed')).toBe("closed\n");
    });
});
