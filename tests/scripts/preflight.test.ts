import type { Distribution } from "../../lvs/keepalived/versions";
import type { Plan } from "./support/bundles";
import { type Case, tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand, nearby, room, type StepTaken } from "./support/story";

const preflight = (plan: Plan): StepTaken => apply(plan, "preflight");
const passed = /^preflight passed\nmachine [0-9a-f]{32}\n$/;
/** Give these addresses to another machine in the host's network. */
const has = (...addresses: string[]) =>
    nearby(addresses.map((one) => `ip address add ${one} dev eth0 nodad`).join("; "));
const mac = "02:00:00:00:00:02";
/** Let that machine send adverts. */
const advertises = (id: number, source: string, ...addresses: string[]) =>
    nearby(
        `setsid /usr/lib/stand-in/advertise ${id} ${source} ${addresses.join(" ")} >/dev/null 2>&1 </dev/null &`,
    );

const others: Plan = { ...plain, directors: plain.directors.slice(0, 1) };
const instance = plain.vrrpInstances[0]!;
const on = (name: string): Plan => ({
    ...plain,
    vrrpInstances: [{ ...instance, interface: name }],
});
const newer: Plan = {
    ...plain,
    directors: plain.directors.map((one) => ({ ...one, keepalivedVersion: "2.3.4" })),
};
const scheduled = (lvsSched: "mh" | "wrr"): Plan => ({
    ...plain,
    virtualServers: [{ ...plain.virtualServers[0]!, lvsSched }],
});
const at = (virtualIp: string): Plan => ({
    ...plain,
    virtualServers: [{ virtualIp, port: 80 }],
});
const withPage: Plan = {
    ...plain,
    realServers: plain.realServers.map((one) => ({ ...one, demoPage: "here\n" })),
};
const conf = "/etc/keepalived/keepalived.conf";
const listens = (name: string) =>
    byHand(`cp /usr/bin/perl /usr/local/bin/${name}
        setsid /usr/local/bin/${name} -MIO::Socket::INET -e '
            $s = IO::Socket::INET->new(LocalPort => 80, Listen => 1) or die; open F, ">/run/stand-in/listens"; sleep 60
        ' >/dev/null 2>&1 </dev/null &
        until [ -e /run/stand-in/listens ]; do :; done`);
const withoutCopy = (name: string) => byHand(`cp /usr/bin/perl /usr/local/bin/${name}`);

/** Make a host one of a distribution. */
const runs = (id: string, version: string) =>
    `rm -f /etc/os-release; printf 'NAME="A host"\\nID="${id}"\\nVERSION_ID="${version}"\\n' >/etc/os-release`;
const onAll = (distribution: Distribution, keepalivedVersion = "2.2.7"): Plan => ({
    ...plain,
    distribution,
    directors: plain.directors.map((one) => ({ ...one, keepalivedVersion })),
});

type PreflightCase = Pick<Case, "title" | "says"> & Partial<Case> & { plan?: Plan };

/** Make cases that leave the host unchanged. */
function preflights(host: string, cases: PreflightCase[]): Case[] {
    return cases.map(({ plan = plain, events = [], ...one }) => ({
        host,
        isBare: true,
        status: one.says === passed ? 0 : 1,
        is: events,
        ...one,
        events: [...events, preflight(plan)],
    }));
}

describe("the preflight of a director", () => {
    tests(
        preflights("ds1", [
            { title: "passes on a host that is ready", says: passed },
            {
                title: "passes without keepalived",
                found: "rm /usr/sbin/keepalived",
                says: passed,
            },
            {
                title: "refuses a keepalived that is older than the configuration's",
                plan: newer,
                says: "keepalived: 2.2.7 is installed, but the configuration is for 2.3.4 or later. Set keepalivedVersion of this director.\n",
            },
            {
                title: "accepts an older keepalived if another package version is set",
                plan: { ...newer, keepalivedPackage: "1:2.3.4-1" },
                says: passed,
            },
            {
                title: "names the distribution to write if none is given and the default is wrong",
                found: runs("rocky", "9.4"),
                says: "distribution: this host runs rocky9, and the plan is for debian12. Set its distribution to rocky9.\n",
            },
            {
                title: "names the right distribution for a wrong one",
                found: runs("ubuntu", "24.04"),
                plan: onAll("rhel8"),
                says: "distribution: this host runs ubuntu2404, and the plan is for rhel8. Set its distribution to ubuntu2404.\n",
            },
            {
                title: "accepts a member of the RHEL family under the family's name",
                found: runs("rocky", "9.4"),
                plan: onAll("rhel9"),
                says: passed,
            },
            {
                title: "accepts a member of the RHEL family under its own name",
                found: runs("almalinux", "8.10"),
                plan: onAll("alma8"),
                says: passed,
            },
            {
                title: "accepts a distribution that it does not know",
                found: runs("mine", "1"),
                says: passed,
            },
            {
                title: "refuses a host without systemd",
                found: "rmdir /run/systemd/system",
                says: "systemd: does not run, but the services need it. Use a host with systemd.\n",
            },
            {
                title: "refuses a full disk",
                events: [room(10 * 1024)],
                says: /^disk: \/ has (9|10) MB free\. Free at least 16 MB\.\n$/,
            },
            {
                title: "warns of a small disk",
                events: [room(100 * 1024)],
                status: 0,
                says: /^disk: \/ has (99|100) MB free\npreflight passed\nmachine [0-9a-f]{32}\n$/,
            },
            {
                title: "refuses a kernel without a module",
                plan: scheduled("mh"),
                says: /^modules: the kernel \S+ has no module ip_vs_mh\. Install a kernel that has it\.\n$/,
            },
            {
                title: "refuses a host that forbids a module",
                found: "echo 'install ip_vs_wrr /bin/false' >/etc/modprobe.d/mine.conf",
                plan: scheduled("wrr"),
                says: "modules: a file in /etc/modprobe.d forbids ip_vs_wrr. Allow it there.\n",
            },
            {
                title: "refuses a missing interface",
                plan: on("eth9"),
                says: "interface: eth9 does not exist. Use one of: eth0.\n",
            },
            {
                title: "refuses an interface that is down",
                found: "ip link set eth0 down",
                says: "interface: eth0 is down. Bring it up.\n",
            },
            {
                title: "refuses a configuration that another tool manages",
                found: `mkdir -p /etc/keepalived; echo '# Ansible managed' >${conf}`,
                says: `manager: Ansible manages ${conf}. Remove this host from Ansible first.\n`,
            },
            {
                title: "warns of an existing configuration",
                found: `mkdir -p /etc/keepalived; echo '# mine' >${conf}`,
                status: 0,
                says: /^manager: .* exists\. It is replaced, and destroy restores it\.\npreflight passed\n/,
            },
            {
                title: "refuses a router id that another router uses",
                events: [has("10.128.190.9/24"), advertises(62, "10.128.190.9", "10.128.190.240")],
                says: "router: id 62 on eth0 is in use by 10.128.190.9. Use another virtualRouterId.\n",
            },
            {
                title: "refuses a router id that another router uses with IPv6",
                events: [has("fe80::9/64"), advertises(62, "fe80::9", "fd00:62:190::240")],
                says: "router: id 62 on eth0 is in use by fe80::9. Use another virtualRouterId.\n",
            },
            {
                title: "accepts a router with another id",
                events: [has("10.128.190.9/24"), advertises(63, "10.128.190.9", "10.128.190.240")],
                says: passed,
            },
            {
                title: "accepts a director with the same router id and the virtual IP",
                events: [
                    has("10.128.190.9/24", "10.128.190.248/32"),
                    advertises(62, "10.128.190.9", "10.128.190.248"),
                ],
                says: passed,
            },
            {
                title: "refuses a virtual IP that another host answers for",
                events: [has("10.128.190.9/24", "10.128.190.248/32")],
                plan: others,
                says: `address: 10.128.190.248 on eth0 is in use by ${mac}. Use a free address.\n`,
            },
            {
                title: "accepts a virtual IP that the other director answers for",
                events: [has("10.128.190.254/24", "10.128.190.248/32")],
                says: passed,
            },
            {
                title: "accepts a virtual IP on this host",
                found: "ip address add 10.128.190.248/32 dev eth0",
                says: passed,
            },
            {
                title: "refuses a virtual IP outside the networks of its interface",
                plan: at("10.9.9.9"),
                says: /^address: 10\.9\.9\.9 is in no network of eth0 \(10\.128\.190\.253\/24\)\. Use an address of that network, or set prefixLength/,
            },
            {
                title: "prints all findings that stop",
                found: "rmdir /run/systemd/system",
                plan: { ...at("10.9.9.9"), vrrpInstances: [{ ...instance, interface: "eth9" }] },
                says: "systemd: does not run, but the services need it. Use a host with systemd.\ninterface: eth9 does not exist. Use one of: eth0.\n",
            },
            {
                title: "warns that it finds no other routers without perl",
                found: "rm /usr/sbin/perl /usr/bin/perl",
                status: 0,
                says: /^router: other users of id 62 on eth0 cannot be found\. Install perl to find them\.\npreflight passed\n/,
            },
        ]),
        { atOnce: true },
    );
});

describe("the preflight of a real server", () => {
    tests(
        preflights("rs1", [
            { title: "passes on a host that is ready", says: passed },
            {
                title: "passes on any distribution if none is given",
                found: runs("rocky", "9.4"),
                says: passed,
            },
            {
                title: "names the right distribution for a wrong one",
                found: runs("fedora", "43"),
                plan: onAll("debian12"),
                says: "distribution: this host runs fedora, and the plan is for debian12. Set its distribution to fedora.\n",
            },
            { title: "passes on a host for the web page", plan: withPage, says: passed },
            {
                title: "refuses another program on port 80",
                plan: withPage,
                events: [listens("squid")],
                is: [withoutCopy("squid")],
                says: "ports: 80 is in use by squid, but demoPage needs it. Stop squid, or omit demoPage.\n",
            },
            {
                title: "accepts the web server of the page on port 80",
                plan: withPage,
                events: [listens("apache2")],
                is: [withoutCopy("apache2")],
                says: passed,
            },
            {
                title: "accepts another program on port 80 without a web page",
                events: [listens("squid")],
                is: [withoutCopy("squid")],
                says: passed,
            },
        ]),
    );
});
