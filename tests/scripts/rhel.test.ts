import type { Plan } from "./support/bundles";
import { type Case, tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand, forgetCalls, remove } from "./support/story";

/** Replace Debian's programs by those of the RHEL family. */
const rhel = (manager: "dnf" | "yum", ...packages: string[]) => `
rm /usr/sbin/apt-get /usr/bin/apt-get /usr/bin/dpkg-query
mkdir -p /var/lib/rpm
printf '%s\\n' 'bash 5.1.8-9.el9' '${packages.join("' '")}' | sed '/^$/d' >/var/lib/rpm/packages
ln -s /usr/lib/stand-in/rhel/rpm /usr/sbin/rpm
ln -s /usr/lib/stand-in/rhel/dnf /usr/sbin/${manager}
`;
const keepalived = "keepalived 2.2.8-3.el9";
const ipvsadm = "ipvsadm 1.31-6.el9";

const pinned = (version: string): Plan => ({ ...plain, keepalivedPackage: version });
const purged: Plan = { ...plain, removePackages: true };
const prepare = (plan: Plan) => apply(plan, "prepare");
const installed = "has keepalived 2.2.8-3.el9, ipvsadm 1.0-1.el9\n";
const book = "/var/lib/rpm/packages";

type RhelCase = Pick<Case, "title" | "events" | "says" | "is"> & Partial<Case>;

/** Make cases on a director that has keepalived but no ipvsadm, by default. */
function onDirector(cases: RhelCase[]): Case[] {
    const found = rhel("dnf", keepalived);
    return cases.map((one) => ({ host: "ds1", isBare: true, found, ...one }));
}

describe("packages of the RHEL family", () => {
    tests(
        onDirector([
            {
                title: "are installed if they are missing",
                events: [prepare(plain)],
                says: `installs ipvsadm\n${installed}`,
                calls: "dnf -y install ipvsadm\n",
                is: [prepare(plain)],
            },
            {
                title: "are installed by their own names, together",
                host: "rs1",
                found: rhel("dnf"),
                events: [
                    prepare({
                        ...plain,
                        realServers: plain.realServers.map((one) => ({
                            ...one,
                            demoPage: "x",
                        })),
                    }),
                ],
                says: "installs httpd\nhas httpd 1.0-1.el9\n",
                calls: "dnf -y install httpd\n",
                is: [
                    prepare({
                        ...plain,
                        realServers: plain.realServers.map((one) => ({
                            ...one,
                            demoPage: "x",
                        })),
                    }),
                ],
            },
            {
                title: "stay without a call of the package manager if all are installed",
                found: rhel("dnf", keepalived, ipvsadm),
                events: [prepare(plain)],
                says: "has keepalived 2.2.8-3.el9, ipvsadm 1.31-6.el9\n",
                calls: "",
                is: [prepare(plain)],
            },
            {
                title: "come from yum without dnf",
                found: rhel("yum", keepalived),
                events: [prepare(plain)],
                says: `installs ipvsadm\n${installed}`,
                calls: "yum -q -y install ipvsadm\n",
                is: [prepare(plain)],
            },
            {
                title: "are installed in the wanted version",
                found: rhel("dnf", ipvsadm),
                events: [prepare(pinned("2.2.8-3.el9"))],
                says: "installs keepalived=2.2.8-3.el9\nhas keepalived 2.2.8-3.el9, ipvsadm 1.31-6.el9\n",
                calls: "dnf -y install keepalived-2.2.8-3.el9\n",
                is: [prepare(pinned("2.2.8-3.el9"))],
            },
            {
                title: "replace another version",
                found: rhel("dnf", keepalived, ipvsadm),
                events: [prepare(pinned("2.2.8-4.el9"))],
                says: "installs keepalived=2.2.8-4.el9\nhas keepalived 2.2.8-4.el9, ipvsadm 1.31-6.el9\n",
                calls: "dnf -y install keepalived-2.2.8-4.el9\n",
                is: [prepare(pinned("2.2.8-4.el9"))],
            },
            {
                title: "stay in the wanted version, also without its release",
                found: rhel("dnf", keepalived, ipvsadm),
                events: [prepare(pinned("2.2.8")), forgetCalls, prepare(pinned("2.2.8-3.el9"))],
                says: "prepare unchanged\n",
                calls: "",
                is: [prepare(pinned("2.2.8"))],
            },
            {
                title: "that are not available are named, with the last lines of the package manager",
                events: [
                    byHand(
                        "printf '%s\\n' 1 2 'Last check: today' 'No match: ipvsadm' 'Error: no ipvsadm' >/run/stand-in/broken",
                    ),
                    prepare(plain),
                ],
                status: 1,
                says: "installs ipvsadm\ncannot install ipvsadm: Last check: today; No match: ipvsadm; Error: no ipvsadm\n",
                is: "as found",
            },
            {
                title: "that yum skips without an error are named",
                found: rhel("yum"),
                events: [byHand("echo ipvsadm >/run/stand-in/left-out"), prepare(plain)],
                status: 1,
                says: "installs keepalived, ipvsadm\ncannot install ipvsadm: No package ipvsadm available.\n",
                is: [
                    byHand(
                        `echo 'keepalived 1.0-1.el9' >>${book}; echo 'libnl3 3.9.0-1.el9' >>${book}`,
                    ),
                ],
            },
            {
                title: "are removed with `removePackages`, together with their dependencies",
                events: [prepare(purged), forgetCalls, remove(purged)],
                says: "removed\n",
                calls: "stop keepalived\nstop ipvsadm\ndnf -q -y --setopt=clean_requirements_on_remove=0 remove ipvsadm libnl3\n",
                is: "as found",
            },
            {
                title: "stay after a remove",
                events: [prepare(plain), forgetCalls, remove(plain)],
                says: "removed\n",
                calls: "stop keepalived\nstop ipvsadm\n",
                is: [
                    byHand(
                        `echo 'ipvsadm 1.0-1.el9' >>${book}; echo 'libnl3 3.9.0-1.el9' >>${book}`,
                    ),
                ],
            },
            {
                title: "stay if another package has come to need them",
                events: [
                    prepare(purged),
                    byHand(
                        `echo 'mine 1.0-1.el9' >>${book}; echo mine libnl3 >/run/stand-in/needs`,
                    ),
                    remove(purged),
                ],
                says: "keeps packages that other packages need, or that somebody marked to keep: libnl3\nremoved\n",
                is: [
                    byHand(`echo 'libnl3 3.9.0-1.el9' >>${book}; echo 'mine 1.0-1.el9' >>${book}`),
                ],
            },
            {
                title: "stay if the package manager cannot remove them, which the output says",
                events: [
                    prepare(purged),
                    byHand("echo 'Error: needed by lvs-tools' >/run/stand-in/broken"),
                    remove(purged),
                ],
                says: "some packages could not be removed: Error: needed by lvs-tools\nremoved\n",
                is: [
                    byHand(
                        `echo 'ipvsadm 1.0-1.el9' >>${book}; echo 'libnl3 3.9.0-1.el9' >>${book}`,
                    ),
                ],
            },
        ]),
    );
});

/** Give a host SELinux in a mode, with keepalived's boolean in its policy. */
const selinux = (mode: string, policy = "off") => `
mkdir -p /var/lib/selinux
echo ${mode} >/var/lib/selinux/mode
echo 'keepalived_connect_any --> ${policy}' | grep -v none >/var/lib/selinux/booleans || :
for name in getenforce getsebool setsebool restorecon ausearch; do
    ln -s /usr/lib/stand-in/rhel/selinux /usr/sbin/$name
done
`;
const setTo = (state: string) =>
    byHand(`echo 'keepalived_connect_any --> ${state}' >/var/lib/selinux/booleans`);

describe("SELinux on a director", () => {
    const host = "ds1";
    const labels =
        "restorecon -i /etc/lvs /etc/systemd/system/keepalived.service.d /etc/keepalived/keepalived.conf /etc/sysctl.d/lvs.conf /etc/lvs/firewall /var/lib/pulumi-lvs/keepalived.version /etc/systemd/system/lvs-director.service /etc/systemd/system/keepalived.service.d/lvs.conf /usr/local/sbin/lvs-director /var/lib/pulumi-lvs/ipvs.rules /var/lib/pulumi-lvs/vrrp.routers\n";
    const says = "keepalived 2.2.7 started; active for 10.128.190.248; 2 of 2 real servers up\n";
    const before = `${labels}reload-or-restart lvs-director\n`;
    const after = "start keepalived\n";

    tests([
        {
            title: "in enforcing mode allows checks on any port, and files and new folders get the labels of their places",
            host,
            found: selinux("Enforcing"),
            events: [apply(plain)],
            says,
            calls: `${before}setsebool -P keepalived_connect_any on\n${after}`,
            is: [setTo("on"), apply(plain)],
            but: "/var/lib/pulumi-lvs/director/configure/selinux\n+ 644 0:0\n+ \n",
        },
        {
            title: "labels nothing without files",
            host: "rs1",
            isBare: true,
            found: selinux("Enforcing"),
            events: [apply(plain, "prepare")],
            says: "has \n",
            calls: "",
            is: [apply(plain, "prepare")],
        },
        {
            title: "is changed once",
            host,
            found: selinux("Enforcing"),
            events: [apply(plain), forgetCalls, apply(plain)],
            says: "configure unchanged\n",
            calls: "",
            is: [apply(plain)],
        },
        {
            title: "is restored by a remove",
            host,
            found: selinux("Enforcing"),
            events: [apply(plain), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "that already allows checks on any port stays so, also after a remove",
            host,
            found: selinux("Enforcing", "on"),
            events: [apply(plain), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "in permissive mode stays unchanged",
            host,
            found: selinux("Permissive"),
            events: [apply(plain)],
            says,
            calls: `${before}${after}`,
            is: [apply(plain)],
        },
        {
            title: "without a policy labels nothing, and the step goes on",
            host,
            found: `${selinux("Permissive")}touch /var/lib/selinux/no-policy`,
            events: [apply(plain)],
            says,
            calls: `${before}${after}`,
            is: [apply(plain)],
        },
        {
            title: "in enforcing mode without labels is an error, and the step is rolled back",
            host,
            found: `${selinux("Enforcing")}touch /var/lib/selinux/no-policy`,
            events: [apply(plain)],
            status: 1,
            says: "cannot label files: file_contexts: No such file or directory\nrolled back\n",
            is: "as found",
        },
        {
            title: "that is disabled stays unchanged",
            host,
            found: selinux("Disabled"),
            events: [apply(plain)],
            says,
            calls: `${before}${after}`,
            is: [apply(plain)],
        },
        {
            title: "without that boolean stays unchanged",
            host,
            found: selinux("Enforcing", "none"),
            events: [apply(plain)],
            says,
            calls: `${before}${after}`,
            is: [apply(plain)],
        },
    ]);
});

/** A record of the audit log, of a time after every test, unless it has another. */
const denial = ({
    what = 'for  pid=812 comm="keepalived" name="shadow" dev="vda1" ino=33',
    from = "keepalived_t",
    seconds = 9_999_999_999,
    permissive = 0,
} = {}) =>
    `type=AVC msg=audit(${seconds}.123:456): avc:  denied  { read } ${what} scontext=system_u:system_r:${from}:s0 tcontext=system_u:object_r:shadow_t:s0 tclass=file permissive=${permissive}`;
const logged = (...records: string[]) =>
    byHand(`cat >/var/lib/selinux/log <<'END'\n${records.join("\n")}\nEND`);
const named =
    'SELinux denied { read } comm="keepalived" name="shadow" dev="vda1" ino=33 scontext=system_u:system_r:keepalived_t:s0 tcontext=system_u:object_r:shadow_t:s0 tclass=file';

describe("A denial of SELinux", () => {
    const [host, found] = ["ds1", selinux("Enforcing", "on")];
    const fails = byHand("echo 'start keepalived' >/run/stand-in/fails");
    const works = "keepalived 2.2.7 started; active for 10.128.190.248; 2 of 2 real servers up";
    const after = (title: string, records: string[], says: string | RegExp): Case => {
        const events = [logged(...records), apply(plain)];
        return { title, host, found, events, says, is: events };
    };

    tests([
        after(
            "of keepalived is named once in the last line of the step",
            [
                denial(),
                denial({ what: 'for  pid=813 comm="keepalived" name="shadow" dev="vda1" ino=33' }),
            ],
            `${works}; ${named}\n`,
        ),
        after(
            "of a script of keepalived is named, by its domain",
            [denial({ what: 'for  pid=9 comm="cat"', from: "keepalived_unconfined_script_t" })],
            /; SELinux denied \{ read \} comm="cat" scontext=\S+:keepalived_unconfined_script_t:s0 /,
        ),
        after(
            "of another program is not named",
            [denial({ what: 'for  pid=9 comm="cupsd"', from: "cupsd_t" })],
            `${works}\n`,
        ),
        after("from before the change is not named", [denial({ seconds: 1 })], `${works}\n`),
        after("that is not enforced is not named", [denial({ permissive: 1 })], `${works}\n`),
        after(
            "has no control characters, and the last three of many are named, each with 300 characters at most",
            [1, 2, 3, 4].map((one) =>
                denial({
                    what: `for  pid=9 comm="keepalived" name="\u001b[2J${one}${"x".repeat(900)}"`,
                }),
            ),
            new RegExp(
                `^.*up(; SELinux denied \\{ read \\} comm="keepalived" name="\\?\\[2J[234]x{262}){3}\n$`,
            ),
        ),
        {
            title: "is named before the roll-back of a step that fails",
            host,
            found,
            events: [logged(denial()), fails, apply(plain)],
            status: 1,
            says: `Job for keepalived.service failed, as the test asked\n${named}\nrolled back\n`,
            is: [logged(denial()), fails],
        },
    ]);
});
