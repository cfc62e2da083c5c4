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

/** It sends adverts of a virtual router in the background. */
const sending = (id: number) => `perl -MSocket=:all -we '
    socket(my $s, AF_INET, SOCK_RAW, 112);
    setsockopt($s, IPPROTO_IP, 32, inet_aton("10.128.190.254"));
    for (1 .. 1000) {
        send $s, pack("C8 a4 x8", 0x21, ${id}, 100, 1, 0, 1, 0, 0, inet_aton("10.128.190.248")), 0,
            pack_sockaddr_in(0, inet_aton("224.0.0.18"));
        select undef, undef, undef, 0.1;
    }' >/dev/null 2>&1 &\n`;

interface Case {
    what: string;
    plan?: Plan;
    /** Script on the host before the step. */
    here?: string;
    /** Script on another machine in its network. */
    there: string;
    said: string;
}

const twice = (reason: string, ips = "10.128.190.248") =>
    `The host with ${mac} also has ${ips}. ${reason}`;

const cases: Case[] = [
    {
        what: "that sends no adverts",
        there: holding("10.128.190.248/32"),
        said: twice(
            "No advert of another director arrives on eth0 within 4 s. Let IP protocol 112 pass between the directors, also by multicast, or set unicast.",
        ),
    },
    {
        what: "whose adverts have another id",
        there: holding("10.128.190.248/32") + sending(63),
        said: twice(
            "Adverts with id 63 arrive on eth0, and none with id 62. Give all directors one virtualRouterId.",
        ),
    },
    {
        what: "whose adverts arrive",
        there: holding("10.128.190.248/32") + sending(62),
        said: twice(
            "Adverts of 10.128.190.254 arrive here, so those of this director do not arrive there. Let IP protocol 112 pass.",
        ),
    },
    {
        what: "whose adverts keepalived rejects",
        here: `echo "0 keepalived (VI_1) received an invalid passwd!" >>/run/stand-in/journal\n`,
        there: holding("10.128.190.248/32") + sending(62),
        said: twice(
            "keepalived rejects the adverts of 10.128.190.254: (VI_1) received an invalid passwd!",
        ),
    },
    {
        what: "whose adverts the firewall of this host refuses",
        here: `nft -f - <<'END'
table inet filter {
 chain input { type filter hook input priority filter; policy accept; meta l4proto 112 drop; }
}
END\n`,
        there: holding("10.128.190.248/32") + sending(62),
        said: twice(
            "The firewall of this host drops the adverts of 10.128.190.254. Let IP protocol 112 in, or remove openFirewall: false. Here, the firewall refuses input 112 eth0 any 224.0.0.18 any by a rule of its own: meta l4proto vrrp drop.",
        ),
    },
    {
        what: "that is a real server",
        there: `ip address add 10.128.190.249/24 dev eth0\n${holding("10.128.190.248/32")}`,
        said: twice(
            "It is the real server 10.128.190.249, which must not answer ARP for a virtual IP. Set arp_ignore there.",
        ),
    },
    {
        what: "that answers by neighbour discovery",
        plan: plans["both families"],
        there: holding("fd00:62:190::248/64"),
        said: twice(
            "No advert of another director arrives on eth0 within 4 s. Let IP protocol 112 pass between the directors, also by multicast, or set unicast.",
            "fd00:62:190::248",
        ),
    },
];

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
        await host.run(prepare + here);
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
            expect(proved!.said).toBe(`${reason}\n`);
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
            const { said: reason } = cases.find(
                ({ there }) => there === holding("10.128.190.248/32"),
            )!;
            expect(proved!.said).toBe(`${reason.replace("10.128.190.248", both)}\n`);
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
        expect(again).toEqual(failed);
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

describe("a director that is a component of its own", () => {
    it.concurrent(
        "reports a host that has its virtual IP as well, because other directors may change later",
        async () => {
            const apart = { ...plain, areApart: true };
            const [outcome] = await said({ there: holding("10.128.190.248/32") }, apply(apart));
            expect(outcome!.status).toBe(0);
            expect(outcome!.said).toContain(cases[0]!.said);
        },
    );
});
