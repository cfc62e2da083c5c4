import type { Plan } from "./support/bundles";
import { bundleOf } from "./support/bundles";
import { tests } from "./support/cases";
import { newHost } from "./support/newHost";
import { plain, withAnotherVip } from "./support/plans";
import { differences, portrait } from "./support/portrait";
import { apply, byHand, forgetCalls, prepare, reference, remove } from "./support/story";

/** Replace the version that keepalived tells by another one. */
const isUpgraded = (version: string) =>
    byHand(`mv /usr/sbin/keepalived /usr/sbin/keepalived.real
        cat >/usr/sbin/keepalived <<'END'
#!/bin/sh
[ "$1" != -v ] || exec echo "Keepalived v${version} (01/01,2024)"
exec keepalived.real "$@"
END
        chmod 755 /usr/sbin/keepalived`);

/** A configuration for 1.3.5 with a word that no keepalived knows. */
const refused: Plan = {
    ...plain,
    directors: plain.directors.map((one) => ({ ...one, keepalivedVersion: "1.3.5" })),
    vrrpInstances: [{ ...plain.vrrpInstances[0]!, extraConfig: "no_such_word" }],
};
const repaired = (plan: Plan): Plan => ({ ...plan, repair: "restored" });

describe("a keepalived that somebody has replaced", () => {
    const host = "ds1";
    tests([
        {
            title: "by a newer one goes on with the next change",
            host,
            events: [apply(plain), isUpgraded("2.3.3"), apply(withAnotherVip)],
            says: /^keepalived 2\.3\.3 reloaded; /,
            is: [apply(plain), apply(withAnotherVip), isUpgraded("2.3.3")],
        },
        {
            title: "by one that is too old keeps its configuration, and the step says so",
            host,
            events: [apply(plain), isUpgraded("2.0.10"), forgetCalls, apply(withAnotherVip)],
            status: 1,
            says: "keepalived 2.0.10 is installed, but the configuration is for 2.2.7 or later. Set keepalivedVersion of this director.\n",
            calls: "",
            is: [apply(plain), isUpgraded("2.0.10")],
        },
    ]);
});

describe("a director with keepalived 1.3.5", () => {
    tests([
        {
            title: "gets its configuration without a test, and the step says so",
            host: "ds1",
            events: [isUpgraded("1.3.5"), apply(refused)],
            says: /^keepalived 1\.3\.5 cannot test a configuration before it goes live\nkeepalived 1\.3\.5 started/,
            is: [isUpgraded("1.3.5"), apply(refused)],
        },
    ]);
});

describe.each(["ds1", "rs1"])("a host such as %s", (host) => {
    const file = host === "ds1" ? "/etc/lvs/firewall" : "/usr/local/sbin/lvs-real-server";

    tests([
        {
            title: "with a file that somebody edited gets the file back by the next change",
            host,
            events: [apply(plain), byHand(`echo '# mine' >>${file}`), apply(withAnotherVip)],
            says: /10\.128\.190\.246/,
            is: [apply(plain), apply(withAnotherVip)],
        },
        {
            title: "that was restored from an older copy is brought up to date by a repair",
            host,
            events: [
                apply(plain),
                byHand("tar -C / -cf /tmp/copy etc usr/local var/lib/pulumi-lvs"),
                apply(withAnotherVip),
                byHand("rm -r /var/lib/pulumi-lvs; tar -C / -xf /tmp/copy; rm /tmp/copy"),
                apply(repaired(withAnotherVip)),
            ],
            says: /10\.128\.190\.24[68]/,
            is: [apply(plain), apply(repaired(withAnotherVip))],
        },
        {
            title: "whose /var/lib/pulumi-lvs was deleted is set up again, and then as the plan says",
            host,
            events: [
                apply(plain),
                byHand("rm -r /var/lib/pulumi-lvs"),
                apply(plain),
                { step: "report", verb: "check", plan: plain },
            ],
            says:
                host === "ds1"
                    ? "router VI_1 eth0 62 active\naddress VI_1 eth0 10.128.190.248 here\nend\n"
                    : "address - lo 10.128.190.248 here\nend\n",
            is: [apply(plain), byHand("rm -r /var/lib/pulumi-lvs"), apply(plain)],
        },
        {
            title: "whose removal was killed is as it was found after the next one",
            host,
            events: [apply(plain), remove(plain, { signal: "KILL", at: 12 }), remove(plain)],
            says: /^(removed|nothing to remove)\n$/,
            is: "as found",
        },
        {
            title: "writes no other file system to its disk than those of its files",
            host,
            found: `printf '#!/bin/sh\\n[ "$1" = -f ] || touch /root/all-written\\n' >/usr/sbin/sync`,
            events: [apply(plain), apply(withAnotherVip), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "needs no program in /tmp",
            host,
            events: [byHand("mount -t tmpfs -o noexec none /tmp"), apply(plain)],
            says: /10\.128\.190\.248/,
            is: [apply(plain)],
        },
    ]);

    it("is set up alike by a shell with another umask and another locale", async () => {
        const odd = await newHost(host);
        try {
            await odd.run(prepare);
            await odd.run(`umask 077
                export LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 CDPATH=/etc SCRIPT=$$
                cat >/run/stand-in/bundle <<'END-OF-INPUT'
${bundleOf(plain, host, "configure")}END-OF-INPUT
                ln -s /run/stand-in/proc/$$ /proc/$$
                exec sh -s apply </run/stand-in/bundle`);
            const now = await reference({ host, events: [apply(plain)] });
            expect(differences(now, await portrait(odd))).toBe("");
        } finally {
            await odd.remove();
        }
    });
});
