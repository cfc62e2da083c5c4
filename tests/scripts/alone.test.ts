import { newHost } from "./support/newHost";
import { plain, plans } from "./support/plans";
import { apply, happen, nearby, prepare } from "./support/story";
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
    for (1 .. 100) {
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

const twice = (reason: string, ip = "10.128.190.248") =>
    `${ip} is also on the host with ${mac}. ${reason}`;

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
        what: "that answers by neighbour discovery",
        plan: plans["both families"],
        there: holding("fd00:62:190::248/64"),
        said: twice(
            "No advert of another director arrives on eth0 within 4 s. Let IP protocol 112 pass between the directors, also by multicast, or set unicast.",
            "fd00:62:190::248",
        ),
    },
];

describe("an active director", () => {
    it.each(cases.map((one) => [one.what, one] as const))(
        "reports a host %s and has a virtual IP as well, and says why",
        async (_, { plan = plain, here = "", there, said }) => {
            const host = await newHost("ds1");
            try {
                await host.run(prepare + here);
                await happen(host, "ds1", nearby(there));
                const [outcome] = await happen(host, "ds1", apply(plan));
                expect(outcome!.status).toBe(0);
                expect(outcome!.said).toContain(said);
            } finally {
                await host.remove();
            }
        },
    );

    it("proves once that no other host has its virtual IPs, and again after a change of them", async () => {
        const host = await newHost("ds1");
        try {
            await host.run(prepare);
            const [first] = await happen(host, "ds1", apply(plain));
            expect(first).toMatchObject({ status: 0 });
            const lighter = { ...plain, kernel: { connReuseMode: 0 as const } };
            await happen(host, "ds1", nearby(holding("10.128.190.248/32")));
            const [second] = await happen(host, "ds1", apply(lighter));
            expect(second!.said).not.toContain("is also on the host");
            const [third] = await happen(host, "ds1", apply(plans["two virtual IPs"]!));
            expect(third!.said).toContain("10.128.190.248 is also on the host");
        } finally {
            await host.remove();
        }
    });
});
