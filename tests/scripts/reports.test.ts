import { digests } from "../../cli/applied";
import { bundle } from "../../host/bundle";
import { unbundle } from "../../host/unbundle";
import { asOldVersion, bundleOf, type Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { plain, withAnotherVip } from "./support/plans";
import { differences, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, as, byHand, type Event, happen, prepare } from "./support/story";

const heavier: Plan = {
    ...plain,
    realServers: plain.realServers.map((one, index) => ({ ...one, weight: 3 - index })),
};
/** ds1 is also the real server rs1. */
const both: Plan = {
    ...plain,
    realServers: [{ ...plain.realServers[0]!, host: "10.128.190.253" }],
};
const withPage: Plan = {
    ...plain,
    realServers: plain.realServers.map((one) => ({ ...one, demoPage: "new\n" })),
};

/** A question of `lvs` to a host, and the answer. */
interface Question {
    title: string;
    host: string;
    events: Event[];
    asks: "check" | "diff" | "status";
    /** The member that it is about, if the host has two roles. */
    member?: "ds1" | "rs1";
    plan: Plan;
    /** The plan of the last `up` in the state of the stack. Defaults to `plan`. */
    state?: Plan;
    answers: string;
}

/** The virtual IP appears as soon as somebody has read the addresses. */
const becomesActiveAfterAReading = `
    ip address delete 10.128.190.248 dev eth0 || ip address delete 10.128.190.248/32 dev eth0
    program=$(command -v ip)
    mv "$program" /usr/bin/genuine-ip
    cat >"$program" <<'END'
#!/bin/sh
genuine-ip "$@"
[ "$*" != "-o address show" ] || genuine-ip address replace 10.128.190.248/32 dev eth0
END
    chmod 755 "$program"`;

const questions: Question[] = [
    {
        title: "a director before its first apply",
        host: "ds1",
        events: [],
        asks: "check",
        plan: plain,
        answers:
            "drift set-up\n    nothing has been applied. Run `pulumi up`. A host that was installed anew needs a new word in repair.\n",
    },
    {
        title: "an unchanged director, with its active addresses",
        host: "ds1",
        events: [apply(plain)],
        asks: "check",
        plan: plain,
        answers: "router VI_1 eth0 62 active\naddress VI_1 eth0 10.128.190.248 here\n",
    },
    {
        title: "a director whose virtual IP is on an interface with a MAC address of its own",
        host: "ds1",
        events: [
            apply(plain),
            byHand(
                "ip address del 10.128.190.248/32 dev eth0; ip link add vrrp.62 type veth peer name vrrp.peer; ip address add 10.128.190.248/32 dev vrrp.62",
            ),
        ],
        asks: "check",
        plan: plain,
        answers: "router VI_1 eth0 62 active\naddress VI_1 eth0 10.128.190.248 here\n",
    },
    {
        title: "a director that was restored from a copy older than the last `up`",
        host: "ds1",
        events: [apply(plain)],
        asks: "check",
        plan: plain,
        state: heavier,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift last up
    The last \`up\` gave this host other files: /etc/keepalived/keepalived.conf, /var/lib/pulumi-lvs/ipvs.rules. The host or the state comes from a copy, or an \`up\` was cut off. Set repair to a new word and run \`pulumi up\`.
`,
    },
    {
        title: "a real server that was restored from a copy older than the last `up`",
        host: "rs1",
        events: [apply(plain)],
        asks: "check",
        plan: plain,
        state: withAnotherVip,
        answers: `address - lo 10.128.190.248 here
drift last up
    The last \`up\` gave this host other files: /etc/lvs/real-servers/lvs.test.lvs-rs1.conf. The host or the state comes from a copy, or an \`up\` was cut off. Set repair to a new word and run \`pulumi up\`.
`,
    },
    {
        title: "a rule of the host's firewall that refuses a service",
        host: "ds1",
        events: [
            byHand(`nft -f - <<'END'
table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        tcp dport 80 drop
    }
}
END`),
            apply(plain),
        ],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift check of lvs-director
    --- check of lvs-director (applied)
    +++ check of lvs-director (now)
    @@ -0,0 +1 @@
    +the firewall refuses input tcp any any 10.128.190.248 80 by a rule of its own: tcp dport 80 drop
`,
    },
    {
        title: "what SELinux has denied keepalived today or yesterday",
        host: "ds1",
        events: [
            byHand(`mkdir /var/lib/selinux
echo Enforcing >/var/lib/selinux/mode
echo 'type=AVC msg=audit(1796129808.203:80): avc:  denied  { name_connect } for  pid=812 comm="keepalived" dest=8081 scontext=system_u:system_r:keepalived_t:s0 tcontext=system_u:object_r:port_t:s0 tclass=tcp_socket permissive=0' >/var/lib/selinux/log
for name in getenforce ausearch; do ln -s /usr/lib/stand-in/rhel/selinux /usr/sbin/$name; done`),
            apply(plain),
        ],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift check of audit
    --- check of audit (applied)
    +++ check of audit (now)
    @@ -0,0 +1 @@
    +SELinux denied { name_connect } comm="keepalived" dest=8081 scontext=system_u:system_r:keepalived_t:s0 tcontext=system_u:object_r:port_t:s0 tclass=tcp_socket
`,
    },
    {
        title: "an unchanged backup director",
        host: "ds1",
        events: [
            apply(plain),
            byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived"),
        ],
        asks: "check",
        plan: plain,
        answers: "router VI_1 eth0 62 backup\naddress VI_1 eth0 10.128.190.248 absent\n",
    },
    {
        title: "the missing rule of a real server that is down",
        host: "ds1",
        events: [apply(plain), byHand("ipvsadm -d -t 10.128.190.248:80 -r 10.128.190.250:80")],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift IPVS table
    --- IPVS table (applied)
    +++ IPVS table (now)
    @@ -1,3 +1,2 @@
     -A -t 10.128.190.248:80 -s rr
     -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
    --a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
`,
    },
    {
        title: "a surplus service in the IPVS table",
        host: "ds1",
        events: [apply(plain), byHand("ipvsadm -A -t 10.128.190.248:443 -s rr")],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift IPVS table
    --- IPVS table (applied)
    +++ IPVS table (now)
    @@ -1,3 +1,4 @@
     -A -t 10.128.190.248:80 -s rr
     -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
     -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
    +-A -t 10.128.190.248:443 -s rr
`,
    },
    {
        title: "a firewall that was closed",
        host: "ds1",
        events: [
            byHand(
                "nft add table inet filter; nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'",
            ),
            apply(plain),
            byHand("nft flush chain inet filter input"),
        ],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift check of lvs-director
    --- check of lvs-director (applied)
    +++ check of lvs-director (now)
    @@ -0,0 +1 @@
    +the firewall lacks openings of /etc/lvs/firewall
`,
    },
    {
        title: "a real server before its first apply",
        host: "rs1",
        events: [],
        asks: "check",
        plan: plain,
        answers:
            "drift set-up\n    nothing has been applied. Run `pulumi up`. A host that was installed anew needs a new word in repair.\n",
    },
    {
        title: "an unchanged real server, with its addresses",
        host: "rs1",
        events: [apply(plain)],
        asks: "check",
        plan: plain,
        answers: "address - lo 10.128.190.248 here\n",
    },
    {
        title: "a director that has deferred a change of the last `up`",
        host: "ds2",
        events: [apply(plain), apply(heavier)],
        asks: "check",
        plan: heavier,
        answers: `router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
drift last up
    The host has deferred its change of: /etc/keepalived/keepalived.conf, /var/lib/pulumi-lvs/ipvs.rules. Run \`pulumi up\`.
`,
    },
    {
        title: "no difference from the applied plan",
        host: "ds1",
        events: [apply(plain, "prepare"), apply(plain)],
        asks: "diff",
        plan: plain,
        answers: "",
    },
    {
        title: "the lines that the next up changes on a director",
        host: "ds1",
        events: [apply(plain, "prepare"), apply(plain)],
        asks: "diff",
        plan: heavier,
        answers: `drift file /etc/keepalived/keepalived.conf
    --- /etc/keepalived/keepalived.conf (now)
    +++ /etc/keepalived/keepalived.conf (rendered)
    @@ -25,7 +25,7 @@
         lvs_method DR
         protocol TCP
         real_server 10.128.190.249 80 {
    -        weight 1
    +        weight 3
             TCP_CHECK {
                 connect_timeout 2
                 retry 1
    @@ -33,7 +33,7 @@
             }
         }
         real_server 10.128.190.250 80 {
    -        weight 1
    +        weight 2
             TCP_CHECK {
                 connect_timeout 2
                 retry 1
drift file /var/lib/pulumi-lvs/ipvs.rules
    --- /var/lib/pulumi-lvs/ipvs.rules (now)
    +++ /var/lib/pulumi-lvs/ipvs.rules (rendered)
    @@ -1,3 +1,3 @@
     -A -t 10.128.190.248:80 -s rr
    --a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
    --a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
    +-a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 3
    +-a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 2
`,
    },
    {
        title: "a file that the next up adds",
        host: "rs1",
        events: [apply(plain)],
        asks: "diff",
        plan: withPage,
        answers: `drift file /var/www/html/index.html
    --- /var/www/html/index.html (now)
    +++ /var/www/html/index.html (rendered)
    @@ -0,0 +1 @@
    +new
`,
    },
    {
        title: "a file that the next up removes",
        host: "rs1",
        events: [byHand("apt-get install apache2"), apply(withPage)],
        asks: "diff",
        plan: plain,
        answers: `drift file /var/www/html/index.html
    --- /var/www/html/index.html (now)
    +++ /var/www/html/index.html (rendered)
    @@ -1 +0,0 @@
    -new
`,
    },
    {
        title: "a mode that the next up changes",
        host: "rs1",
        events: [apply(plain), byHand("chmod 600 /etc/lvs/real-servers/lvs.test.lvs-rs1.conf")],
        asks: "diff",
        plan: plain,
        answers: `drift mode of /etc/lvs/real-servers/lvs.test.lvs-rs1.conf
    --- mode of /etc/lvs/real-servers/lvs.test.lvs-rs1.conf (now)
    +++ mode of /etc/lvs/real-servers/lvs.test.lvs-rs1.conf (rendered)
    @@ -1 +1 @@
    -0600
    +0644
`,
    },
    {
        title: "all facts of a director",
        host: "ds1",
        events: [
            apply(withAnotherVip),
            byHand("echo 10.128.190.249:80 5 >/run/stand-in/connections"),
        ],
        asks: "status",
        plan: withAnotherVip,
        answers: `host ds1
kernel RELEASE
uptime SECONDS
clock SECONDS
keepalived 2.2.7
step configure SECONDS
unit keepalived active enabled
unit lvs-director active enabled
router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
address VI_1 eth0 10.128.190.246 here
rule -A -t 10.128.190.248:80 -s rr
rule -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
rule -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
rule -A -t 10.128.190.246:8080 -s rr
rule -a -t 10.128.190.246:8080 -r 10.128.190.249:8080 -g -w 1
rule -a -t 10.128.190.246:8080 -r 10.128.190.250:8080 -g -w 1
service 0 0 0 0 0 -A -t 10.128.190.248:80 -s rr
server 5 0 0 0 0 0 0 -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
server 0 0 0 0 0 0 0 -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
service 0 0 0 0 0 -A -t 10.128.190.246:8080 -s rr
server 0 0 0 0 0 0 0 -a -t 10.128.190.246:8080 -r 10.128.190.249:8080 -g -w 1
server 0 0 0 0 0 0 0 -a -t 10.128.190.246:8080 -r 10.128.190.250:8080 -g -w 1
`,
    },
    {
        title: "a change that a director has deferred",
        host: "ds2",
        events: [apply(plain), apply(heavier), byHand("systemctl stop lvs-director; ipvsadm -C")],
        asks: "status",
        plan: heavier,
        answers: `host ds2
kernel RELEASE
uptime SECONDS
clock SECONDS
keepalived 2.2.7
step configure SECONDS
deferred
unit keepalived active enabled
unit lvs-director inactive enabled
router VI_1 eth0 62 active
address VI_1 eth0 10.128.190.248 here
rule -A -t 10.128.190.248:80 -s rr
rule -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
rule -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
`,
    },
    {
        title: "a change that an older version deferred",
        host: "rs1",
        events: [apply(withAnotherVip), apply(plain), byHand(asOldVersion("rs1"))],
        asks: "status",
        plan: plain,
        answers: `host rs1
kernel RELEASE
uptime SECONDS
clock SECONDS
keepalived 2.2.7
step configure SECONDS
deferred
unit lvs-real-server active enabled
address - lo 10.128.190.248 here
address - lo 10.128.190.246 here
`,
    },
    {
        title: "all facts of a real server, and the output of its own check",
        host: "rs1",
        events: [
            byHand("apt-get install apache2"),
            apply(withPage),
            byHand("ip address delete 10.128.190.248/32 dev lo"),
        ],
        asks: "status",
        plan: withPage,
        answers: `host rs1
kernel RELEASE
uptime SECONDS
clock SECONDS
keepalived 2.2.7
step configure SECONDS
unit lvs-real-server active enabled
unit apache2 active enabled
complaint lvs-real-server missing: address 10.128.190.248/32 lo
address - lo 10.128.190.248 absent
`,
    },
    ...(["ds1", "rs1"] as const).flatMap((member): Question[] => {
        const shared = {
            host: "ds1",
            member,
            plan: both,
            events: [
                as("rs1", apply(both)),
                apply(both, "prepare"),
                apply(both),
                byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived"),
            ],
        };
        const facts =
            member === "ds1"
                ? "router VI_1 eth0 62 backup\naddress VI_1 eth0 10.128.190.248 absent\n"
                : "address - lo 10.128.190.248 here\n";
        const role = member === "ds1" ? "director" : "real server";
        return [
            {
                ...shared,
                title: `no difference of a machine with both roles, as a ${role}`,
                asks: "check",
                answers: facts,
            },
            {
                ...shared,
                title: `no change of a machine with both roles, as a ${role}`,
                asks: "diff",
                answers: "",
            },
        ];
    }),
    {
        title: "the facts of a machine with both roles as a real server",
        host: "ds1",
        member: "rs1",
        events: [as("rs1", apply(both)), apply(both)],
        asks: "status",
        plan: both,
        answers: `host ds1
kernel RELEASE
uptime SECONDS
clock SECONDS
step configure SECONDS
unit lvs-real-server active enabled
address - lo 10.128.190.248 here
`,
    },
];

/** The question of `lvs` about a host, or about one role of it. */
function question({ host, member, asks, plan, state = plan }: Question): string {
    const name = member ?? host;
    const role = member && (member === "ds1" ? "director" : "realServer");
    const filesOf = (known: Plan, step: "prepare" | "configure") =>
        unbundle(bundleOf(known, name, step))!.files;
    if (asks === "check") {
        return bundle("report", [], {
            settings: { role, applied: digests(filesOf(state, "configure")) },
        });
    }
    const files = [...filesOf(plan, "prepare"), ...filesOf(plan, "configure")];
    return bundle("report", files, { settings: { role } });
}

describe("a report to lvs", () => {
    let host: ScriptHost;

    afterEach(() => host.remove());

    it.each(questions.map((question) => [question.title, question] as const))(
        "has %s, and changes nothing",
        async (_, one) => {
            const { host: name, events, asks, answers } = one;
            host = await newHost(name);
            await host.run(prepare);
            for (const event of events) await happen(host, name, event);
            const before = await portrait(host);
            const { status, stdout, stderr } = await host.send(question(one), asks);
            const said = stdout
                .replace(/^kernel .*/m, "kernel RELEASE")
                .replace(/^(uptime|clock|step configure) \d+$/gm, "$1 SECONDS");
            expect({ status, said, stderr }).toEqual({
                status: 0,
                said: `${answers}end\n`,
                stderr: "",
            });
            expect(differences(before, await portrait(host))).toBe("");
        },
    );

    it("names the rules for FULLNAT servers in its status", async () => {
        const [virtualServer] = plain.virtualServers;
        const plan: Plan = {
            ...plain,
            virtualServers: [{ ...virtualServer!, lvsMethod: "FULLNAT" }],
        };
        host = await newHost("ds1");
        await host.run(prepare);
        await happen(host, "ds1", apply(plan));
        const { stdout } = await host.send(bundle("report", []), "status");
        expect(stdout.match(/^masquerade .*$/gm)).toEqual([
            "masquerade ip daddr 10.128.190.249 tcp dport 80 masquerade",
            "masquerade ip daddr 10.128.190.250 tcp dport 80 masquerade",
        ]);
    });

    it("has either all lines of a backup director or all of an active one if the virtual IP arrives meanwhile", async () => {
        host = await newHost("ds1");
        await host.run(prepare);
        await happen(host, "ds1", apply(plain));
        await host.run(becomesActiveAfterAReading);
        const { stdout } = await host.send(bundle("report", []), "status");
        expect(stdout.match(/^(router|address) .*$/gm)).toEqual([
            "router VI_1 eth0 62 backup",
            "address VI_1 eth0 10.128.190.248 absent",
        ]);
        expect(await host.run("ip -o address show")).toContain(" 10.128.190.248/");
    });
});
