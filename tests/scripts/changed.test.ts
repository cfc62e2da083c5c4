import type { Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { inFull, plain, plans, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import { apply, happen, prepare, reference, remove, type StepTaken } from "./support/story";

/** What is otherwise in the second plan, for one kind of host. */
interface Change {
    what: string;
    host: "ds1" | "rs1";
    from: Plan;
    to: Plan;
    /** What the host says of it. */
    says: string | RegExp;
    /** What stays of the first one until a remove. Defaults to nothing. */
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
const withPage = (page: string): Plan => eachRealServer({ httpd: { page } });

const changes: Change[] = [
    {
        what: "a weight",
        host: "ds1",
        from: plain,
        to: eachRealServer({ weight: 3 }),
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
    },
    {
        what: "a real server more",
        host: "ds1",
        from: oneServer,
        to: plain,
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
    },
    {
        what: "a real server less, whose connections end first",
        host: "ds1",
        from: plain,
        to: oneServer,
        says: "drains 10.128.190.250:80 for at most 10 s\nkeepalived 2.2.7 reloaded; active for 10.128.190.248; 1 of 1 real servers up\n",
    },
    {
        what: "other real servers, who come before the former ones leave",
        host: "ds1",
        from: oneServer,
        to: { ...plain, realServers: realServers.slice(1) },
        says: "drains 10.128.190.249:80 for at most 10 s\nkeepalived 2.2.7 reloaded; active for 10.128.190.248; 1 of 1 real servers up\n",
    },
    {
        what: "a virtual IP more",
        host: "ds1",
        from: plain,
        to: withAnotherVip,
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248, 10.128.190.246; 4 of 4 real servers up\n",
    },
    {
        what: "a virtual IP less",
        host: "ds1",
        from: withAnotherVip,
        to: plain,
        says: "keepalived 2.2.7 reloaded; active for 10.128.190.248; 2 of 2 real servers up\n",
    },
    {
        what: "a script more",
        host: "ds1",
        from: plain,
        to: withScript("#!/bin/sh\n"),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "another text in a script",
        host: "ds1",
        from: withScript("#!/bin/sh\n"),
        to: withScript("#!/bin/sh\nexit 0\n"),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "a script less",
        host: "ds1",
        from: withScript("#!/bin/sh\n"),
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
        but: "/usr/libexec/keepalived\n+ 755 0:0 folder\n",
    },
    {
        what: "a kernel setting more",
        host: "ds1",
        from: plain,
        to: withKernel({ sloppyTcp: true }),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "another value of a kernel setting",
        host: "ds1",
        from: withKernel({ connReuseMode: 0 }),
        to: withKernel({ connReuseMode: 2 }),
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "a kernel setting less, which is again what was found",
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
        what: "a firewall left alone",
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
        what: "no monitoring any more",
        host: "ds1",
        from: withMonitoring(watched),
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
    },
    {
        what: "much less of everything",
        host: "ds1",
        from: inFull,
        to: plain,
        says: /^keepalived 2\.2\.7 reloaded/,
        but: "/usr/libexec/keepalived\n+ 755 0:0 folder\n",
    },
    {
        what: "a virtual IP more",
        host: "rs1",
        from: plain,
        to: withAnotherVip,
        says: "real server with 10.128.190.248/32 on lo, 10.128.190.246/32 on lo\n",
    },
    {
        what: "a virtual IP less",
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
        what: "no web page any more",
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
        what: "no monitoring any more",
        host: "rs1",
        from: withMonitoring(watched),
        to: plain,
        says: "real server with 10.128.190.248/32 on lo\n",
    },
];

it.each(changes.map((change) => [change.host, change.what, change] as const))(
    "a plan with another thing for %s, %s, makes it what a first apply would, and a remove what was found",
    async (name, what, { from, to, says, but = "" }) => {
        // The web server is there, with a page of its own.
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
            expect(differences(withoutMemory(like.now), withoutMemory(now))).toBe(but);
            expect(await take(apply(to))).toEqual({ status: 0, said: "configure unchanged\n" });
            expect(await take(remove(to))).toEqual({ status: 0, said: "configure removed\n" });
            expect(differences(first, await portrait(host))).toBe("");
        } finally {
            await host.remove();
        }
    },
);

/** Without what a host remembers, in which both plans are. */
function withoutMemory(one: Portrait): Portrait {
    const others = Object.entries(one).filter(
        ([at]) => !/^\/var\/lib\/pulumi-lvs\/configure/.test(at),
    );
    return Object.fromEntries(others);
}
