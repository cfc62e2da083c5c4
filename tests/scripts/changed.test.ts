import type { Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { everyKindOfFile, plain, plans, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import { apply, happen, prepare, reference, remove, type StepTaken } from "./support/story";

/** A difference between two plans, for one kind of host. */
interface Change {
    what: string;
    host: "ds1" | "rs1";
    from: Plan;
    to: Plan;
    /** Output of the host. */
    says: string | RegExp;
    /** Difference that stays of the first plan until a remove. Defaults to none. */
    but?: string;
}

const { realServers, ...others } = plain;
const eachRealServer = (more: object): Plan => ({
    ...others,
    realServers: realServers.map((one) => ({ ...one, ...more })),
});
const withScript = (content: string): Plan => ({
    ...plain,
    scripts: [{ name: "probe", content }],
    virtualServers: [
        { ...plain.virtualServers[0]!, check: { misc: { miscPath: { script: "probe" } } } },
    ],
});
const withKernel = (kernel: Plan["kernel"]): Plan => ({ ...plain, kernel });
const withMonitoring = (monitoring: Plan["monitoring"]): Plan => ({ ...plain, monitoring });
const watched = { nodeExporter: false, textfileDirectory: "/var/lib/metrics" };
const elsewhere = { ...watched, textfileDirectory: "/var/lib/stand-in" };
const marked = plans["services of a firewall mark"]!;
const oneServer: Plan = { ...plain, realServers: realServers.slice(0, 1) };
const withPage = (page: string): Plan => eachRealServer({ demoPage: page });

const changes: Change[] = [
    {
        what: "a weight",
        host: "ds1",
        from: plain,
        to: eachRealServer({ weight: 3 }),
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
    },
    {
        what: "one more real server",
        host: "ds1",
        from: oneServer,
        to: plain,
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
    },
    {
        what: "one real server less, after a drain",
        host: "ds1",
        from: plain,
        to: oneServer,
        says: "drains 10.128.190.250:80 for at most 10 s\nkeepalived 2.2.7 reloaded; active for 10.128.190.248; 1 of 1 real servers up\n",
    },
    {
        what: "other real servers, added before the former ones are drained",
        host: "ds1",
        from: oneServer,
        to: { ...plain, realServers: realServers.slice(1) },
        says: "drains 10.128.190.249:80 for at most 10 s\nkeepalived 2.2.7 reloaded; active for 10.128.190.248; 1 of 1 real servers up\n",
    },
    {
        what: "one more virtual IP",
        host: "ds1",
        from: plain,
        to: withAnotherVip,
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248, 10.128.190.246; 4 of 4 real servers up\n",
    },
    {
        what: "one virtual IP less",
        host: "ds1",
        from: withAnotherVip,
        to: plain,
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
    },
    {
        what: "one more script",
        host: "ds1",
        from: plain,
        to: withScript("#!/bin/sh\n"),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "another script text",
        host: "ds1",
        from: withScript("#!/bin/sh\n"),
        to: withScript("#!/bin/sh\nexit 0\n"),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "one script less",
        host: "ds1",
        from: withScript("#!/bin/sh\n"),
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
        but: "/usr/libexec/keepalived\n+ 755 0:0 folder\n",
    },
    {
        what: "one more sysctl",
        host: "ds1",
        from: plain,
        to: withKernel({ sloppyTcp: true }),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "another sysctl value",
        host: "ds1",
        from: withKernel({ connReuseMode: 0 }),
        to: withKernel({ connReuseMode: 2 }),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "one sysctl less, which gets its original value",
        host: "ds1",
        from: withKernel({ sloppyTcp: true, connReuseMode: 0 }),
        to: withKernel({ connReuseMode: 0 }),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "marks instead of a virtual IP",
        host: "ds1",
        from: plain,
        to: marked,
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "a virtual IP instead of marks",
        host: "ds1",
        from: marked,
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "`openFirewall: false`",
        host: "ds1",
        from: plain,
        to: { ...plain, openFirewall: false },
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "monitoring",
        host: "ds1",
        from: plain,
        to: withMonitoring(watched),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "another folder for metrics",
        host: "ds1",
        from: withMonitoring(watched),
        to: withMonitoring(elsewhere),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "no monitoring",
        host: "ds1",
        from: withMonitoring(watched),
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "fewer arguments of every kind",
        host: "ds1",
        from: everyKindOfFile,
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
        but: "/usr/libexec/keepalived\n+ 755 0:0 folder\n",
    },
    {
        what: "one more virtual IP",
        host: "rs1",
        from: plain,
        to: withAnotherVip,
        says: "real server with 10.128.190.248/32 on lo, 10.128.190.246/32 on lo\n",
    },
    {
        what: "one virtual IP less",
        host: "rs1",
        from: withAnotherVip,
        to: plain,
        says: "real server with 10.128.190.248/32 on lo\n",
    },
    {
        what: "NAT instead of DR",
        host: "rs1",
        from: plain,
        to: plans.NAT!,
        says: "real server with gateway 10.128.190.252\n",
    },
    {
        what: "DR instead of NAT",
        host: "rs1",
        from: plans.NAT!,
        to: plain,
        says: "real server with 10.128.190.248/32 on lo\n",
    },
    {
        what: "IPv6 beside IPv4",
        host: "rs1",
        from: plain,
        to: plans["both families"]!,
        says: "real server with 10.128.190.248/32 on lo, fd00:62:190::248/128 on lo\n",
    },
    {
        what: "a web page",
        host: "rs1",
        from: plain,
        to: withPage("new\n"),
        says: "real server with 10.128.190.248/32 on lo\n",
    },
    {
        what: "another web page",
        host: "rs1",
        from: withPage("old\n"),
        to: withPage("new\n"),
        says: "real server with 10.128.190.248/32 on lo\n",
    },
    {
        what: "no web page",
        host: "rs1",
        from: withPage("old\n"),
        to: plain,
        says: "real server with 10.128.190.248/32 on lo\n",
    },
    {
        what: "monitoring",
        host: "rs1",
        from: plain,
        to: withMonitoring(watched),
        says: "real server with 10.128.190.248/32 on lo\n",
    },
    {
        what: "no monitoring",
        host: "rs1",
        from: withMonitoring(watched),
        to: plain,
        says: "real server with 10.128.190.248/32 on lo\n",
    },
];

it.each(changes.map((change) => [change.host, change.what, change] as const))(
    "a changed plan for %s, %s, has the result of a first apply, and a remove restores the host",
    async (name, what, { from, to, says, but = "" }) => {
        // The web server exists, with a page.
        const found = what.includes("page")
            ? "apt-get install apache2; echo found >/var/www/html/index.html"
            : "";
        const host = await newHost(name);
        try {
            await host.run(prepare + found);
            const first = await portrait(host);
            const take = async (step: StepTaken) => (await happen(host, name, step))[0]!;
            await take(apply(from));
            let ending = await take(apply(to));
            if (/^deferred /m.test(ending.said)) ending = await take(apply(to, "deferred"));
            expect(ending).toEqual({
                status: 0,
                said: typeof says === "string" ? says : (expect.stringMatching(says) as string),
            });
            const like = await reference({ host: name, found, events: [apply(to)] });
            const now = await portrait(host);
            expect(differences(withoutMemory(like), withoutMemory(now))).toBe(but);
            expect(await take(apply(to))).toEqual({ status: 0, said: "configure unchanged\n" });
            expect(await take(remove(to))).toEqual({ status: 0, said: "removed\n" });
            expect(differences(first, await portrait(host))).toBe("");
        } finally {
            await host.remove();
        }
    },
);

/** Drop the state of the steps, which has both plans. */
function withoutMemory(one: Portrait): Portrait {
    const others = Object.entries(one).filter(
        ([at]) => !/^\/var\/lib\/pulumi-lvs\/.*\/configure/.test(at),
    );
    return Object.fromEntries(others);
}
