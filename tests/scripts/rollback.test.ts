import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { everyKindOfFile, plain, withAnotherVip } from "./support/plans";
import { apply, byHand, nearby, remove } from "./support/story";

const refused: Plan = {
    ...plain,
    vrrpInstances: [{ ...plain.vrrpInstances[0]!, extraConfig: "no_such_word" }],
};
const newer: Plan = {
    ...plain,
    directors: plain.directors.map((one) => ({ ...one, keepalivedVersion: "2.3.4" })),
};
const matching = (...regexes: string[]): Plan => ({
    ...plain,
    virtualServers: regexes.map((regex, index) => ({
        virtualIp: "10.128.190.248",
        port: 80 + index,
        check: {
            http: {
                url: [
                    {
                        path: "/",
                        regex,
                        ...(regex === "[]x" ? { regexOptions: ["allow_empty_class"] } : {}),
                    },
                ],
            },
        },
    })),
});
const sloppy: Plan = { ...plain, kernel: { sloppyTcp: true } };
const heavier: Plan = {
    ...plain,
    realServers: plain.realServers.map((one) => ({ ...one, weight: 5 })),
};
const exported: Plan = { ...plain, monitoring: {} };
const marked: Plan = {
    ...plain,
    virtualServers: [
        {
            fwmark: { mark: 7, packets: [{ virtualIp: "10.128.190.248", port: 80 }] },
            check: { tcp: { connectPort: 80 } },
        },
    ],
};

const back = "rolled back";
const fails = (...lines: string[]) =>
    byHand(`printf '%s\\n' '${lines.join("' '")}' >/run/stand-in/fails`);
const works = byHand("rm /run/stand-in/fails");
const deaf = byHand("touch /run/stand-in/deaf");
const isBackup = byHand("rm /var/lib/stand-in/active-director");

/** Difference on a host that has saved the original state of files which have not stayed. */
function known(...files: string[]): string {
    return `/var/lib/pulumi-lvs/director/configure/known\n${files.map((file) => `+ ${file}\n`).join("")}`;
}

/** Remove the virtual IP, so that no director has it. */
const isLost = "ip address delete 10.128.190.248/32 dev eth0; rm /var/lib/stand-in/active-director";

/** Start a keepalived that exists before the first apply. */
const own = `
printf 'vrrp_instance own {\\ninterface eth0\\nvirtual_router_id 7\\nvirtual_ipaddress {\\n10.128.190.240\\n}\\n}\\n' \
    >/etc/keepalived/keepalived.conf
systemctl start keepalived
rm -f /run/stand-in/calls`;

describe("a first apply on a director that fails leaves it as it was found", () => {
    const host = "ds1";

    tests([
        {
            title: "when keepalived refuses the configuration",
            host,
            events: [apply(refused)],
            status: 1,
            says: /^keepalived 2\.2\.7 refuses the configuration \(status \d\): .*no_such_word[^\n]*\n$/,
            is: "as found",
        },
        {
            title: "when keepalived refuses a configuration with scripts of another user than root",
            host,
            events: [apply({ ...everyKindOfFile, ...refused, scripts: everyKindOfFile.scripts })],
            status: 1,
            says: /^keepalived 2\.2\.7 refuses the configuration \(status \d\): .*no_such_word[^\n]*\n$/,
            is: "as found",
        },
        {
            title: "when a user of scripts does not exist",
            host,
            events: [apply({ ...everyKindOfFile, globalDefs: { scriptUser: "nobody-else" } })],
            status: 1,
            says: /^keepalived 2\.2\.7 refuses the configuration \(status 5\): .*Error setting global script uid/,
            is: "as found",
        },
        {
            title: "when a regex is none, which keepalived would accept",
            host,
            events: [apply(matching("^up since \\d+$", "[]x", "(up", "a{2}+|\\x{e9}", "[z-a]"))],
            status: 1,
            says: "grep -P does not accept these values of regex: (up, [z-a]\n",
            is: "as found",
        },
        {
            title: "when keepalived refuses the configuration, and an existing keepalived runs on",
            host,
            found: own,
            events: [apply(refused)],
            status: 1,
            says: /^keepalived 2\.2\.7 refuses/,
            is: "as found",
        },
        {
            title: "when the configuration is for a newer keepalived",
            host,
            events: [apply(newer)],
            status: 1,
            says: "keepalived 2.2.7 is installed, but the configuration is for 2.3.4 or later. Set keepalivedVersion of this director.\n",
            is: "as found",
        },
        {
            title: "when the kernel has no IPVS",
            host,
            found: "modprobe -r ip_vs",
            events: [apply(plain)],
            status: 1,
            says: "the kernel has no IPVS. Load the module ip_vs.\n",
            is: "as found",
        },
        {
            title: "when the kernel lacks a sysctl",
            host,
            found: "rm /proc/sys/net/ipv4/vs/sloppy_tcp",
            events: [apply(sloppy)],
            status: 1,
            says: "the kernel has no sysctl net.ipv4.vs.sloppy_tcp. Remove it from this host's arguments.\n",
            is: "as found",
        },
        {
            title: "when the folder for metrics is missing",
            host,
            found: "rm -r /var/lib/metrics",
            events: [apply(everyKindOfFile)],
            status: 1,
            says: "there is no folder /var/lib/metrics. Set textfileDirectory to the folder of your node_exporter.\n",
            is: "as found",
        },
        {
            title: "when a sysctl cannot be set",
            host,
            found: "mount --bind /proc/sys/net/ipv4/vs/sloppy_tcp /proc/sys/net/ipv4/vs/sloppy_tcp; mount -o remount,bind,ro /proc/sys/net/ipv4/vs/sloppy_tcp",
            events: [apply(sloppy)],
            status: 1,
            says: /^sysctl: permission denied on key "net\.ipv4\.vs\.sloppy_tcp"\n[^]*rolled back\n$/,
            is: "as found",
        },
        {
            title: "when the firewall cannot be opened",
            host,
            events: [fails("reload-or-restart lvs-director"), apply(plain)],
            status: 1,
            says: `lvs-director fails: \n${back}\n`,
            is: "as found",
        },
        {
            title: "when the kernel refuses a table for marks, with the reason of nft",
            host,
            found: "printf '#!/bin/sh\\n[ \"$1\" != -f ] || { cat >/dev/null; echo refused >&2; exit 1; }\\n' >/usr/local/sbin/nft; chmod 755 /usr/local/sbin/nft; mount --bind /usr/local/sbin/nft /usr/sbin/nft",
            events: [apply(marked)],
            status: 1,
            says: `lvs-director fails: refused\n${back}\n`,
            is: "as found",
        },
        {
            title: "when keepalived does not start",
            host,
            events: [fails("start keepalived"), apply(plain)],
            status: 1,
            says: `Job for keepalived.service failed, as the test asked\n${back}\n`,
            is: "as found",
        },
        {
            title: "when an existing keepalived cannot be reloaded",
            host,
            found: own,
            events: [fails("reload keepalived"), apply(plain)],
            status: 1,
            says: `Job for keepalived.service failed, as the test asked\n${back}\n`,
            is: "as found",
        },
        {
            title: "when keepalived does not write the IPVS table",
            host,
            found: own,
            events: [deaf, apply(plain)],
            status: 1,
            says: `keepalived is active and the kernel lacks: -A -t 10.128.190.248:80 -s rr\n${back}\n`,
            is: "as found",
        },
        {
            title: "when one of two virtual IPs is missing",
            host,
            events: [byHand("echo 10.128.190.246 >/run/stand-in/withheld"), apply(withAnotherVip)],
            status: 1,
            says: `some virtual IPs of an instance are missing: VI_1 split\n${back}\n`,
            is: "as found",
        },
        {
            title: "when no director is active",
            host,
            events: [isBackup, apply(plain)],
            status: 1,
            says: `no director is active for 10.128.190.248\n${back}\n`,
            is: "as found",
        },
        {
            title: "when lvs-metrics fails",
            host,
            events: [fails("start lvs-metrics"), apply(everyKindOfFile)],
            status: 1,
            says: `lvs-metrics fails: \n${back}\n`,
            is: "as found",
        },
    ]);
});

describe("a change of a director that fails leaves it as it was before", () => {
    const host = "ds1";
    const steps = (last: Plan, event = byHand(":")) => [apply(plain), event, apply(last)];

    tests([
        {
            title: "when keepalived refuses the configuration",
            host,
            events: steps(refused),
            status: 1,
            says: /^keepalived 2\.2\.7 refuses the configuration/,
            is: [apply(plain)],
        },
        {
            title: "when the configuration is for a newer keepalived",
            host,
            events: steps(newer),
            status: 1,
            says: /^keepalived 2\.2\.7 is installed, but the configuration is for 2\.3\.4 or later/,
            is: [apply(plain)],
        },
        {
            title: "when the kernel lacks a sysctl",
            host,
            events: steps(sloppy, byHand("rm /proc/sys/net/ipv4/vs/sloppy_tcp")),
            status: 1,
            says: /the kernel has no sysctl net\.ipv4\.vs\.sloppy_tcp/,
            is: [apply(plain), byHand("rm /proc/sys/net/ipv4/vs/sloppy_tcp")],
        },
        {
            title: "when the firewall cannot be opened",
            host,
            events: steps(marked, fails("reload-or-restart lvs-director")),
            status: 1,
            says: `lvs-director fails: \nlvs-director fails: \n${back}; the former configuration works\n`,
            is: [apply(plain)],
            but: known("/etc/lvs/director.nft"),
        },
        {
            title: "when keepalived cannot be reloaded, and continues to serve",
            host,
            events: steps(withAnotherVip, fails("reload keepalived")),
            status: 1,
            says: `Job for keepalived.service failed, as the test asked\nJob for keepalived.service failed, as the test asked\n${back}; the former configuration works\n`,
            is: [apply(plain)],
        },
        {
            title: "when keepalived ignores the reload",
            host,
            events: steps(withAnotherVip, deaf),
            status: 1,
            says: `keepalived is active and the kernel lacks: -A -t 10.128.190.246:8080 -s rr\n${back}; the former configuration works\n`,
            is: [apply(plain)],
        },
        {
            title: "when one of two virtual IPs is missing",
            host,
            events: steps(withAnotherVip, byHand("echo 10.128.190.246 >/run/stand-in/withheld")),
            status: 1,
            says: `some virtual IPs of an instance are missing: VI_1 split\n${back}; the former configuration works\n`,
            is: [apply(plain)],
        },
        {
            title: "when no director is active, and reports that the former configuration does not work either",
            host,
            events: [apply(plain), byHand(isLost), apply(heavier)],
            status: 1,
            says: `no director is active for 10.128.190.248\nno director is active for 10.128.190.248\n${back}; the former configuration does not work either\n`,
            is: [apply(plain), byHand(isLost)],
            but: "/var/lib/pulumi-lvs/director/configure/drained\n+ 644 0:0\n+ \n",
        },
        {
            title: "when new monitoring fails",
            host,
            events: steps(
                { ...plain, monitoring: everyKindOfFile.monitoring },
                fails("start lvs-metrics"),
            ),
            status: 1,
            says: `lvs-metrics fails: \n${back}; the former configuration works\n`,
            is: [apply(plain)],
            but: known(
                "/var/lib/pulumi-lvs/ipvs.quorums",
                "/etc/systemd/system/lvs-metrics.timer",
                "/etc/systemd/system/lvs-metrics.service",
                "/usr/local/sbin/lvs-metrics",
            ),
        },
        {
            title: "when node_exporter does not run",
            host,
            found: "apt-get install prometheus-node-exporter",
            events: [
                apply(exported),
                byHand("systemctl stop prometheus-node-exporter"),
                apply({ ...heavier, monitoring: {} }),
            ],
            status: 1,
            says: `prometheus-node-exporter.service does not run\nprometheus-node-exporter.service does not run\n${back}; the former configuration does not work either\n`,
            is: [apply(exported), byHand("systemctl stop prometheus-node-exporter")],
            but: "/var/lib/pulumi-lvs/director/configure/drained\n+ 644 0:0\n+ \n",
        },
        {
            title: "and the next apply makes the change",
            host,
            events: [
                ...steps(withAnotherVip, fails("reload keepalived")),
                works,
                apply(withAnotherVip),
            ],
            says: "keepalived 2.2.7 reloaded; active for 10.128.190.248, 10.128.190.246; 4 of 4 real servers up\n",
            is: [apply(plain), apply(withAnotherVip)],
        },
        {
            title: "and a remove restores the host",
            host,
            events: [...steps(withAnotherVip, fails("reload keepalived")), works, remove(plain)],
            says: "removed\n",
            is: "as found",
        },
    ]);
});

describe("a change of a director succeeds", () => {
    const host = "ds1";

    tests([
        {
            title: "when another director is active",
            host,
            events: [isBackup, nearby("ip address add 10.128.190.248/32 dev eth0"), apply(plain)],
            says: "keepalived 2.2.7 started; 2 of 2 real servers up\n",
            is: [isBackup, nearby("ip address add 10.128.190.248/32 dev eth0"), apply(plain)],
        },
        {
            title: "when its own virtual IPs arrive a few seconds after another director's, and waits for them",
            host,
            events: [
                byHand(`echo 10.128.190.248 >/run/stand-in/withheld
                    mkdir /run/stand-in/later
                    echo 'ip address add 10.128.190.248/32 dev eth0' >/run/stand-in/later/3`),
                nearby("ip address add 10.128.190.248/32 dev eth0"),
                apply(plain),
            ],
            says: /^keepalived 2\.2\.7 started; active for 10\.128\.190\.248; 2 of 2 real servers up/,
            is: [nearby("ip address add 10.128.190.248/32 dev eth0"), apply(plain)],
        },
        {
            title: "when a real server left while keepalived did not run, and reports that it stays",
            host,
            events: [
                apply(plain),
                byHand("rm /run/stand-in/active/keepalived.service"),
                apply({ ...plain, realServers: plain.realServers.slice(0, 1) }),
            ],
            says: "keepalived 2.2.7 started; active for 10.128.190.248; 1 of 1 real servers up; in the kernel but not in the plan: -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1\n",
            is: [
                apply(plain),
                apply({ ...plain, realServers: plain.realServers.slice(0, 1) }),
                byHand("ipvsadm -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1"),
            ],
        },
        {
            title: "when a real server is down, and reports it",
            host,
            events: [byHand("echo 10.128.190.250:80 >/run/stand-in/down"), apply(plain)],
            says: "keepalived 2.2.7 started; active for 10.128.190.248; 1 of 2 real servers up; down: 10.128.190.250:80\n",
            is: [apply(plain), byHand("ipvsadm -d -t 10.128.190.248:80 -r 10.128.190.250:80")],
        },
        {
            title: "when the IPVS table has other services, and reports them",
            host,
            events: [byHand("ipvsadm -A -t 10.128.190.248:443 -s rr"), apply(plain)],
            says: /; in the kernel but not in the plan: -A -t 10\.128\.190\.248:443 -s rr\n$/,
            is: [byHand("ipvsadm -A -t 10.128.190.248:443 -s rr"), apply(plain)],
        },
    ]);
});

describe("a first apply on a real server that fails leaves it as it was found", () => {
    const host = "rs1";
    const viaGateway: Plan = {
        ...plain,
        realServers: plain.realServers.map((one) => ({ ...one, gateway: "10.128.190.100" })),
    };
    const bothFamilies: Plan = {
        ...plain,
        realServers: plain.realServers.map((one) => ({ ...one, address6: "fd00::1" })),
        virtualServers: [...plain.virtualServers, { virtualIp: "fd00:62:190::248", port: 80 }],
    };

    tests([
        {
            title: "when its gateway is missing and would receive the answers to the SSH client",
            host,
            found: "ip route delete 10.128.190.0/24",
            events: [apply(viaGateway)],
            status: 1,
            says: /^gateway 10\.128\.190\.100 does not answer yet, and the answers to 10\.128\.190\.252, which sets up this host, would go through it\. Add a route to 10\.128\.190\.252/,
            is: "as found",
        },
        {
            title: "when the kernel refuses an address",
            host,
            found: "sysctl -q net.ipv6.conf.all.disable_ipv6=1",
            events: [apply(bothFamilies)],
            status: 1,
            says: `lvs-real-server fails: Error: ipv6: IPv6 is disabled on this device.\n${back}\n`,
            is: "as found",
        },
        {
            title: "when its unit does not start",
            host,
            events: [fails("reload-or-restart lvs-real-server"), apply(plain)],
            status: 1,
            says: `lvs-real-server fails: \n${back}\n`,
            is: "as found",
        },
        {
            title: "when its web server does not start",
            host,
            found: "apt-get install apache2; systemctl stop apache2",
            events: [fails("start apache2"), apply({ ...everyKindOfFile, monitoring: undefined })],
            status: 1,
            says: `Job for apache2.service failed, as the test asked\n${back}\n`,
            is: "as found",
        },
        {
            title: "when the folder for metrics is missing",
            host,
            found: "rm -r /var/lib/metrics; apt-get install apache2",
            events: [apply(everyKindOfFile)],
            status: 1,
            says: /^there is no folder \/var\/lib\/metrics/,
            is: "as found",
        },
    ]);

    describe("a change that fails leaves the host as it was before", () => {
        tests([
            {
                title: "when its unit does not reload, and continues to serve",
                host,
                events: [
                    apply(plain),
                    fails("reload-or-restart lvs-real-server"),
                    apply(withAnotherVip),
                ],
                status: 1,
                says: /^lvs-real-server fails: \n/,
                is: [apply(plain)],
            },
            {
                title: "when the kernel refuses a new address",
                host,
                events: [
                    apply(plain),
                    byHand("sysctl -q net.ipv6.conf.all.disable_ipv6=1"),
                    apply(bothFamilies),
                ],
                status: 1,
                says: `lvs-real-server fails: Error: ipv6: IPv6 is disabled on this device.\n${back}; the former configuration works\n`,
                is: [apply(plain), byHand("sysctl -q net.ipv6.conf.all.disable_ipv6=1")],
            },
        ]);
    });
});
