import { bundleOf, type Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { plain, withAnotherVip } from "./support/plans";
import { differences, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, byHand, type Event, happen, prepare } from "./support/story";

const heavier: Plan = {
    ...plain,
    realServers: plain.realServers.map((one, index) => ({ ...one, weight: 3 - index })),
};
const withPage: Plan = {
    ...plain,
    realServers: plain.realServers.map((one) => ({ ...one, httpd: { page: "new\n" } })),
};

/** A question that `lvs` asks a host, and what it answers. */
interface Question {
    title: string;
    host: string;
    events: Event[];
    asks: "check" | "diff" | "status";
    /** What the current plan is. */
    plan: Plan;
    answers: string;
}

const questions: Question[] = [
    {
        title: "a director that has nothing yet says so",
        host: "ds1",
        events: [],
        asks: "check",
        plan: plain,
        answers: "drift set-up\n    nothing has been applied. Run `pulumi up`.\n",
    },
    {
        title: "a director that is unchanged since the last up tells who has its virtual IPs",
        host: "ds1",
        events: [apply(plain)],
        asks: "check",
        plan: plain,
        answers: "router VI_1 eth0 62 owner\naddress VI_1 eth0 10.128.190.248 here\n",
    },
    {
        title: "a backup director is unchanged since the last up, too",
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
        title: "a director whose real server is down shows the rule that is missing",
        host: "ds1",
        events: [apply(plain), byHand("ipvsadm -d -t 10.128.190.248:80 -r 10.128.190.250:80")],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 owner
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
        title: "a director whose table has more shows that, too",
        host: "ds1",
        events: [apply(plain), byHand("ipvsadm -A -t 10.128.190.248:443 -s rr")],
        asks: "check",
        plan: plain,
        answers: `router VI_1 eth0 62 owner
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
        title: "a director without the tables of its plan complains",
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
        answers: `router VI_1 eth0 62 owner
address VI_1 eth0 10.128.190.248 here
drift check of lvs-director
    --- check of lvs-director (applied)
    +++ check of lvs-director (now)
    @@ -0,0 +1 @@
    +the firewall lacks openings of /etc/lvs/firewall
`,
    },
    {
        title: "a real server that has nothing yet says so",
        host: "rs1",
        events: [],
        asks: "check",
        plan: plain,
        answers: "drift set-up\n    nothing has been applied. Run `pulumi up`.\n",
    },
    {
        title: "a real server that is unchanged since the last up tells its addresses",
        host: "rs1",
        events: [apply(plain)],
        asks: "check",
        plan: plain,
        answers: "address - lo 10.128.190.248 here\n",
    },
    {
        title: "a director that has put a change off is unchanged since the last up",
        host: "ds2",
        events: [apply(plain), apply(heavier)],
        asks: "check",
        plan: heavier,
        answers: "router VI_1 eth0 62 owner\naddress VI_1 eth0 10.128.190.248 here\n",
    },
    {
        title: "a director of which the plan is what it has differs in nothing",
        host: "ds1",
        events: [apply(plain, "prepare"), apply(plain)],
        asks: "diff",
        plan: plain,
        answers: "",
    },
    {
        title: "a director differs in the lines that the next up would change",
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
        title: "a real server differs in a file that would come",
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
        title: "a real server differs in a file that would go",
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
        title: "a real server differs in a mode that would become another one",
        host: "rs1",
        events: [apply(plain), byHand("chmod 600 /etc/lvs/real-server")],
        asks: "diff",
        plan: plain,
        answers: `drift mode of /etc/lvs/real-server
    --- mode of /etc/lvs/real-server (now)
    +++ mode of /etc/lvs/real-server (rendered)
    @@ -1 +1 @@
    -0600
    +0644
`,
    },
    {
        title: "a director tells all facts of itself",
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
router VI_1 eth0 62 owner
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
        title: "a director tells that it has put a change off",
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
router VI_1 eth0 62 owner
address VI_1 eth0 10.128.190.248 here
rule -A -t 10.128.190.248:80 -s rr
rule -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
rule -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
`,
    },
    {
        title: "a real server tells all facts of itself, and what its own check finds",
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
];

describe("asked by lvs, without a change,", () => {
    let host: ScriptHost;

    afterEach(() => host.remove());

    it.each(questions.map((question) => [question.title, question] as const))(
        "the host answers: %s",
        async (_, { host: name, events, asks, plan, answers }) => {
            host = await newHost(name);
            await host.run(prepare);
            for (const event of events) await happen(host, name, event);
            const before = await portrait(host);
            const { status, stdout, stderr } = await host.send(
                bundleOf(plan, name, "report"),
                asks,
            );
            const said = stdout
                .replace(/^kernel .*/m, "kernel RELEASE")
                .replace(/^(uptime|clock|step configure) \d+$/gm, "$1 SECONDS");
            expect({ status, said, stderr }).toEqual({ status: 0, said: answers, stderr: "" });
            expect(differences(before, await portrait(host))).toBe("");
        },
    );
});
