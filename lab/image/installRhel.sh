#!/bin/sh
# Installs rpm packages in the files of a host with the tools of the RHEL family. Arguments: the folder
# of the files, the folder of the lab's packages, the packages. It is run in namespaces of its own: see
# install.ts.
set -eu
root=$1 repository=$2
shift 2

mount --bind "$repository" "$root/mnt"
mount -t proc proc "$root/proc"
chroot "$root" dnf -q -y --repofrompath lab,file:///mnt --repo lab --nogpgcheck install "$@" >/dev/null
# firewalld is on, and a web server's user lets clients in.
chroot "$root" firewall-offline-cmd -q --add-service=http
rm -rf "$root/var/cache/dnf" "$root/var/log/dnf"*
umount "$root/proc" "$root/mnt"
