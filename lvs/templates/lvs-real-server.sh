#!/bin/sh
# Puts the virtual IPs on lo, where packets from the director find them and ARP does not.
# The kernel is made silent before it has an address to keep silent about.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

wanted=/etc/lvs/virtual-ips
present=/run/lvs-virtual-ips

start() {
    sysctl -q -p /etc/sysctl.d/lvs.conf
    while read -r ip; do
        ip address replace "$ip" dev lo
    done <"$wanted"
    withdraw_unless_in "$wanted"
    cp "$wanted" "$present"
}

stop() {
    withdraw_unless_in /dev/null
    rm -f "$present"
    sysctl -q -p /var/lib/pulumi-lvs/configure/sysctl.found
}

# Only what an earlier start put on lo is ever taken off it.
withdraw_unless_in() {
    [ -e "$present" ] || return 0
    while read -r ip; do
        grep -qxF "$ip" "$1" || ip address delete "$ip" dev lo
    done <"$present"
}

case "${1:-}" in
    start | reload) start ;;
    stop) stop ;;
    *)
        echo "usage: lvs-real-server start|reload|stop" >&2
        exit 2
        ;;
esac
