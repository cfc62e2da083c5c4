#!/bin/sh
# Installs packages in the files of a base image. Arguments: the folder of the files, the folder of
# the lab's packages, packages whose services start at a boot, packages whose services do not. It is
# run in namespaces of its own: see install.ts.
set -eu
root=$1 repository=$2 started=$3 others=$4

# Some packages write down the name of the machine that they are installed on.
hostname builder
mount --bind "$repository" "$root/mnt"
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

chroot "$root" sh -eu -s "$started" "$others" <<'END'
export DEBIAN_FRONTEND=noninteractive
install() {
    [ $# = 0 ] || apt-get -qq -y install --no-install-recommends "$@" >/dev/null
}
services() {
    systemctl list-unit-files --state=enabled --no-legend | cut -d' ' -f1 | sort
}
echo 'deb [trusted=yes] file:/mnt ./' >/etc/apt/sources.list
apt-get -qq update
install $1
services >/tmp/wanted
install $2
services | comm -13 /tmp/wanted - | xargs -r systemctl --quiet disable
apt-get -qq clean
rm -r /var/lib/apt/lists /etc/apt/sources.list /tmp/wanted
END

rm "$root/usr/sbin/policy-rc.d"
umount "$root/proc" "$root/mnt"
