import { digestOf } from "../../host/bundle";
import { bundleOf, type Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain, withAnotherVip } from "./support/plans";
import { apply, byHand, remove } from "./support/story";

const heavier: Plan = {
    ...plain,
    realServers: plain.realServers.map((realServer) => ({ ...realServer, weight: 5 })),
};
const refused: Plan = {
    ...plain,
    vrrpInstances: [{ ...plain.vrrpInstances[0]!, extraConfig: "no_such_word" }],
};

const owned = "for it owns 10.128.190.248";
const waits = `waits until the other directors are changed, ${owned}\n`;
const isBackup = byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived");
const isActive = byHand("touch /var/lib/stand-in/active-director; systemctl restart keepalived");

/** What a host remembers when it has put off a plan. */
function postponed(plan: Plan, host: string): string {
    const digest = digestOf(bundleOf(plan, host, "configure"));
    return `/var/lib/pulumi-lvs/configure/postponed\n+ 644 0:0 ${digest}\n`;
}

describe("a director that is not the last one to be changed", () => {
    const host = "ds2";

    tests([
        {
            title: "makes its first change at once, for it owns nothing yet",
            host,
            events: [apply(plain)],
            says: "keepalived 2.2.7 started, owns 10.128.190.248, 2/2 real servers up\n",
            is: [apply(plain)],
        },
        {
            title: "puts its change off while it owns a virtual IP",
            host,
            events: [apply(plain), apply(heavier)],
            says: waits,
            is: [apply(plain)],
            but: postponed(heavier, host),
        },
        {
            title: "makes the change in its turn",
            host,
            events: [apply(plain), apply(heavier), apply(heavier, "turn")],
            says: "keepalived 2.2.7 reloaded, owns 10.128.190.248, 2/2 real servers up\n",
            is: [apply(plain), isBackup, apply(heavier), isActive],
        },
        {
            title: "has a turn once",
            host,
            events: [apply(plain), apply(heavier), apply(heavier, "turn"), apply(heavier, "turn")],
            says: "has nothing left to change\n",
            is: [apply(plain), isBackup, apply(heavier), isActive],
        },
        {
            title: "has no turn for another plan than the one that it has put off",
            host,
            events: [apply(plain), apply(heavier), apply(withAnotherVip, "turn")],
            says: "has nothing left to change\n",
            is: [apply(plain), apply(heavier)],
        },
        {
            title: "has no turn when it has put nothing off",
            host,
            events: [apply(plain), apply(plain, "turn")],
            says: "has nothing left to change\n",
            is: [apply(plain)],
        },
        {
            title: "has no turn before its first change",
            host,
            events: [apply(plain, "turn")],
            says: "has nothing left to change\n",
            is: "as found",
        },
        {
            title: "remembers the last plan that it has put off",
            host,
            events: [apply(plain), apply(heavier), apply(withAnotherVip)],
            says: waits,
            is: [apply(plain)],
            but: postponed(withAnotherVip, host),
        },
        {
            title: "forgets what it has put off when the plan is again what it has",
            host,
            events: [apply(plain), apply(heavier), apply(plain)],
            says: "configure unchanged\n",
            is: [apply(plain)],
        },
        {
            title: "makes a change at once that it had put off, when it owns nothing any more",
            host,
            events: [apply(plain), apply(heavier), isBackup, apply(heavier)],
            says: "keepalived 2.2.7 reloaded, 2/2 real servers up\n",
            is: [apply(plain), isBackup, apply(heavier)],
        },
        {
            title: "refuses what cannot work before it puts it off",
            host,
            events: [apply(plain), apply(refused)],
            status: 1,
            says: /^keepalived 2\.2\.7 refuses the configuration \(status \d\): .*no_such_word/,
            is: [apply(plain)],
        },
        {
            title: "has what it had put off before, when the next plan is refused",
            host,
            events: [apply(plain), apply(heavier), apply(refused)],
            status: 1,
            says: /refuses the configuration/,
            is: [apply(plain), apply(heavier)],
        },
        {
            title: "puts off, too, what somebody has changed by hand",
            host,
            events: [
                apply(plain),
                byHand("echo '# mine' >>/etc/keepalived/keepalived.conf"),
                apply(plain),
            ],
            says: waits,
            is: [apply(plain), byHand("echo '# mine' >>/etc/keepalived/keepalived.conf")],
            but: postponed(plain, host),
        },
        {
            title: "is as it was found when it is removed before its turn",
            host,
            events: [apply(plain), apply(heavier), remove(heavier)],
            says: "configure removed\n",
            is: "as found",
        },
        {
            title: "is not changed by a turn whose change does not work",
            host,
            events: [
                apply(plain),
                apply(heavier),
                byHand("echo reload keepalived >/run/stand-in/fails"),
                apply(heavier, "turn"),
            ],
            status: 1,
            says: /what was there before is back in place, and serves\n$/,
            is: [apply(plain), apply(heavier)],
        },
    ]);
});

describe("the last director", () => {
    const host = "ds1";

    tests([
        {
            title: "is changed while it owns a virtual IP",
            host,
            events: [apply(plain), apply(heavier)],
            says: "keepalived 2.2.7 reloaded, owns 10.128.190.248, 2/2 real servers up\n",
            is: [
                apply(plain),
                isBackup,
                byHand("touch /var/lib/stand-in/active-director"),
                apply(heavier),
            ],
        },
        {
            title: "gives its virtual IPs away first, where it is told to hand them over",
            host,
            events: [apply(plain), apply({ ...heavier, handOver: true })],
            says: "nobody takes over 10.128.190.248\nkeepalived 2.2.7 handed over, restarted, owns 10.128.190.248, 2/2 real servers up\n",
            is: [apply(plain), apply(heavier)],
        },
    ]);
});

describe("a real server", () => {
    const host = "rs1";
    const leaves = "waits until the directors are changed with address 10.128.190.246/32 lo\n";
    const stays = "address 10.128.190.246/32 lo";
    const withPage: Plan = {
        ...plain,
        realServers: plain.realServers.map((one) => ({ ...one, httpd: { page: "here\n" } })),
    };
    const viaGateway = (gateway: string): Plan => ({
        ...plain,
        realServers: plain.realServers.map((one) => ({ ...one, gateway })),
    });

    tests([
        {
            title: "has a virtual IP more at once",
            host,
            events: [apply(plain), apply(withAnotherVip)],
            says: `real server with address 10.128.190.248/32 lo; ${stays}\n`,
            is: [apply(withAnotherVip)],
        },
        {
            title: "keeps a virtual IP that leaves it until its turn",
            host,
            events: [apply(withAnotherVip), apply(plain)],
            says: `configure unchanged: ${leaves}`,
            is: [apply(withAnotherVip)],
            but: postponed(plain, host),
        },
        {
            title: "lets go of it in its turn",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(plain, "turn")],
            says: "real server with address 10.128.190.248/32 lo\n",
            is: [apply(plain)],
        },
        {
            title: "has a turn once",
            host,
            events: [
                apply(withAnotherVip),
                apply(plain),
                apply(plain, "turn"),
                apply(plain, "turn"),
            ],
            says: "has nothing left to change\n",
            is: [apply(plain)],
        },
        {
            title: "has no turn for another plan",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(withPage, "turn")],
            says: "has nothing left to change\n",
            is: [apply(withAnotherVip), apply(plain)],
        },
        {
            title: "takes at once what comes with a plan of which something leaves",
            host,
            found: "apt-get install apache2",
            events: [apply(withAnotherVip), apply(withPage)],
            says: `real server with address 10.128.190.248/32 lo; ${stays}; ${leaves}`,
            is: [apply(withAnotherVip), apply(withPage)],
        },
        {
            title: "keeps what leaves it when the plan is again what it was",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(withAnotherVip)],
            says: "configure unchanged\n",
            is: [apply(withAnotherVip)],
        },
        {
            title: "is as it was found when it is removed before its turn",
            host,
            events: [apply(withAnotherVip), apply(plain), remove(plain)],
            says: "configure removed\n",
            is: "as found",
        },
        {
            title: "keeps its gateway until its turn when another is to come",
            host,
            events: [apply(viaGateway("10.128.190.252")), apply(viaGateway("10.128.190.254"))],
            says: "configure unchanged: waits until the directors are changed with gateway 10.128.190.252\n",
            is: [apply(viaGateway("10.128.190.252"))],
            but: postponed(viaGateway("10.128.190.254"), host),
        },
        {
            title: "changes its gateway in its turn",
            host,
            events: [
                apply(viaGateway("10.128.190.252")),
                apply(viaGateway("10.128.190.254")),
                apply(viaGateway("10.128.190.254"), "turn"),
            ],
            says: "real server with address 10.128.190.248/32 lo; gateway 10.128.190.254\n",
            is: [apply(viaGateway("10.128.190.254"))],
        },
    ]);
});
