import { seed } from "../support/seed";
import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand } from "./support/story";

const floating: Plan = {
    directors: seed.directors,
    realServers: [],
    virtualServers: [],
    vrrpInstances: [
        { interface: "eth0", virtualRouterId: 62, virtualIpaddress: [{ ip: "10.128.190.248" }] },
    ],
};
const isBare = true;
/** As when the tracked script fails on all hosts. */
const noneIsActive = byHand("rm /var/lib/stand-in/active-director");

describe("a director without services", () => {
    tests([
        {
            title: "gets neither ipvsadm nor kernel modules",
            host: "ds1",
            isBare,
            events: [apply(floating, "prepare")],
            says: "has keepalived 1:2.2.7-1+b2\n",
            calls: "",
            is: [apply(floating, "prepare")],
        },
        {
            title: "is set up on a kernel without IPVS",
            host: "ds1",
            events: [
                byHand("for module in ip_vs_rr ip_vs; do modprobe -r $module; done"),
                apply(floating),
            ],
            says: "keepalived 2.2.7 started; active for 10.128.190.248\n",
            is: [
                byHand("for module in ip_vs_rr ip_vs; do modprobe -r $module; done"),
                apply(floating),
            ],
        },
        {
            title: "is as it was found if no director is active after an apply",
            host: "ds1",
            events: [noneIsActive, apply(floating)],
            status: 1,
            says: /^no director is active for 10\.128\.190\.248\b[^]*\nrolled back/,
            is: [noneIsActive],
        },
        {
            title: "keeps nothing of the services that it had",
            host: "ds1",
            events: [apply(plain), apply(floating)],
            says: /active for 10\.128\.190\.248/,
            is: [apply(floating)],
            // destroy restores what the services changed.
            but: `/var/lib/pulumi-lvs/director/configure/known
+ /etc/sysctl.d/lvs.conf
/var/lib/pulumi-lvs/director/configure/sysctl.found
+ net.ipv4.vs.sync_threshold = 3	50
+ net.ipv4.vs.expire_nodest_conn = 0
+ net.ipv4.vs.expire_quiescent_template = 0
+ net.ipv4.vs.sync_refresh_period = 0
`,
        },
    ]);
});
