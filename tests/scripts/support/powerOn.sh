#!/bin/sh
# Switch a machine on: `powerOn.sh NAME ADDRESS…`, in its own namespaces and in the folder of its disk.
# Its eth0 has the addresses. The network beyond is a namespace too.
set -eu
name=$1
shift

# The process id outside the namespaces.
read -r pid _ </proc/self/stat
cd root
mount -t tmpfs -o mode=755 run run
mkdir -p run/lock run/systemd/system run/stand-in/active run/stand-in/proc
mount --rbind /dev dev
mount -t sysfs sysfs sys
mount -t tmpfs modules sys/module
mkdir -p "lib/modules/$(uname -r)"

# The kernel's own files, in a folder with room for the files of IPVS.
kernel=run/stand-in/proc
mount -t proc proc "$kernel"
mount -t tmpfs proc proc
mkdir proc/net proc/sys
mount --bind "$kernel/sys" proc/sys
mount -t tmpfs ipv4 proc/sys/net/ipv4
mkdir proc/sys/net/ipv4/conf proc/sys/net/ipv4/neigh
touch proc/sys/net/ipv4/ip_forward
for entry in conf neigh ip_forward; do
    mount --bind "$kernel/sys/net/ipv4/$entry" "proc/sys/net/ipv4/$entry"
done

echo "$name" >proc/sys/kernel/hostname
for which in all default; do echo 0 >"proc/sys/net/ipv6/conf/$which/accept_dad"; done
unshare --net sh -c 'echo $$ >run/stand-in/lan; exec sleep infinity' &
until [ -s run/stand-in/lan ]; do :; done
ip -batch - <<END
link set lo up
link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns $(cat run/stand-in/lan)
link set eth0 up
$(for address; do echo "address add $address dev eth0 nodad"; done)
END
nsenter --net="$kernel/$(cat run/stand-in/lan)/ns/net" ip link set eth0 up

chroot . /usr/lib/stand-in/boot
echo "$pid"
wait
