#!/bin/sh
# Turns the files of a base image into those of a host with the tools of the RHEL family. Arguments:
# the folder of the files, a repository of Debian packages, the folder of the spec files, the folder
# that gets the rpm packages. It is run in namespaces of its own: see rhel.ts.
set -eu
root=$1 debian=$2 specs=$3 packages=$4

hostname builder
mkdir "$root/build" "$root/build/specs"
mount --bind "$debian" "$root/mnt"
mount --bind "$specs" "$root/build/specs"
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

chroot "$root" sh -eu -s <<'END'
export DEBIAN_FRONTEND=noninteractive
echo 'deb [trusted=yes] file:/mnt ./' >/etc/apt/sources.list
apt-get -qq update
# The libraries of these programs stay. The programs themselves come back as rpm packages.
apt-get -qq -y install --no-install-recommends rpm dnf dnf-plugins-core createrepo-c cpio firewalld \
    selinux-policy-default auditd policycoreutils policycoreutils-python-utils \
    keepalived ipvsadm apache2-bin nftables iptables >/dev/null
# Every plugin costs each dnf time. Only this one changes what is installed.
plugins=/usr/lib/python3/dist-packages/dnf-plugins
find $plugins -name '*.py' ! -name versionlock.py ! -name __init__.py -delete
# The kernel of the lab lacks the module for this check.
sed -i 's/^IPv6_rpfilter=.*/IPv6_rpfilter=no/' /etc/firewalld/firewalld.conf
sed -i 's/^SELINUX=.*/SELINUX=enforcing/' /etc/selinux/config
semodule -i /build/specs/policy.cil /build/specs/keepalived.cil
products='keepalived ipvsadm apache2-bin nftables iptables libnl-3-200 libnl-genl-3-200'
dpkg --purge --force-depends $products >/dev/null 2>&1
mkdir /build/debs
for name in $products; do dpkg-deb --extract /mnt/"$name"_*.deb "/build/debs/$name"; done

# Debian's rpm keeps its database in the home of the user.
mkdir -p /etc/rpm /var/lib/rpm /etc/yum.repos.d
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
build() {
    rpmbuild --quiet -bb --define '_topdir /build/rpm' --define 'debs /build/debs' \
        --define 'here /build/specs' --define 'debug_package %{nil}' \
        --define '__strip /bin/true' --define '_build_id_links none' "$@" >/build/log 2>&1 || {
        cat /build/log >&2
        exit 1
    }
}
for name in lab-release libnl3 ipvsadm httpd nftables iptables-nft; do build "/build/specs/$name.spec"; done
for release in 4.el9 5.el9; do build --define "release $release" /build/specs/keepalived.spec; done
mkdir /build/packages
mv /build/rpm/RPMS/*/*.rpm /build/packages
createrepo_c --quiet /build/packages
cp /build/specs/dnf.conf /etc/dnf/dnf.conf
rm -f /etc/os-release
rpm --initdb
rpm -i --nodeps /build/packages/lab-release-*.rpm
END

cp -R "$root/build/packages" "$packages"
rm "$root/usr/sbin/policy-rc.d"
# SELinux finds every file with its label when a host boots.
chroot "$root" setfiles -F -e /proc -e /mnt -e /build /etc/selinux/default/contexts/files/file_contexts /
umount "$root/proc" "$root/mnt" "$root/build/specs"
rm -r "$root/build" "$root/etc/apt" "$root/etc/dpkg" "$root/var/lib/apt" "$root/var/lib/dpkg" \
    "$root/var/cache/apt"
rm -f "$root"/usr/bin/apt* "$root"/usr/bin/dpkg* "$root"/usr/sbin/dpkg*
