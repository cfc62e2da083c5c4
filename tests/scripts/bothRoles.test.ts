import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { newHost } from "./support/newHost";
import { everyKindOfFile, plain, plans } from "./support/plans";
import { apply, as, byHand, happen, nearby, prepare, remove } from "./support/story";

/** ds1 is also the real server rs1. */
const inBothRoles = (plan: Plan): Plan => ({
    ...plan,
    realServers: [{ ...plan.realServers[0]!, host: "10.128.190.253" }, plan.realServers[1]!],
});
const both = inBothRoles(plain);

/** Its machine is only the real server rs1. */
const noDirector: Plan = { ...both, directors: both.directors.slice(1) };

/** Its machine is only the director ds1. */
const noRealServer: Plan = { ...both, realServers: both.realServers.slice(1) };

const isRealServer = /^real server with 10\.128\.190\.248\/32 on lo\n$/;

/** As a backup it has the virtual IP on lo alone. */
const isBackup = byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived");
const isActive = byHand("touch /var/lib/stand-in/active-director; systemctl restart keepalived");
const lacks = (device: string) =>
    byHand(`! ip -o address show dev ${device} | grep -qF " 10.128.190.248/"`);
const has = (device: string) =>
    byHand(`ip -o address show dev ${device} | grep -qF " 10.128.190.248/"`);

describe("a machine that is director and real server", () => {
    tests([
        {
            title: "can be a director first",
            host: "ds1",
            events: [apply(both), as("rs1", apply(both)), has("eth0"), has("lo")],
            says: isRealServer,
            is: [as("rs1", apply(both)), apply(both)],
            // The kernel lists the routes to one address in the order of their devices' addresses.
            but: "routes\n",
        },
        {
            title: "changes nothing when both are applied again",
            host: "ds1",
            events: [as("rs1", apply(both)), apply(both), as("rs1", apply(both)), apply(both)],
            says: "configure unchanged\n",
            is: [as("rs1", apply(both)), apply(both)],
        },
        {
            title: "has the virtual IP on lo through all changes of the director",
            host: "ds1",
            events: [
                as("rs1", apply(both)),
                apply(both),
                isBackup,
                lacks("eth0"),
                has("lo"),
                isActive,
                has("eth0"),
                has("lo"),
            ],
            says: /^keepalived 2\.2\.7 started; active for 10\.128\.190\.248/,
            is: [as("rs1", apply(both)), apply(both)],
        },
        {
            title: "passes the preflight of both roles",
            host: "ds1",
            events: [
                as("rs1", apply(both)),
                apply(both),
                as("rs1", apply(both, "preflight")),
                apply(both, "preflight"),
            ],
            says: /preflight passed/,
            is: [as("rs1", apply(both)), apply(both)],
        },
        {
            title: "is a director alone when its real server is removed",
            host: "ds1",
            events: [
                as("rs1", apply(both)),
                apply(both),
                apply(noRealServer),
                as("rs1", remove(both)),
                lacks("lo"),
                has("eth0"),
            ],
            says: "removed\n",
            is: [apply(noRealServer)],
            but: "/var/lib/pulumi-lvs/director/configure/sysctl.found\n+ net.ipv4.vs.backup_only = 0\n",
        },
        {
            title: "is a real server alone when its director is removed",
            host: "ds1",
            events: [as("rs1", apply(both)), apply(both), remove(both), lacks("eth0"), has("lo")],
            says: "removed\n",
            is: [as("rs1", apply(both))],
        },
        {
            title: "stops to forward first when it gives up the director",
            host: "ds1",
            events: [as("rs1", apply(both)), apply(both), as("rs1", apply(noDirector))],
            says: "removes the director lvs-ds1 of the stack lvs/test\nconfigure unchanged\n",
            is: [as("rs1", apply(noDirector))],
        },
        ...(["rs1", "ds1"] as const).map((first) => ({
            title: `is as it was found when both roles have ended, ${first} first`,
            host: "ds1",
            events: [
                as("rs1", apply(both)),
                apply(both),
                as(first, remove(both)),
                as(first === "rs1" ? "ds1" : "rs1", remove(both)),
            ],
            says: "removed\n",
            is: "as found" as const,
        })),
        {
            title: "keeps the files that both roles have when one of them ends",
            host: "ds1",
            events: [
                byHand("apt-get install apache2"),
                as("rs1", apply(inBothRoles(everyKindOfFile))),
                apply(inBothRoles(everyKindOfFile)),
                remove(inBothRoles(everyKindOfFile)),
            ],
            says: "removed\n",
            is: [byHand("apt-get install apache2"), as("rs1", apply(inBothRoles(everyKindOfFile)))],
        },
    ]);
});

describe("the preferred director that is a real server too and is a backup", () => {
    const inBothFamilies = inBothRoles(plans["both families"]!);
    const holding = `
        ip address add 10.128.190.254/24 dev eth0; ip address add 10.128.190.248/32 dev eth0
        ip address add fd00:62:190::254/64 dev eth0 nodad; ip address add fd00:62:190::248/128 dev eth0 nodad`;

    it.each([
        ["another director answers for the virtual IPs", holding, 0, "4 of 4 real servers up"],
        [
            "no director is active",
            "true",
            1,
            "no director is active for 10.128.190.248, fd00:62:190::248",
        ],
    ])("finds that %s", async (_, there, status, said) => {
        const host = await newHost("ds1");
        try {
            await host.run(`${prepare}ip address add fd00:62:190::253/64 dev eth0 nodad`);
            await happen(host, "ds1", as("rs1", apply(inBothFamilies)));
            await happen(host, "ds1", apply(inBothFamilies));
            await happen(host, "ds1", isBackup);
            await happen(host, "ds1", nearby(there));
            const heavier = { ...inBothFamilies, kernel: { connReuseMode: 0 as const } };
            const [outcome] = await happen(host, "ds1", apply(heavier));
            expect(outcome).toEqual({ status, said: expect.stringContaining(said) as string });
        } finally {
            await host.remove();
        }
    });
});

/**
 * Stop a keepalived that consists of a shell and of a checker process, and loses its virtual IP at the second
 * look. Print the seconds until the checkers continue.
 */
const leaving = `
    cd /run/stand-in
    before=$(cat clock 2>/dev/null || echo 0)
    mkdir -p later
    echo 'ip address delete 10.128.190.248/32 dev eth0' >later/$((before + 4))
    sh -c 'tail -f /dev/null & echo $! >/run/checkers.pid; wait' >/dev/null 2>&1 &
    until [ -s /run/checkers.pid ]; do :; done
    checkers=$(cat /run/checkers.pid)
    mkdir /proc/$checkers
    echo "PPid: $!" >/proc/$checkers/status
    /usr/local/sbin/lvs-director leave $!
    echo $(($(cat clock) - before))
    kill $checkers
`;

it("a director that is a real server too ends its servers when the virtual IP is on lo alone", async () => {
    const host = await newHost("ds1");
    try {
        await host.run(prepare);
        await happen(host, "ds1", as("rs1", apply(both)));
        await happen(host, "ds1", apply(both));
        expect(await host.run(leaving)).toBe("4\n");
    } finally {
        await host.remove();
    }
});
