import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain, withAnotherVip } from "./support/plans";
import { apply, byHand, powerCut, remove } from "./support/story";

const named = (resource: string): Plan => ({ ...plain, resource });
/** The same host in the other role. */
const swapped: Plan = {
    ...plain,
    directors: [{ name: "rs1", host: "10.128.190.249" }, plain.directors[1]!],
    realServers: [{ name: "ds1", host: "10.128.190.253" }, plain.realServers[1]!],
};
const gone =
    "rm -f /usr/local/sbin/lvs-* /etc/systemd/system/lvs-*.service; systemctl daemon-reload";

describe.each(["ds1", "rs1"])("a host such as %s is as it was found", (host) => {
    const says = "configure removed\n";
    const is = "as found";

    tests([
        {
            title: "when a remove follows an apply",
            host,
            events: [apply(plain), remove(plain)],
            says,
            is,
        },
        {
            title: "when it is removed twice",
            host,
            events: [apply(plain), remove(plain), remove(plain)],
            says: "configure is not there\n",
            is,
        },
        {
            title: "when it is removed and was never set up",
            host,
            events: [remove(plain)],
            says: "configure is not there\n",
            is,
        },
        {
            title: "when a remove has another plan than the last apply",
            host,
            events: [apply(withAnotherVip), apply(plain), remove(withAnotherVip)],
            says,
            is,
        },
        {
            title: "when our programs and units have been deleted before",
            host,
            events: [
                apply(plain),
                byHand("systemctl stop keepalived lvs-director lvs-real-server 2>/dev/null || :"),
                byHand(gone),
                remove(plain),
            ],
            says,
            is,
        },
        {
            title: "when our files have been edited and deleted before",
            host,
            events: [
                apply(plain),
                byHand(`for file in $(cat /var/lib/pulumi-lvs/configure/files); do
                    case "$file" in
                        *.conf) echo '# mine' >>"$file" ;;
                        */sbin/* | */systemd/*) ;;
                        *) rm "$file" ;;
                    esac
                done`),
                remove(plain),
            ],
            says,
            is,
        },
        {
            title: "when sysctls have been changed before",
            host,
            events: [
                apply(plain),
                byHand(`sysctl -q $(sed -n 's/ *= */=/p' /etc/sysctl.d/lvs.conf | sed 's/=.*/=3/' | grep arp_) \\
                    net.ipv4.vs.expire_nodest_conn=0`),
                remove(plain),
            ],
            says,
            is,
        },
        {
            title: "when units have been switched off before",
            host,
            events: [
                apply(plain),
                byHand(
                    "for unit in lvs-director lvs-real-server; do systemctl stop $unit; systemctl disable $unit; done 2>/dev/null || :",
                ),
                remove(plain),
            ],
            says,
            is,
        },
        {
            title: "when addresses have been deleted before",
            host,
            events: [
                apply(plain),
                byHand(
                    "ip address delete 10.128.190.248/32 dev lo || ip address delete 10.128.190.248/32 dev eth0",
                ),
                remove(plain),
            ],
            says,
            is,
        },
        {
            title: "after a reboot",
            host,
            events: [apply(plain), powerCut, remove(plain)],
            says,
            is: [powerCut],
        },
        {
            title: "when the first remove failed",
            host,
            found: "echo mine >/etc/sysctl.d/lvs.conf",
            events: [
                apply(plain),
                byHand(
                    "mount --bind /etc/sysctl.d /etc/sysctl.d; mount -o remount,bind,ro /etc/sysctl.d",
                ),
                remove(plain),
                byHand("mount -o remount,bind,rw /etc/sysctl.d"),
                remove(plain),
            ],
            says,
            is,
        },
    ]);
});

describe.each(["ds1", "rs1"])("a renamed host such as %s", (host) => {
    tests([
        {
            title: "belongs to its new name after the next apply",
            host,
            events: [apply(named("former")), apply(named("later"))],
            says: "configure unchanged\n",
            is: [apply(named("later"))],
        },
        {
            title: "stays when its former name is removed",
            host,
            events: [apply(named("former")), apply(named("later")), remove(named("former"))],
            says: `configure stays: it belongs to later-${host} now\n`,
            is: [apply(named("later"))],
        },
        {
            title: "is restored when its present name is removed",
            host,
            events: [
                apply(named("former")),
                apply(named("later")),
                remove(named("former")),
                remove(named("later")),
            ],
            says: "configure removed\n",
            is: "as found",
        },
    ]);
});

describe("a director with an existing keepalived", () => {
    const own =
        "printf 'vrrp_instance own {\\ninterface eth0\\nvirtual_router_id 7\\nvirtual_ipaddress {\\n10.128.190.240\\n}\\n}\\n' >/etc/keepalived/keepalived.conf; systemctl start keepalived;";

    tests([
        {
            title: "runs the existing keepalived again after a remove",
            host: "ds1",
            found: own,
            events: [apply(plain), remove(plain)],
            says: "configure removed\n",
            is: "as found",
        },
        {
            title: "reports that the existing keepalived does not start",
            host: "ds1",
            found: own,
            events: [
                apply(plain),
                byHand("echo restart keepalived >/run/stand-in/fails"),
                remove(plain),
            ],
            says: "keepalived does not start with its original configuration\nconfigure removed\nJob for keepalived.service failed, as the test asked\n",
            is: [byHand("systemctl stop keepalived")],
        },
    ]);
});

describe("a machine that changes its role", () => {
    const isDirector =
        "this host is a director. Remove it from directors first, in an up of its own.\n";
    const isRealServer =
        "this host is a real server. Remove it from realServers first, in an up of its own.\n";

    tests([
        {
            title: "is refused as a real server while it is a director",
            host: "ds1",
            events: [apply(plain), apply(swapped)],
            status: 1,
            says: isDirector,
            is: [apply(plain)],
        },
        {
            title: "is refused as a director while it is a real server",
            host: "rs1",
            events: [apply(plain), apply(swapped)],
            status: 1,
            says: isRealServer,
            is: [apply(plain)],
            // A remove deletes the folder.
            but: "/etc/systemd/system/keepalived.service.d\n+ 755 0:0 folder\n/var/lib/pulumi-lvs/configure/directories\n+ /etc/systemd/system/keepalived.service.d\n",
        },
        {
            title: "is refused by the preflight, as a director",
            host: "ds1",
            events: [apply(plain), apply(swapped, "preflight")],
            status: 1,
            says: `role: ${isDirector}`,
            is: [apply(plain)],
        },
        {
            title: "is refused by the preflight, as a real server",
            host: "rs1",
            events: [apply(plain), apply(swapped, "preflight")],
            status: 1,
            says: `role: ${isRealServer}`,
            is: [apply(plain)],
        },
        {
            title: "becomes a real server after it was removed as a director",
            host: "ds1",
            events: [apply(plain), remove(plain), apply(swapped)],
            says: "real server with 10.128.190.248/32 on lo\n",
            is: [apply(swapped)],
        },
        {
            title: "becomes a director after it was removed as a real server",
            host: "rs1",
            events: [apply(plain), remove(plain), apply(swapped)],
            says: "keepalived 2.2.7 started; active for 10.128.190.248; 2 of 2 real servers up\n",
            is: [apply(swapped)],
        },
    ]);
});
