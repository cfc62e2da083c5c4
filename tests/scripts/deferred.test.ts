import { digestOf } from "../../host/bundle";
import { asOldVersion, bundleOf, claimFolder, type Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain, plans, withAnotherVip } from "./support/plans";
import { apply, byHand, remove } from "./support/story";

const heavier: Plan = {
    ...plain,
    realServers: plain.realServers.map((realServer) => ({ ...realServer, weight: 5 })),
};
const refused: Plan = {
    ...plain,
    vrrpInstances: [{ ...plain.vrrpInstances[0]!, extraConfig: "no_such_word" }],
};

const reason = "active for 10.128.190.248, so deferred until the other directors have changed";
const isBackup = byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived");
const isActive = byHand("touch /var/lib/stand-in/active-director; systemctl restart keepalived");

const digest = (plan: Plan, host: string) => digestOf(bundleOf(plan, host, "configure"));

/** Lines that a director prints when it defers a plan. */
const defers = (plan: Plan, host: string) => `${reason}\ndeferred ${digest(plan, host)}\n`;

/** Difference on a host that deferred a plan. */
function deferred(plan: Plan, host: string): string {
    return `${claimFolder(host)}/configure/deferred\n+ 644 0:0 ${digest(plan, host)}\n`;
}

describe("a director that changes before the last one", () => {
    const host = "ds2";

    tests([
        {
            title: "makes its first change at once",
            host,
            events: [apply(plain)],
            says: "keepalived 2.2.7 started; active for 10.128.190.248; 2 of 2 real servers up\n",
            is: [apply(plain)],
        },
        {
            title: "defers its change while it is active",
            host,
            events: [apply(plain), apply(heavier)],
            says: defers(heavier, host),
            is: [apply(plain)],
            but: deferred(heavier, host),
        },
        {
            title: "makes the change in the step `deferred`",
            host,
            events: [apply(plain), apply(heavier), apply(heavier, "deferred")],
            says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
            is: [apply(plain), isBackup, apply(heavier), isActive],
        },
        {
            title: "carries out a deferred change once",
            host,
            events: [
                apply(plain),
                apply(heavier),
                apply(heavier, "deferred"),
                apply(heavier, "deferred"),
            ],
            says: "nothing deferred\n",
            is: [apply(plain), isBackup, apply(heavier), isActive],
        },
        {
            title: "does not carry out another plan than the deferred one",
            host,
            events: [apply(plain), apply(heavier), apply(withAnotherVip, "deferred")],
            says: "nothing deferred\n",
            is: [apply(plain), apply(heavier)],
        },
        {
            title: "has nothing to carry out if it deferred nothing",
            host,
            events: [apply(plain), apply(plain, "deferred")],
            says: "nothing deferred\n",
            is: [apply(plain)],
        },
        {
            title: "has nothing to carry out before its first change",
            host,
            events: [apply(plain, "deferred")],
            says: "nothing deferred\n",
            is: "as found",
        },
        {
            title: "keeps the last plan that it deferred",
            host,
            events: [apply(plain), apply(heavier), apply(withAnotherVip)],
            says: defers(withAnotherVip, host),
            is: [apply(plain)],
            but: deferred(withAnotherVip, host),
        },
        {
            title: "drops the deferred plan when the plan in force returns",
            host,
            events: [apply(plain), apply(heavier), apply(plain)],
            says: "configure unchanged\n",
            is: [apply(plain)],
        },
        {
            title: "makes a deferred change at once when it has become a backup",
            host,
            events: [apply(plain), apply(heavier), isBackup, apply(heavier)],
            says: "keepalived 2.2.7 reloaded; 2 of 2 real servers up\n",
            is: [apply(plain), isBackup, apply(heavier)],
        },
        {
            title: "refuses a configuration that cannot work instead of deferring it",
            host,
            events: [apply(plain), apply(refused)],
            status: 1,
            says: /^keepalived 2\.2\.7 refuses the configuration \(status \d\): .*no_such_word/,
            is: [apply(plain)],
        },
        {
            title: "keeps the deferred plan when the next plan is refused",
            host,
            events: [apply(plain), apply(heavier), apply(refused)],
            status: 1,
            says: /refuses the configuration/,
            is: [apply(plain), apply(heavier)],
        },
        {
            title: "keeps a change that an older version deferred when the next plan is refused",
            host,
            events: [apply(plain), apply(heavier), byHand(asOldVersion(host)), apply(refused)],
            status: 1,
            says: /refuses the configuration/,
            is: [apply(plain), apply(heavier)],
        },
        {
            title: "replaces a change that an older version deferred",
            host,
            events: [
                apply(plain),
                apply(heavier),
                byHand(asOldVersion(host)),
                apply(withAnotherVip),
            ],
            says: defers(withAnotherVip, host),
            is: [apply(plain)],
            but: deferred(withAnotherVip, host),
        },
        {
            title: "drops a change that an older version deferred when the plan in force returns",
            host,
            events: [apply(plain), apply(heavier), byHand(asOldVersion(host)), apply(plain)],
            says: "configure unchanged\n",
            is: [apply(plain)],
        },
        {
            title: "defers the repair of a file that somebody edited",
            host,
            events: [
                apply(plain),
                byHand("echo '# mine' >>/etc/keepalived/keepalived.conf"),
                apply(plain),
            ],
            says: defers(plain, host),
            is: [apply(plain), byHand("echo '# mine' >>/etc/keepalived/keepalived.conf")],
            but: deferred(plain, host),
        },
        {
            title: "is as it was found when it is removed before the step `deferred`",
            host,
            events: [apply(plain), apply(heavier), remove(heavier)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "is as it was found when it is removed after the step `deferred`",
            host,
            events: [apply(plain), apply(heavier), apply(heavier, "deferred"), remove(heavier)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "is not changed by a deferred change that does not work",
            host,
            events: [
                apply(plain),
                apply(heavier),
                byHand("echo reload keepalived >/run/stand-in/fails"),
                apply(heavier, "deferred"),
            ],
            status: 1,
            says: /rolled back; the former configuration works\n$/,
            is: [apply(plain), apply(heavier)],
        },
    ]);
});

describe("the last director", () => {
    const host = "ds1";

    tests([
        {
            title: "is changed while it is active",
            host,
            events: [apply(plain), apply(heavier)],
            says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
            is: [
                apply(plain),
                isBackup,
                byHand("touch /var/lib/stand-in/active-director"),
                apply(heavier),
            ],
        },
        {
            title: "hands its virtual IPs over first if `handOver` is set",
            host,
            events: [apply(plain), apply({ ...heavier, handOver: true })],
            says: "no other director became active for 10.128.190.248\nkeepalived 2.2.7 restarted after a hand-over; active for 10.128.190.248; 2 of 2 real servers up\n",
            is: [apply(plain), apply(heavier)],
        },
    ]);
});

describe("a real server", () => {
    const host = "rs1";
    const stays = "10.128.190.246/32 on lo";
    /** Lines that a real server prints when it defers a removal. */
    const keeps = (removed: string, plan: Plan) =>
        `deferred until the directors have changed: ${removed}\ndeferred ${digest(plan, host)}\n`;
    const withPage: Plan = {
        ...plain,
        realServers: plain.realServers.map((one) => ({ ...one, demoPage: "here\n" })),
    };
    const viaGateway = (gateway: string): Plan => ({
        ...plain,
        realServers: plain.realServers.map((one) => ({ ...one, gateway })),
    });

    tests([
        {
            title: "adds a virtual IP at once",
            host,
            events: [apply(plain), apply(withAnotherVip)],
            says: `real server with 10.128.190.248/32 on lo, ${stays}\n`,
            is: [apply(withAnotherVip)],
        },
        {
            title: "keeps a removed virtual IP until the step `deferred`",
            host,
            events: [apply(withAnotherVip), apply(plain)],
            says: `configure unchanged; ${keeps(stays, plain)}`,
            is: [apply(withAnotherVip)],
            but: deferred(plain, host),
        },
        {
            title: "keeps a virtual IP whose method changes from DR to NAT until the step `deferred`",
            host,
            events: [
                apply(plain),
                apply(plans.NAT!),
                byHand("ip address show dev lo | grep -q 'inet 10.128.190.248/32'"),
            ],
            says: `real server with gateway 10.128.190.252, 10.128.190.248/32 on lo; ${keeps("10.128.190.248/32 on lo", plans.NAT!)}`,
            is: [apply(plain), apply(plans.NAT!)],
        },
        {
            title: "removes the virtual IP in the step `deferred`",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(plain, "deferred")],
            says: "real server with 10.128.190.248/32 on lo\n",
            is: [apply(plain)],
        },
        {
            title: "carries out a deferred change once",
            host,
            events: [
                apply(withAnotherVip),
                apply(plain),
                apply(plain, "deferred"),
                apply(plain, "deferred"),
            ],
            says: "nothing deferred\n",
            is: [apply(plain)],
        },
        {
            title: "does not carry out another plan",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(withPage, "deferred")],
            says: "nothing deferred\n",
            is: [apply(withAnotherVip), apply(plain)],
        },
        {
            title: "adds new parts at once and defers the removals",
            host,
            found: "apt-get install apache2",
            events: [apply(withAnotherVip), apply(withPage)],
            says: `real server with 10.128.190.248/32 on lo, ${stays}; ${keeps(stays, withPage)}`,
            is: [apply(withAnotherVip), apply(withPage)],
        },
        {
            title: "keeps its addresses when the old plan returns",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(withAnotherVip)],
            says: "configure unchanged\n",
            is: [apply(withAnotherVip)],
        },
        {
            title: "is as it was found when it is removed before the step `deferred`",
            host,
            events: [apply(withAnotherVip), apply(plain), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "is as it was found when it is removed after the step `deferred`",
            host,
            events: [apply(withAnotherVip), apply(plain), apply(plain, "deferred"), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "keeps its gateway until the step `deferred` when the gateway changes",
            host,
            events: [apply(viaGateway("10.128.190.252")), apply(viaGateway("10.128.190.254"))],
            says: `configure unchanged; ${keeps("gateway 10.128.190.252", viaGateway("10.128.190.254"))}`,
            is: [apply(viaGateway("10.128.190.252"))],
            but: deferred(viaGateway("10.128.190.254"), host),
        },
        {
            title: "changes its gateway in the step `deferred`",
            host,
            events: [
                apply(viaGateway("10.128.190.252")),
                apply(viaGateway("10.128.190.254")),
                apply(viaGateway("10.128.190.254"), "deferred"),
            ],
            says: "real server with 10.128.190.248/32 on lo, gateway 10.128.190.254\n",
            is: [apply(viaGateway("10.128.190.254"))],
        },
    ]);
});
