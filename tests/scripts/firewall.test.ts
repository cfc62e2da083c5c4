import type { Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import type { ScriptHost } from "./support/scriptHost";
import { plain, plans, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import { tests } from "./support/cases";
import { apply, byHand, happen, prepare, remove } from "./support/story";

/** An nftables firewall of a director, and the openings in it. */
interface Firewall {
    what: string;
    /** Script that prepares the host. Defaults to none. */
    found?: string;
    ruleset: string;
    plan?: Plan;
    opened: string[];
}

const chain = (table: string, name: string, hook: string, ...rules: string[]) =>
    `table ${table} {\n chain ${name} {\n type filter hook ${hook} priority filter; policy drop;\n ${rules.join("\n ")}\n }\n}\n`;
const comment = 'accept comment "pulumi-lvs"';
const both = plans["both families"]!;
const nat = plans.NAT!;

/** Table of a director with NAT for IPv4. */
const withoutRedirects = [
    "table ip pulumi_lvs {",
    "chain redirects {",
    "type filter hook output priority mangle; policy accept;",
    "icmp type redirect drop",
];

const own = [
    `iifname "eth0" ip daddr 224.0.0.18 meta l4proto vrrp ${comment}`,
    `iifname "eth0" ip daddr 224.0.0.81 udp dport 8848 ${comment}`,
    `ip daddr 10.128.190.248 tcp dport 80 ${comment}`,
];

/** firewalld, as far as the scripts see it. */
const firewalld = `touch /run/stand-in/active/firewalld.service
    mkdir -p /usr/lib/firewalld/policies /etc/firewalld/policies
    printf '#!/bin/sh\\n' >/usr/bin/firewall-cmd
    chmod 755 /usr/bin/firewall-cmd\n`;

const firewalls: Firewall[] = [
    {
        what: "a table for both families",
        ruleset: chain("inet filter", "input", "input", "tcp dport 22 accept"),
        opened: own,
    },
    {
        what: "a table of each family",
        ruleset: chain("ip filter", "input", "input") + chain("ip6 filter", "input", "input"),
        plan: both,
        opened: [
            `iifname "eth0" ip daddr 224.0.0.18 meta l4proto vrrp ${comment}`,
            `iifname "eth0" ip daddr 224.0.0.81 udp dport 8848 ${comment}`,
            `ip daddr 10.128.190.248 tcp dport 80 ${comment}`,
            `ip6 daddr fd00:62:190::248 tcp dport 80 ${comment}`,
        ],
    },
    {
        what: "a chain for forwarded packets, with NAT",
        ruleset: chain("inet filter", "forward", "forward"),
        plan: nat,
        opened: [
            `ip saddr 10.128.190.249 tcp sport 80 ${comment}`,
            `ip saddr 10.128.190.250 tcp sport 80 ${comment}`,
            ...withoutRedirects,
        ],
    },
    {
        what: "rules about connection tracking, and chains for interfaces",
        ruleset: `table inet filter {
 chain outside { tcp dport 22 accept; drop; }
 chain input {
 type filter hook input priority filter; policy accept;
 ct state vmap { invalid : drop, established : accept, related : accept }
 iifname vmap { "lo" : accept, "eth0" : jump outside }
 }\n}\n`,
        opened: [
            `iifname "eth0" ip daddr 224.0.0.18 meta l4proto vrrp ${comment}`,
            `iifname "eth0" ip daddr 224.0.0.81 udp dport 8848 ${comment}`,
            `ip daddr 10.128.190.248 tcp dport 80 ${comment}`,
            `ip daddr 10.128.190.248 tcp dport 80 tcp flags != syn / syn,ack ${comment}`,
        ],
    },
    {
        what: "a chain that accepts by default and refuses addresses only",
        ruleset: chain("inet filter", "input", "input", "ip saddr 192.0.2.9 drop").replace(
            "policy drop",
            "policy accept",
        ),
        opened: [],
    },
    {
        what: "a chain for outgoing packets, which stays unchanged",
        ruleset: chain("inet filter", "output", "output"),
        opened: [],
    },
    {
        what: "a chain in capitals, beside iptables",
        ruleset: chain("inet filter", "INPUT", "input"),
        opened: own,
    },
    {
        what: "a chain in capitals that iptables would manage, and without iptables",
        found: "rm /usr/sbin/iptables /usr/sbin/ip6tables\n",
        ruleset: chain("ip filter", "INPUT", "input"),
        opened: own,
    },
    {
        what: "tables of firewalld, fail2ban and keepalived",
        ruleset:
            chain("inet firewalld", "filter_INPUT", "input") +
            chain("inet f2b-table", "f2b-chain", "input") +
            chain("ip keepalived", "in", "input"),
        opened: [],
    },
    {
        what: "firewalld, which refuses invalid packets,",
        found: firewalld,
        ruleset: chain("inet firewalld", "filter_INPUT", "input", "ct state invalid drop"),
        plan: nat,
        opened: [
            ...withoutRedirects,
            "table inet pulumi_lvs {",
            "chain untracked {",
            "type filter hook prerouting priority mangle; policy accept;",
            "ip daddr 10.128.190.248 tcp dport 80 tcp flags != syn / syn,ack notrack",
            "ip saddr 10.128.190.249 tcp sport 80 tcp flags != syn / syn,ack notrack",
            "ip saddr 10.128.190.250 tcp sport 80 tcp flags != syn / syn,ack notrack",
        ],
    },
    {
        what: "a firewall and `openFirewall: false`",
        ruleset: chain("inet filter", "input", "input"),
        plan: { ...plain, openFirewall: false },
        opened: [],
    },
    { what: "no firewall", ruleset: "", opened: [] },
    {
        what: "no firewall, but firewall marks",
        ruleset: "",
        plan: plans["services of a firewall mark"],
        opened: [
            "table ip pulumi_lvs {",
            "chain marks {",
            "type filter hook prerouting priority mangle; policy accept;",
            "ip daddr 10.128.190.248 tcp dport 80 meta mark set 0x00000007",
        ],
    },
];

it.each(firewalls.map((one) => [one.what, one] as const))(
    "a director with %s is opened, also after a restart of the firewall, and closed by a remove",
    async (_, { found: preparation = "", ruleset, plan = plain, opened }) => {
        const host = await newHost("ds1");
        try {
            const load = `nft -f - <<'END'\nflush ruleset\n${ruleset}END\n`;
            await host.run(prepare + preparation + load);
            const found = await portrait(host);
            const take = async (event: Parameters<typeof happen>[2]) =>
                (await happen(host, "ds1", event))[0]!;

            expect(await take(apply(plan))).toMatchObject({ status: 0 });
            const now = await portrait(host);
            expect(changes(found, now).filter((line) => /^[a-z]/.test(line))).toEqual(opened);
            expect(await take(apply(plan))).toEqual({ status: 0, said: "configure unchanged\n" });

            // systemd reloads the unit together with that of the firewall.
            await host.run(`${load}/usr/local/sbin/lvs-director reload`);
            expect(differences(now, await portrait(host))).toBe("");

            // Somebody restarts the firewall by hand.
            await host.run(load);
            expect(await take(apply({ ...plan, repair: "again" }))).toMatchObject({ status: 0 });
            expect(changes(now, await portrait(host))).toEqual([]);

            expect(await take(remove(plan))).toMatchObject({ status: 0 });
            expect(differences(found, await portrait(host))).toBe("");
        } finally {
            await host.remove();
        }
    },
);

/** Lists the new lines of the ruleset, without their handles. */
function changes(before: Portrait, after: Portrait): string[] {
    const ruleset = ({ firewall }: Portrait) => ({ firewall: firewall! });
    const [, ...lines] = differences(ruleset(before), ruleset(after)).split("\n");
    return lines.map((line) => line.replace(/^\+\s*/, "")).filter(Boolean);
}

it("a director whose firewall refuses a service says so, and the refusal stays in force", async () => {
    const host = await newHost("ds1");
    try {
        const ruleset = chain("inet filter", "input", "input", "tcp dport 80 drop", "drop");
        await host.run(`${prepare}nft -f - <<'END'\n${ruleset}END\n`);
        const [applied] = await happen(host, "ds1", apply(plain));
        const sentence =
            "the firewall refuses input tcp any any 10.128.190.248 80 by a rule of its own: tcp dport 80 drop";
        expect(applied!.status).toBe(0);
        expect(applied!.said).toContain(sentence);
        expect(await host.run("/usr/local/sbin/lvs-director check")).toBe(`${sentence}\n`);
        const rules = (await host.run("nft list chain inet filter input")).split("\n");
        const [refusal, opening] = ["tcp dport 80 drop", "10.128.190.248 tcp dport 80 accept"].map(
            (part) => rules.findIndex((rule) => rule.includes(part)),
        );
        expect(refusal).toBeGreaterThan(0);
        expect(opening).toBeGreaterThan(refusal!);
    } finally {
        await host.remove();
    }
});

it("a director with firewalld and without nft is refused", async () => {
    const host = await newHost("ds1");
    try {
        await host.run(`${prepare}${firewalld}rm /usr/sbin/nft`);
        expect(await happen(host, "ds1", apply(plain))).toEqual([
            {
                status: 1,
                said: "lvs-director fails: nft is missing, and this director needs tables in nftables. Install the package nftables.\nrolled back\n",
            },
        ]);
    } finally {
        await host.remove();
    }
});

describe.each(["nft", "legacy"])("a director with iptables-%s", (kind) => {
    const install = `for tool in iptables ip6tables; do
        for command in "" -save -restore; do ln -sf $tool-${kind}$command /usr/sbin/$tool$command; done
    done\n`;
    const rules = (host: ScriptHost) => host.run("iptables -S; ip6tables -S");

    it("is opened by iptables, which reads the rules, and closed by a remove", async () => {
        const host = await newHost("ds1");
        try {
            const load = `iptables -P INPUT DROP
                iptables -A INPUT -p tcp --dport 22 -j ACCEPT
                iptables -A INPUT -j REJECT
                ip6tables -P INPUT DROP\n`;
            await host.run(prepare + install + load);
            const found = await rules(host);
            const [applied] = await happen(host, "ds1", apply(plain));
            expect(applied).toMatchObject({ status: 0 });
            const opened = (await rules(host)).split("\n").filter((line) => !found.includes(line));
            const ours = "-m comment --comment pulumi-lvs -j ACCEPT";
            expect(opened).toEqual([
                `-A INPUT -d 224.0.0.18/32 -i eth0 -p vrrp ${ours}`,
                `-A INPUT -d 224.0.0.81/32 -i eth0 -p udp -m udp --dport 8848 ${ours}`,
                `-A INPUT -d 10.128.190.248/32 -p tcp -m tcp --dport 80 ${ours}`,
            ]);
            expect(await host.run("/usr/local/sbin/lvs-director check")).toBe("");
            await happen(host, "ds1", remove(plain));
            expect(await rules(host)).toBe(found);
        } finally {
            await host.remove();
        }
    });

    it("has its table of nftables opened too, also if the table has chains in capitals", async () => {
        const host = await newHost("ds1");
        try {
            const table = chain("inet filter", "INPUT", "input");
            await host.run(
                `${prepare}${install}iptables -P INPUT DROP\nnft -f - <<'END'\n${table}END\n`,
            );
            await happen(host, "ds1", apply(plain));
            const ruleset = await host.run("nft list table inet filter");
            expect(own.filter((rule) => !ruleset.includes(rule))).toEqual([]);
            expect(await rules(host)).toContain("--dport 80 -m comment --comment pulumi-lvs");
        } finally {
            await host.remove();
        }
    });
});

describe("a firewall of a director", () => {
    const host = "ds1";
    const install = byHand(
        `nft -f - <<'END'\n${chain("inet filter", "input", "input", "tcp dport 22 accept")}END`,
    );
    /** Log the requests to nft that change its rules. */
    const logged = byHand(`cp /usr/sbin/nft /usr/local/bin/nft-itself
        cat >/usr/local/bin/nft <<'END'
#!/bin/sh
case "$*" in *-f*) echo "$@" >>/run/stand-in/changes ;; esac
exec /usr/local/bin/nft-itself "$@"
END
        chmod 755 /usr/local/bin/nft
        mount --bind /usr/local/bin/nft /usr/sbin/nft`);

    tests([
        {
            title: "that is installed later is opened by a reload of lvs-director",
            host,
            events: [apply(plain), install, byHand("systemctl reload lvs-director")],
            says: /./,
            is: [install, apply(plain)],
        },
        {
            title: "that is installed later is opened by the next change",
            host,
            events: [apply(plain), install, apply(withAnotherVip)],
            says: /^keepalived 2\.2\.7 reloaded/,
            is: [install, apply(plain), apply(withAnotherVip)],
        },
        {
            title: "gets all its rules in one transaction",
            host,
            events: [
                install,
                logged,
                apply(plain),
                byHand("[ $(wc -l </run/stand-in/changes) = 1 ]"),
            ],
            says: /./,
            is: [install, logged, apply(plain)],
        },
        {
            title: "is refused if it is a firewalld without policies, which came with 0.9",
            host,
            found: "touch /run/stand-in/active/firewalld.service",
            events: [apply(plain)],
            status: 1,
            says: "lvs-director fails: firewalld before 0.9 has no policies. Open it by hand, and set openFirewall: false.\nrolled back\n",
            is: "as found",
        },
    ]);
});
