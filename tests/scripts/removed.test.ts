import { tests } from "./support/cases";
import { plain, withAnotherVip } from "./support/plans";
import { apply, byHand, powerCut, remove } from "./support/story";

const gone =
    "rm -f /usr/local/sbin/lvs-* /etc/systemd/system/lvs-*.service; systemctl daemon-reload";

describe.each(["ds1", "rs1"])("a host such as %s is as it was found", (host) => {
    const says = "removed\n";
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
            says: "nothing to remove\n",
            is,
        },
        {
            title: "when it is removed and was never set up",
            host,
            events: [remove(plain)],
            says: "nothing to remove\n",
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
                byHand(`for file in $(cat /var/lib/pulumi-lvs/*/configure/files /var/lib/pulumi-lvs/*/*/configure/files 2>/dev/null); do
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
                byHand(`sysctl -q $(sed -n 's/ *= */=/p' /etc/sysctl.d/lvs*.conf | sed 's/=.*/=3/' | grep arp_) \\
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

describe("a director with an existing keepalived", () => {
    const own =
        "printf 'vrrp_instance own {\\ninterface eth0\\nvirtual_router_id 7\\nvirtual_ipaddress {\\n10.128.190.240\\n}\\n}\\n' >/etc/keepalived/keepalived.conf; systemctl start keepalived;";

    tests([
        {
            title: "runs the existing keepalived again after a remove",
            host: "ds1",
            found: own,
            events: [apply(plain), remove(plain)],
            says: "removed\n",
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
            says: "keepalived does not start with its original configuration\nremoved\nJob for keepalived.service failed, as the test asked\n",
            is: [byHand("systemctl stop keepalived")],
        },
    ]);
});
