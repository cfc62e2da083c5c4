import { expectGolden } from "../support/golden";
import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain, plans } from "./support/plans";
import { differences } from "./support/portrait";
import {
    apply,
    byHand,
    type Event,
    forgetCalls,
    reference,
    remove,
    type Scene,
} from "./support/story";

const withPage: Plan = {
    ...plain,
    realServers: plain.realServers.map((one) => ({ ...one, demoPage: "here\n" })),
};
const watched: Plan = { ...plain, monitoring: {} };
const pinned = (version: string): Plan => ({ ...plain, keepalivedPackage: version });
const purged = (plan: Plan): Plan => ({ ...plan, removePackages: true });
const marked = plans["services of a firewall mark"]!;
const bits = (connTabBits: number): Plan => ({ ...plain, kernel: { connTabBits } });

const prepare = (plan: Plan) => apply(plan, "prepare");
const have = "has keepalived 1:2.2.7-1+b2, ipvsadm 1:1.31-1+b1\n";
const unavailable = (name: string) => byHand(`echo ${name} >/run/stand-in/unavailable`);
const isLocked = (tries: number) => byHand(`echo ${tries} >/run/stand-in/apt-locked`);
const isBare = true;

const golden: Record<string, Scene> = {
    "a director": { host: "ds1", isBare, events: [prepare(plain)] },
    "a director with tables and monitoring": {
        host: "ds1",
        isBare,
        events: [prepare({ ...marked, monitoring: {}, kernel: { connTabBits: 10 } })],
    },
    "a real server with a web page": { host: "rs1", isBare, events: [prepare(withPage)] },
    "a real server without anything": { host: "rs1", isBare, events: [prepare(plain)] },
};

it.each(Object.entries(golden))("packages and modules make of a host %s", async (kind, scene) => {
    const found = await reference({ ...scene, events: [] });
    const now = await reference(scene);
    expectGolden(`scripts/prepared-${kind.replaceAll(" ", "-")}.txt`, differences(found, now));
});

describe("packages", () => {
    tests([
        {
            title: "are installed if they are missing, and loaded modules are recorded",
            host: "ds1",
            isBare,
            events: [prepare(plain)],
            says: `installs ipvsadm\n${have}`,
            calls: "apt-get update \napt-get install --no-install-recommends --allow-downgrades ipvsadm\n",
            is: [prepare(plain)],
        },
        {
            title: "stay without a call of the package manager if all are installed",
            host: "ds1",
            isBare,
            events: [prepare(plain), forgetCalls, prepare(plain)],
            says: "prepare unchanged\n",
            calls: "",
            is: [prepare(plain)],
        },
        {
            title: "are installed in the wanted version",
            host: "ds1",
            isBare,
            events: [prepare(pinned("1:2.2.8-1"))],
            says: "installs keepalived=1:2.2.8-1, ipvsadm\nhas keepalived 1:2.2.8-1, ipvsadm 1:1.31-1+b1\n",
            is: [prepare(pinned("1:2.2.8-1"))],
        },
        {
            title: "stay in the wanted version",
            host: "ds1",
            isBare,
            events: [prepare(pinned("1:2.2.7-1+b2"))],
            says: `installs ipvsadm\n${have}`,
            is: [prepare(plain)],
        },
        {
            title: "stay in the installed version when the plan no longer has one",
            host: "ds1",
            isBare,
            events: [prepare(pinned("1:2.2.8-1")), forgetCalls, prepare(plain)],
            says: "prepare unchanged\n",
            calls: "",
            is: [prepare(pinned("1:2.2.8-1"))],
        },
        {
            title: "that are not available are named with the reason, and the host is as it was found",
            host: "ds1",
            isBare,
            events: [unavailable("ipvsadm"), prepare(plain)],
            status: 1,
            says: "installs ipvsadm\ncannot install ipvsadm: E: Unable to locate package ipvsadm\n",
            is: "as found",
        },
        {
            title: "that are not available leave a prepared host as it was before",
            host: "ds1",
            isBare,
            events: [
                prepare(plain),
                unavailable("nftables"),
                byHand(purge("nftables")),
                prepare(marked),
            ],
            status: 1,
            says: "installs nftables\ncannot install nftables: E: Unable to locate package nftables\n",
            is: [prepare(plain), byHand(purge("nftables"))],
            // A remove unloads the module.
            but: [
                "/var/lib/pulumi-lvs/director/prepare/modules\n+ nf_tables\n",
                "/var/lib/pulumi-lvs/director/prepare/packages.log\n+ 644 0:0\n+ Reading package lists...\n+ E: Unable to locate package nftables\n+ \n",
                "/var/lib/pulumi-lvs/director/prepare/services\n+ nftables absent inactive\n",
                "modules\n+ nf_tables\n",
            ].join(""),
        },
        {
            title: "that become available are installed by the next apply",
            host: "ds1",
            isBare,
            events: [
                unavailable("ipvsadm"),
                prepare(plain),
                byHand("rm /run/stand-in/unavailable"),
                prepare(plain),
            ],
            says: `installs ipvsadm\n${have}`,
            is: [prepare(plain)],
        },
        {
            title: "wait for another apt",
            host: "ds1",
            isBare,
            events: [isLocked(5), prepare(plain)],
            says: `installs ipvsadm\n${have}`,
            is: [prepare(plain)],
        },
        {
            title: "wait for another apt for at most two minutes",
            host: "ds1",
            isBare,
            events: [isLocked(1000), prepare(plain)],
            status: 1,
            says: "installs ipvsadm\ncannot install ipvsadm: E: Could not get lock /var/lib/apt/lists/lock. It is held by process 62 (apt-get)\n",
            is: "as found",
        },
        {
            title: "stay after a remove",
            host: "ds1",
            isBare,
            events: [prepare(plain), remove(plain)],
            says: "removed\n",
            is: [byHand("apt-get install ipvsadm")],
        },
        {
            title: "are removed with `removePackages`, and earlier packages stay",
            host: "ds1",
            isBare,
            events: [prepare(purged(plain)), forgetCalls, remove(purged(plain))],
            says: "removed\n",
            calls: "stop keepalived\nstop ipvsadm\napt-get purge ipvsadm\n",
            is: "as found",
        },
        {
            title: "are removed when another apt has ended",
            host: "ds1",
            isBare,
            events: [prepare(purged(plain)), isLocked(3), remove(purged(plain))],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "are removed with their dependencies",
            host: "rs1",
            isBare,
            events: [prepare(purged(withPage)), remove(purged(withPage))],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "stay if another package has come to need them",
            host: "rs1",
            isBare,
            events: [
                prepare(purged(withPage)),
                needs("mine", "apache2-bin"),
                remove(purged(withPage)),
            ],
            says: "keeps packages that other packages need, or that somebody marked to keep: apache2-bin\nremoved\n",
            is: [byHand("apt-get install apache2-bin"), needs("mine", "apache2-bin")],
        },
        {
            title: "stay with all that they need if another package needs them",
            host: "rs1",
            isBare,
            events: [prepare(purged(withPage)), needs("mine", "apache2"), remove(purged(withPage))],
            says: "keeps packages that other packages need, or that somebody marked to keep: apache2, apache2-bin\nremoved\n",
            is: [
                byHand(
                    "apt-get install apache2; systemctl stop apache2; systemctl disable apache2",
                ),
                needs("mine", "apache2"),
            ],
        },
        {
            title: "stay if they came as dependencies and somebody has marked them",
            host: "rs1",
            isBare,
            events: [
                prepare(purged(withPage)),
                byHand("apt-mark manual apache2-bin"),
                remove(purged(withPage)),
            ],
            says: "keeps packages that other packages need, or that somebody marked to keep: apache2-bin\nremoved\n",
            is: [byHand("apt-get install apache2-bin")],
        },
        {
            title: "that an earlier plan named are removed although apt calls them wanted",
            host: "ds1",
            isBare,
            events: [prepare(purged(marked)), prepare(purged(plain)), remove(purged(plain))],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "of an earlier plan are removed too",
            host: "rs1",
            isBare,
            events: [
                prepare(purged(withPage)),
                prepare(purged({ ...withPage, monitoring: {} })),
                remove(purged({ ...withPage, monitoring: {} })),
            ],
            says: "removed\n",
            is: "as found",
        },
    ]);
});

describe("the user of scripts", () => {
    const scripted: Plan = {
        ...plain,
        scripts: [{ name: "probe", content: "#!/bin/sh\nexit 0\n" }],
    };
    const found = "apt-get install ipvsadm";
    const add = "useradd --system keepalived_script";

    tests([
        {
            title: "is a system user without login, and goes with a remove",
            host: "ds1",
            isBare,
            found,
            events: [
                prepare(scripted),
                byHand(`getent passwd keepalived_script | grep ':/nonexistent:/usr/sbin/nologin$'
                    su -s /bin/sh keepalived_script -c id | grep 'groups=.*(keepalived_script)$'`),
                remove(scripted),
            ],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "stays after a remove if it was there before",
            host: "ds1",
            isBare,
            found: `${found}; ${add}`,
            events: [prepare(scripted), remove(scripted)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "is not created for another scriptUser, nor without scripts",
            host: "ds1",
            isBare,
            found,
            events: [
                prepare({ ...scripted, globalDefs: { scriptUser: "root" } }),
                prepare(plain),
                byHand("! getent passwd keepalived_script"),
            ],
            says: /./,
            is: [prepare(plain)],
        },
    ]);
});

describe("services that come with packages", () => {
    const both = (plan: Plan): Event[] => [prepare(plan), apply(plan)];
    const neither = (plan: Plan): Event[] => [remove(plan)];

    tests([
        {
            title: "stop after a remove if they did not run before",
            host: "rs1",
            isBare,
            found: "mkdir -p /var/www/html",
            events: [...both(withPage), ...neither(withPage)],
            says: "removed\n",
            is: [
                byHand(
                    "apt-get install apache2; systemctl stop apache2; systemctl disable apache2",
                ),
            ],
        },
        {
            title: "run after a remove if they ran before",
            host: "rs1",
            isBare,
            found: "apt-get install apache2",
            events: [...both(withPage), ...neither(withPage)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "are stopped and disabled after a remove if they were before",
            host: "rs1",
            isBare,
            found: "apt-get install apache2; systemctl stop apache2; systemctl disable apache2",
            events: [...both(withPage), ...neither(withPage)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "are enabled and stopped after a remove if they were before",
            host: "rs1",
            isBare,
            found: "apt-get install apache2; systemctl stop apache2",
            events: [...both(withPage), ...neither(withPage)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "return to their original state when the plan no longer needs them",
            host: "rs1",
            isBare,
            found: "apt-get install apache2; systemctl stop apache2; systemctl disable apache2",
            events: [...both(withPage), prepare(plain), apply(plain), apply(plain, "deferred")],
            says: /^(nothing deferred|real server with 10\.128\.190\.248\/32 on lo)\n$/,
            is: [prepare(plain), apply(plain)],
            but: "/var/lib/pulumi-lvs/real-servers/lvs.test.lvs-rs1/configure/known\n+ /var/www/html/index.html\n",
        },
        {
            title: "of a director are stopped and disabled after a remove if they were before",
            host: "ds1",
            found: "apt-get install ipvsadm; systemctl disable keepalived",
            events: [...both(plain), ...neither(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "of monitoring stop with it",
            host: "ds1",
            found: "apt-get install ipvsadm",
            events: [...both(watched), prepare(plain), apply(plain)],
            says: /^keepalived 2\.2\.7 reloaded/,
            is: [
                ...both(plain),
                byHand(
                    "apt-get install prometheus-node-exporter; systemctl stop prometheus-node-exporter; systemctl disable prometheus-node-exporter",
                ),
            ],
            but: [
                "/var/lib/pulumi-lvs/director/configure/known\n",
                "+ /var/lib/pulumi-lvs/ipvs.quorums\n",
                "+ /etc/systemd/system/lvs-metrics.timer\n",
                "+ /etc/systemd/system/lvs-metrics.service\n",
                "+ /usr/local/sbin/lvs-metrics\n",
                "/var/lib/pulumi-lvs/director/prepare/packages.added\n",
                "+ 644 0:0\n+ prometheus-node-exporter\n+ \n",
                "/var/lib/pulumi-lvs/director/prepare/packages.named\n",
                "+ prometheus-node-exporter\n",
            ].join(""),
        },
    ]);
});

describe("kernel modules", () => {
    tests([
        {
            title: "that the host forbids are named, and the host is as it was found",
            host: "ds1",
            isBare,
            found: "echo 'install ip_vs /bin/false' >/etc/modprobe.d/mine.conf",
            events: [prepare(plain)],
            status: 1,
            says: /^kernel module ip_vs cannot be loaded: /,
            is: "as found",
        },
        {
            title: "that the kernel lacks are named, and those that were loaded are unloaded",
            host: "ds1",
            isBare,
            events: [
                prepare({
                    ...plain,
                    virtualServers: [{ ...plain.virtualServers[0]!, lvsSched: "mh" }],
                }),
            ],
            status: 1,
            says: /^kernel module ip_vs_mh cannot be loaded: modprobe: FATAL: Module ip_vs_mh not found/,
            is: "as found",
        },
        {
            title: "that a container cannot load are left to its machine",
            host: "ds1",
            isBare,
            found: "apt-get install ipvsadm; rm -r /lib/modules",
            events: [
                prepare({
                    ...plain,
                    virtualServers: [{ ...plain.virtualServers[0]!, lvsSched: "mh" }],
                }),
                byHand("! [ -e /sys/module/ip_vs_mh ]"),
                remove(plain),
            ],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "that were loaded earlier stay after a remove",
            host: "ds1",
            isBare,
            found: "apt-get install ipvsadm; modprobe ip_vs",
            events: [prepare(plain), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "are loaded with their options",
            host: "ds1",
            isBare,
            found: "apt-get install ipvsadm",
            events: [
                prepare(bits(10)),
                byHand("grep -qx 10 /sys/module/ip_vs/parameters/conn_tab_bits"),
            ],
            says: have,
            is: [prepare(bits(10))],
        },
        {
            title: "keep their options until the next reboot, which the output says",
            host: "ds1",
            isBare,
            found: "apt-get install ipvsadm",
            events: [prepare(plain), prepare(bits(10))],
            says: `${have.trimEnd()}; conn_tab_bits stays 12 until the next reboot, which loads ip_vs again\n`,
            is: [prepare(plain), prepare(bits(10))],
        },
    ]);
});

/** Install a package by hand that needs another. */
function needs(name: string, other: string): Event {
    return byHand(`echo ${name} ${other} >>/run/stand-in/needs
        printf 'Package: %s\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 1\\n\\n' ${name} >>/var/lib/dpkg/status`);
}

/** Remove a package by hand. */
function purge(name: string): string {
    return `apt-get purge ${name}`;
}
