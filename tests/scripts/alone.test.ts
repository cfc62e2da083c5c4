import { newHost } from "./support/newHost";
import { plain, plans, withAnotherVip } from "./support/plans";
import { apply, byHand, type Ending, type Event, happen, nearby, prepare } from "./support/story";
import type { Plan } from "./support/bundles";

const mac = "02:00:00:00:00:02";

/** Another machine in the network gets an address. It has one of its own, as a director has. */
function holding(...addresses: string[]): string {
    return [
        "ip address add 10.128.190.254/24 dev eth0",
        ...addresses.map((address) => `ip address add ${address} dev eth0 nodad`),
        "",
    ].join("\n");
}

interface Adverts {
    /** Address of the sender. */
    from: string;
    id?: number;
    /** Destination. */
    to?: string;
    ttl?: number;
    version?: number;
    /** Seconds between adverts, as they say. */
    interval?: number;
    password?: string;
}

/** Send adverts of a virtual router in the background. */
function sending({ from, id = 62, to = "224.0.0.18", ttl = 255, ...adverts }: Adverts): string {
    const { version = 2, interval = 1, password } = adverts;
    const timing = (version === 2 ? [password ? 1 : 0, interval] : [0, 100 * interval]).join();
    return `perl -MSocket=:all -we '
        socket(my $s, AF_INET, SOCK_RAW, 112);
        setsockopt($s, IPPROTO_IP, 32, inet_aton("${from}"));
        setsockopt($s, IPPROTO_IP, $_, ${ttl}) for 2, 33;
        for (1 .. 1000) {
            send $s, pack("C8 a4 a8", ${16 * version + 1}, ${id}, 100, 1, ${timing}, 0, 0,
                inet_aton("10.128.190.248"), "${password ?? ""}"), 0, pack_sockaddr_in(0, inet_aton("${to}"));
            select undef, undef, undef, 0.1;
        }' >/dev/null 2>&1 &\n`;
}

const ours = { from: "10.128.190.253" };
const theirs = { from: "10.128.190.254" };

interface Case {
    what: string;
    plan?: Plan;
    /** Script on the host before the step. */
    here?: string;
    /** Script on another machine in its network. */
    there: string;
    said: RegExp;
}

/** Virtual IPs that another host has, and adverts that a director has seen. */
interface Seen {
    ips?: string;
    left?: boolean;
    arrived?: 0 | 1;
    letIn?: 0 | 1;
}

/** What a director says of another host that has virtual IPs as well, and of the adverts that it has seen. */
function twice(
    reason: string,
    { ips = "10.128.190.248", left = true, arrived = 0, letIn }: Seen = {},
) {
    const some = (count: number) => (count === 0 ? "0" : "[1-9]\\d*");
    return new RegExp(
        `${escaped(`The host with ${mac} also has ${ips}. ${reason}`)} In 4 s this director sent ${left ? "[1-9]\\d*" : "0"} ` +
            `adverts with id 62 on eth0, ${some(arrived)} of other directors arrived, and its firewall let ${some(letIn ?? arrived)} in\\.`,
    );
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const silence =
    "No advert of another director arrives on eth0 within 4 s. Let IP protocol 112 pass between the directors, also by multicast, or set unicast.";

const dropping = (hook: string, rule: string, policy = "accept") => `nft -f - <<'END'
table inet filter {
 chain ${hook} { type filter hook ${hook} priority filter; policy ${policy}; ${rule} }
}
END\n`;

const holds = holding("10.128.190.248/32");
const same = "Give all directors the same settings.";

const cases: Case[] = [
    {
        what: "that sends no adverts",
        there: holds,
        said: twice(silence),
    },
    {
        what: "whose adverts arrive, while none leaves this host,",
        here: dropping("output", "meta l4proto 112 drop;") + sending(ours),
        there: holds + sending(theirs),
        said: twice(
            "No advert of this director leaves eth0 within 4 s. Let IP protocol 112 out. Here, the firewall refuses output 112 eth0 any 224.0.0.18 any by a rule of its own: meta l4proto vrrp drop.",
            { left: false, arrived: 1 },
        ),
    },
    {
        what: "whose adverts have another id",
        there: holds + sending({ ...theirs, id: 63 }),
        said: twice(
            "Adverts with id 63 arrive on eth0, and none with id 62. Give all directors one virtualRouterId.",
        ),
    },
    {
        what: "whose adverts arrive on another interface",
        here: `ip link add eth1 type veth peer name eth1 netns /run/stand-in/proc/$(cat /run/stand-in/lan)/ns/net
            ip link set eth1 up\n`,
        there: `${holds}ip link set eth1 up
            ip address add 192.0.2.7/24 dev eth1\n${sending({ from: "192.0.2.7" })}`,
        said: twice(
            "Adverts with id 62 arrive on eth1, and this director sends on eth0. Connect the directors by the interface of the instance.",
            { letIn: 1 },
        ),
    },
    {
        what: "whose adverts arrive",
        there: holds + sending(theirs),
        said: twice(
            "Adverts of 10.128.190.254 arrive here, so those of this director do not arrive there. Let IP protocol 112 pass between the directors, also by multicast, or set unicast.",
            { arrived: 1 },
        ),
    },
    {
        what: "whose adverts keepalived rejects",
        here: `echo "0 keepalived (VI_1) bad checksum" >>/run/stand-in/journal\n`,
        there: holds + sending(theirs),
        said: twice("keepalived rejects the adverts of 10.128.190.254: (VI_1) bad checksum", {
            arrived: 1,
        }),
    },
    ...(
        [
            ["password", { password: "guessed" }, "with another password"],
            ["authType", {}, "with another authType"],
            [
                "interval",
                { password: "secret62", interval: 3 },
                "every 3 s, and this director every 1 s",
            ],
            [
                "TTL",
                { password: "secret62", ttl: 1 },
                "that arrive with TTL 1, and this director with 255",
            ],
            [
                "version",
                { version: 3 },
                "in version 3 of VRRP, and this director in version 2; with another authType",
            ],
            [
                "destination",
                { password: "secret62", to: "10.128.190.253" },
                "by unicast, and this director by multicast",
            ],
        ] as [string, Partial<Adverts>, string][]
    ).map(([what, adverts, difference]): Case => ({
        what: `whose adverts have another ${what}`,
        here: sending({ ...ours, password: "secret62" }),
        there: holds + sending({ ...theirs, ...adverts }),
        said: twice(`10.128.190.254 sends adverts ${difference}. ${same}`, { arrived: 1 }),
    })),
    {
        what: "whose adverts the firewall of this host refuses",
        here: dropping("input", "meta l4proto 112 drop;"),
        there: holds + sending(theirs),
        said: twice(
            "The firewall of this host drops the adverts of 10.128.190.254. Let IP protocol 112 in, or remove openFirewall: false. Here, the firewall refuses input 112 eth0 any 224.0.0.18 any by a rule of its own: meta l4proto vrrp drop.",
            { arrived: 1, letIn: 0 },
        ),
    },
    {
        what: "whose adverts a firewall that is left alone refuses",
        plan: { ...plain, openFirewall: false },
        here: dropping("input", "ip protocol icmp accept;", "drop"),
        there: holds + sending(theirs),
        said: twice(
            "The firewall of this host drops the adverts of 10.128.190.254. Let IP protocol 112 in, or remove openFirewall: false. Here, the firewall refuses input packets that no rule accepts: policy drop.",
            { arrived: 1, letIn: 0 },
        ),
    },
    {
        what: "that sends no adverts by unicast",
        plan: { ...plain, vrrpInstances: [{ ...plain.vrrpInstances[0]!, unicast: true }] },
        here: sending({ ...ours, to: "10.128.190.254" }),
        there: holds,
        said: twice(
            "No advert of another director arrives on eth0 within 4 s. Let IP protocol 112 pass between the directors, and make each one a unicast peer of the others.",
        ),
    },
    {
        what: "that answers by neighbour discovery",
        plan: plans["both families"],
        there: holding("fd00:62:190::248/64"),
        said: twice(silence, { ips: "fd00:62:190::248" }),
    },
];

/** The keepalived of these hosts is a stand-in, so something else sends for it. */
const sends = (here: string) => (here.includes("SOCK_RAW") ? here : here + sending(ours));

/** The other director gives its virtual IP up, as it does when it hears adverts again. */
const givingUp = nearby("ip address del 10.128.190.248/32 dev eth0");

const isDeferred = (ips = "10.128.190.248") =>
    `another host has ${ips} as well, so the proof is deferred until the other directors have changed`;

/** Tell what a director says to each event, after another machine in its network got ready. */
async function said(
    { here = "", there }: Pick<Case, "here" | "there">,
    ...events: Event[]
): Promise<Ending[]> {
    const host = await newHost("ds1");
    try {
        await host.run(prepare + sends(here));
        const endings = [];
        for (const event of [nearby(there), ...events])
            endings.push(...(await happen(host, "ds1", event)));
        return endings;
    } finally {
        await host.remove();
    }
}

describe("the last director of a cluster", () => {
    it.concurrent.each(cases.map((one) => [one.what, one] as const))(
        "fails in its deferred step if a host %s has its virtual IP as well, and says why",
        async (_, { plan = plain, said: reason, ...hosts }) => {
            const report = { step: "report" as const, verb: "status", plan };
            const events = [apply(plan), apply(plan, "deferred"), report];
            const [changed, proved, reported] = await said(hosts, ...events);
            expect(changed!.status).toBe(0);
            expect(changed!.said).toContain("so the proof is deferred");
            expect(proved!.status).toBe(1);
            // Nothing is rolled back: the former configuration would be no better.
            expect(proved!.said).toMatch(reason);
            expect(reported!.said).toContain("\ndeferred proof\n");
        },
    );

    it.concurrent(
        "names all virtual IPs of an instance that another host has, and one reason",
        async () => {
            const plan = withAnotherVip;
            const there = holding("10.128.190.248/32", "10.128.190.246/32");
            const [changed, proved] = await said({ there }, apply(plan), apply(plan, "deferred"));
            const both = "10.128.190.246, 10.128.190.248";
            expect(changed!.said).toContain(isDeferred(both));
            expect(proved!.said).toMatch(twice(silence, { ips: both }));
        },
    );

    it.concurrent(
        "passes its deferred step when the other host has given the virtual IP up",
        async () => {
            const there = holding("10.128.190.248/32");
            const [changed, proved, again] = await said(
                { there },
                apply(plain),
                givingUp,
                apply(plain, "deferred"),
                apply(plain, "deferred"),
            );
            expect(changed!.said).toContain(isDeferred());
            expect(proved).toEqual({ status: 0, said: "configure unchanged\n" });
            expect(again).toEqual({ status: 0, said: "nothing deferred\n" });
        },
    );

    it.concurrent("proves at the next up what has failed", async () => {
        const there = holding("10.128.190.248/32");
        const [, failed, again, healed] = await said(
            { there },
            apply(plain),
            apply(plain, "deferred"),
            apply(plain, "deferred"),
            givingUp,
            apply(plain, "deferred"),
        );
        expect(failed!.status).toBe(1);
        expect(again!.said).toMatch(twice(silence));
        expect(healed).toEqual({ status: 0, said: "configure unchanged\n" });
    });

    it.concurrent(
        "proves once that no other host has its virtual IPs, and again after a change of them",
        async () => {
            const lighter = { ...plain, kernel: { connReuseMode: 0 as const } };
            const [first, second, third] = await said(
                { there: "" },
                apply(plain),
                nearby(holding("10.128.190.248/32")),
                apply(lighter),
                apply(withAnotherVip),
            );
            expect(first!.status).toBe(0);
            expect(second!.said).not.toContain("another host");
            expect(third!.said).toContain(isDeferred());
        },
    );

    it.concurrent(
        "waits for a new virtual IP until the active director has changed, too",
        async () => {
            const isBackup = "rm /var/lib/stand-in/active-director\n";
            const [changed, failed, proved] = await said(
                { there: holding("10.128.190.248/32"), here: isBackup },
                apply(withAnotherVip),
                apply(withAnotherVip, "deferred"),
                nearby("ip address add 10.128.190.246/32 dev eth0 nodad"),
                apply(withAnotherVip, "deferred"),
            );
            expect(changed!.status).toBe(0);
            expect(changed!.said).toContain(
                "no director has 10.128.190.246, so the proof is deferred until",
            );
            expect(failed).toEqual({ status: 1, said: "no director has 10.128.190.246\n" });
            expect(proved).toEqual({ status: 0, said: "configure unchanged\n" });
        },
    );

    it.concurrent("proves again when it has become active", async () => {
        const lighter = { ...plain, kernel: { connReuseMode: 0 as const } };
        const [backup, active] = await said(
            { there: holding("10.128.190.248/32"), here: "rm /var/lib/stand-in/active-director\n" },
            apply(plain),
            byHand("touch /var/lib/stand-in/active-director; systemctl restart keepalived"),
            apply(lighter),
        );
        expect(backup!.said).not.toContain("another host");
        expect(active!.said).toContain(isDeferred());
    });
});

describe("a real server that answers for a virtual IP", () => {
    it.concurrent("is named, and no advert is asked for", async () => {
        const there = `ip address add 10.128.190.249/24 dev eth0\n${holds}`;
        const [, proved] = await said({ there }, apply(plain), apply(plain, "deferred"));
        expect(proved).toEqual({
            status: 1,
            said: `The host with ${mac} also has 10.128.190.248. The real server 10.128.190.249 has this MAC address, and must not answer ARP for a virtual IP. Set arp_ignore there.\n`,
        });
    });
});

describe("another director, when the last one has deferred its proof", () => {
    /** A director without a change of its own. */
    const asked: Plan = {
        ...plain,
        areApart: true,
        testimony: { proveActive: true, proof: "required" },
    };

    it.concurrent("fails its deferred step, and says what it sends and hears", async () => {
        const [, failed] = await said({ there: holds }, apply(asked), apply(asked, "deferred"));
        expect(failed!.status).toBe(1);
        expect(failed!.said).toMatch(twice(silence));
    });

    it.concurrent("passes if it has its virtual IPs alone", async () => {
        const [, passed] = await said({ there: "" }, apply(asked), apply(asked, "deferred"));
        expect(passed).toEqual({ status: 0, said: "nothing deferred\n" });
    });

    it.concurrent("carries out its own change, and only reports", async () => {
        const host = await newHost("ds2");
        try {
            await host.run(prepare + sending(theirs));
            const heavier = { ...plain, kernel: { connReuseMode: 0 as const } };
            const there = nearby(
                "ip address add 10.128.190.253/24 dev eth0; ip address add 10.128.190.248/32 dev eth0",
            );
            const own = apply({ ...heavier, testimony: { proveActive: true } }, "deferred");
            const endings: Ending[] = [];
            for (const event of [apply(plain), apply(heavier), there, own])
                endings.push(...(await happen(host, "ds2", event)));
            const [, changed, reported] = endings;
            expect(changed!.said).toContain("active for 10.128.190.248, so deferred");
            expect(reported!.status).toBe(0);
            expect(reported!.said).toMatch(twice(silence));
            expect(reported!.said).toContain(
                "keepalived 2.2.7 reloaded; active for 10.128.190.248",
            );
        } finally {
            await host.remove();
        }
    });
});

describe("a director that is a component of its own", () => {
    it.concurrent(
        "reports a host that has its virtual IP as well, because other directors may change later",
        async () => {
            const apart = { ...plain, areApart: true };
            const [outcome] = await said({ there: holding("10.128.190.248/32") }, apply(apart));
            expect(outcome!.status).toBe(0);
            expect(outcome!.said).toMatch(cases[0]!.said);
        },
    );
});
