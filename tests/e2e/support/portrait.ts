import type { Host } from "../../../lab/host";
import { releases } from "../../../lab/release";

/** Commands that list the files of all packages, and the packages with their states; files that a removed package leaves changed. */
const packageManagers = {
    dpkg: {
        leaves: "^$",
        files: "cat /var/lib/dpkg/info/*.list /var/lib/dpkg/info/*.conffiles",
        packages: "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'",
    },
    rpm: {
        // A package of the RHEL family leaves its users behind.
        leaves: "^/etc/(passwd|group|shadow|gshadow)$",
        files: "rpm -qla",
        packages: "rpm -qa | sort",
    },
};

/** State of a host, one fact a line. Packages and their files are separate. */
export async function portrait(host: Host): Promise<{ kept: string; packages: string }> {
    const { webServer, distribution } = releases[host.suite];
    const { leaves, files, packages } =
        packageManagers[distribution.startsWith("debian") ? "dpkg" : "rpm"];
    const kept = await host.run(`
        ip -o address show | sed 's/ tentative//; s/valid_lft.*//; s/@if[0-9]*:/:/'
        sysctl net.ipv4.ip_forward net.ipv4.conf net.ipv6.conf 2>/dev/null
        systemctl is-active keepalived ${webServer} lvs-real-server || :
        ss -Hltn | awk '{ print "listens", $4 }' | sort
        lsmod 2>/dev/null | awk '/^ip_vs/ { print "module", $1 }' | sort
        for list in 'nft list ruleset' iptables-save ip6tables-save; do
            ! command -v "\${list%% *}" >/dev/null || $list 2>/dev/null | sed '/^#/d; s/\\[.*]//'
        done
        packaged=$(mktemp)
        ${files} | sort -u >$packaged
        # The configuration of the package creates this page, and it stays with the package.
        page=/var/www/html/index.html
        ! cmp -s $page /usr/share/apache2/default-cluster/index.html || echo $page >>$packaged
        find /etc /usr/local /usr/libexec /var/lib /var/www /opt /run/lvs* -xdev \\( -type f -o -type l \\) 2>/dev/null |
            grep -vE '^/var/lib/(dpkg|apt|rpm|dnf|ucf|systemd|apache2|private|selinux)/|^/etc/(ld.so.cache|mailcap|selinux/default/)' |
            grep -vE '^/etc/(alternatives|apache2|rc[0-9S].d)/|/multi-user.target.wants/(${webServer}|keepalived)|^/etc/mtab$' |
            grep -vE '^/etc/((passwd|group|shadow|gshadow)-|sub[ug]id-?)$|${leaves}' |
            grep -vxFf $packaged | sort >$packaged.others
        xargs -d '\\n' sha256sum <$packaged.others
        # SELinux
        ! command -v getsebool >/dev/null || {
            xargs -d '\\n' stat -c '%C %n' <$packaged.others
            getsebool keepalived_connect_any 2>/dev/null || :
        }
        rm $packaged $packaged.others
    `);
    return {
        kept,
        packages: await host.run(
            `${packages}; systemctl is-enabled keepalived ${webServer} 2>&1 || :`,
        ),
    };
}
