import type { Plan } from "./support/bundles";
import { type Case, tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand, nearby, room, type StepTaken } from "./support/story";

const look = (plan: Plan): StepTaken => apply(plan, "preflight");
const fine = "preflight passed\n";
/** Another machine in the host's network has these addresses, and the MAC address that is told. */
const has = (...addresses: string[]) =>
    nearby(addresses.map((one) => `ip address add ${one} dev eth0 nodad`).join("; "));
const mac = "02:00:00:00:00:02";
/** It is a VRRP router, too. */
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
    realServers: plain.realServers.map((one) => ({ ...one, httpd: { page: "here\n" } })),
};
const conf = "/etc/keepalived/keepalived.conf";
const listens = (name: string) =>
    byHand(`cp /usr/bin/perl /usr/local/bin/${name}
        setsid /usr/local/bin/${name} -MIO::Socket::INET -e '
            $s = IO::Socket::INET->new(LocalPort => 80, Listen => 1) or die; open F, ">/run/stand-in/listens"; sleep 60
        ' >/dev/null 2>&1 </dev/null &
        until [ -e /run/stand-in/listens ]; do :; done`);
const withoutCopy = (name: string) => byHand(`cp /usr/bin/perl /usr/local/bin/${name}`);

type Told = Pick<Case, "title" | "says"> & Partial<Case> & { plan?: Plan };

/** Looks that leave a host as it is. */
function looks(host: string, told: Told[]): Case[] {
    return told.map(({ plan = plain, events = [], ...one }) => ({
        host,
        isBare: true,
        status: one.says === fine ? 0 : 1,
        is: events,
        ...one,
        events: [...events, look(plan)],
    }));
}

describe("the look at a director that comes first", () => {
    tests(
        looks("ds1", [
            { title: "finds nothing on a host that is fit", says: fine },
            {
                title: "finds nothing on one that has no keepalived yet",
                found: "rm /usr/sbin/keepalived",
                says: fine,
            },
            {
                title: "finds a keepalived that is older than the configuration's",
                plan: newer,
                says: "keepalived: 2.2.7 is installed, but the configuration is for 2.3.4 or later. Set keepalivedVersion of this director.\n",
            },
            {
                title: "lets pass one that is asked for in a version of its own",
                plan: { ...newer, keepalivedPackage: "1:2.3.4-1" },
                says: fine,
            },
            {
                title: "finds that systemd does not run",
                found: "rmdir /run/systemd/system",
                says: "systemd: does not run, but the services need it. Use a host with systemd.\n",
            },
            {
                title: "finds a disk that is too small",
                events: [room(10 * 1024)],
                says: /^disk: \/ has (9|10) MB free\. Free at least 16 MB\.\n$/,
            },
            {
                title: "warns of a disk that is small",
                events: [room(100 * 1024)],
                status: 0,
                says: /^disk: \/ has (99|100) MB free\npreflight passed\n$/,
            },
            {
                title: "finds a module that the kernel has not",
                plan: scheduled("mh"),
                says: /^modules: the kernel \S+ has no module ip_vs_mh\n$/,
            },
            {
                title: "finds a module that is forbidden",
                found: "echo 'install ip_vs_wrr /bin/false' >/etc/modprobe.d/mine.conf",
                plan: scheduled("wrr"),
                says: "modules: a file in /etc/modprobe.d forbids ip_vs_wrr. Allow it there.\n",
            },
            {
                title: "finds that an interface is missing",
                plan: on("eth9"),
                says: "interface: there is no eth9, only eth0\n",
            },
            {
                title: "finds that an interface is down",
                found: "ip link set eth0 down",
                says: "interface: eth0 is down. Bring it up.\n",
            },
            {
                title: "finds a configuration that another tool keeps",
                found: `mkdir -p /etc/keepalived; echo '# Ansible managed' >${conf}`,
                says: `manager: Ansible manages ${conf}. Remove this host from Ansible first.\n`,
            },
            {
                title: "warns of a configuration that somebody wrote",
                found: `mkdir -p /etc/keepalived; echo '# mine' >${conf}`,
                status: 0,
                says: `manager: ${conf} exists. It is replaced, and destroy restores it.\n${fine}`,
            },
            {
                title: "finds another router with the same id",
                events: [has("10.128.190.9/24"), advertises(62, "10.128.190.9", "10.128.190.240")],
                says: "router: id 62 on eth0 is in use by 10.128.190.9. Use another virtualRouterId.\n",
            },
            {
                title: "finds another router with the same id that speaks IPv6",
                events: [has("fe80::9/64"), advertises(62, "fe80::9", "fd00:62:190::240")],
                says: "router: id 62 on eth0 is in use by fe80::9. Use another virtualRouterId.\n",
            },
            {
                title: "lets pass a router with another id",
                events: [has("10.128.190.9/24"), advertises(63, "10.128.190.9", "10.128.190.240")],
                says: fine,
            },
            {
                title: "lets pass a router with the same id and the virtual IP, who is one of ours",
                events: [
                    has("10.128.190.9/24", "10.128.190.248/32"),
                    advertises(62, "10.128.190.9", "10.128.190.248"),
                ],
                says: fine,
            },
            {
                title: "finds a virtual IP that somebody answers for",
                events: [has("10.128.190.9/24", "10.128.190.248/32")],
                plan: others,
                says: `address: 10.128.190.248 on eth0 is in use by ${mac}. Use a free address.\n`,
            },
            {
                title: "lets pass a virtual IP that the other director answers for",
                events: [has("10.128.190.254/24", "10.128.190.248/32")],
                says: fine,
            },
            {
                title: "lets pass a virtual IP that this host has",
                found: "ip address add 10.128.190.248/32 dev eth0",
                says: fine,
            },
            {
                title: "finds a virtual IP that is in no network of its interface",
                plan: at("10.9.9.9"),
                says: /^address: 10\.9\.9\.9 is in no network of eth0 \(10\.128\.190\.253\/24\)\. Use an address of that network, or set prefixLength/,
            },
            {
                title: "names all that speaks against a host",
                found: "rmdir /run/systemd/system",
                plan: { ...at("10.9.9.9"), vrrpInstances: [{ ...instance, interface: "eth9" }] },
                says: "systemd: does not run, but the services need it. Use a host with systemd.\ninterface: eth9 does not exist. Use one of: eth0.\n",
            },
            {
                title: "warns that routers cannot be heard without perl",
                found: "rm /usr/sbin/perl /usr/bin/perl",
                status: 0,
                says: /^router: other users of id 62 on eth0 cannot be found\. Install perl to find them\.\npreflight passed\n/,
            },
        ]),
        { atOnce: true },
    );
});

describe("the look at a real server that comes first", () => {
    tests(
        looks("rs1", [
            { title: "finds nothing on a host that is fit", says: fine },
            { title: "finds nothing where a page is to be served", plan: withPage, says: fine },
            {
                title: "finds another program on port 80",
                plan: withPage,
                events: [listens("squid")],
                is: [withoutCopy("squid")],
                says: "ports: 80 is in use by squid, but httpd needs it. Stop squid, or omit httpd.\n",
            },
            {
                title: "lets pass a web server that is the one to be",
                plan: withPage,
                events: [listens("apache2")],
                is: [withoutCopy("apache2")],
                says: fine,
            },
            {
                title: "lets pass another program on port 80 where no page is to be served",
                events: [listens("squid")],
                is: [withoutCopy("squid")],
                says: fine,
            },
        ]),
    );
});
