#!/bin/sh
# Brings about what makes this host a real server, as /etc/lvs/real-server lists it:
#   address PREFIX DEVICE  a virtual IP on lo, where packets from the director find it and ARP does not
#   device NAME            one of the kernel's own tunnel devices, up
#   gue FAMILY PORT        a UDP port out of which tunnelled packets come
#   gateway ADDRESS        the director, through which this host answers
# What a line brought about goes when the line does; what was there before stays.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

wanted=/etc/lvs/real-server
# The lines that were not true before us.
made=/run/lvs-real-server
sysctls=/etc/sysctl.d/lvs.conf
tables=/etc/lvs/real-server.nft
# The mark of our routes: the number of a routing daemon that nobody else has.
protocol=76

start() {
    # The kernel is made silent before it has an address to keep silent about.
    [ ! -e "$sysctls" ] || sysctl -q -p "$sysctls"
    touch "$made"
    while read -r line; do
        # shellcheck disable=SC2086  # words
        is_so $line || {
            make_so $line
            echo "$line" >>"$made"
        }
    done <"$wanted"
    withdraw_unless_in "$wanted"
    clamp
}

stop() {
    [ ! -e "$made" ] || withdraw_unless_in /dev/null
    rm -f "$made"
    declamp
    [ ! -e "$sysctls" ] || sysctl -e -q -p /var/lib/pulumi-lvs/configure/sysctl.found
}

# In the opposite order, for a port of GUE needs its device.
withdraw_unless_in() {
    sed '1!G;h;$!d' "$made" | grep -vxFf "$1" | while read -r line; do
        # shellcheck disable=SC2086  # words
        ! is_so $line || unmake $line
    done
    grep -xFf "$1" "$made" >"$made.new" || :
    mv "$made.new" "$made"
}

is_so() {
    case "$1" in
        address) ip -o address show dev "$3" | grep -qF " $2 " ;;
        device) ip -o link show up dev "$2" | grep -q . ;;
        gue) ip "$(of "$2")" fou show | grep -qx "port $3 gue$(suffix "$2")" ;;
        gateway) [ "$(ip "$(of_address "$2")" route show proto "$protocol" | grep -c "via $2 ")" = 2 ] ;;
    esac
}

make_so() {
    case "$1" in
        address) ip address add "$2" dev "$3" ;;
        device) ip link set "$2" up ;;
        gue) ip "$(of "$2")" fou add port "$3" gue ;;
        gateway) each_half "$2" replace ;;
    esac
}

unmake() {
    case "$1" in
        address) ip address delete "$2" dev "$3" ;;
        device) ip link set "$2" down ;;
        gue) ip "$(of "$2")" fou del port "$3" ;;
        gateway) each_half "$2" delete ;;
    esac
}

# Two halves of the world instead of a default route: they go before it, and leave it alone.
each_half() {
    case "$1" in
        *:*) halves="::/1 8000::/1" ;;
        *) halves="0.0.0.0/1 128.0.0.0/1" ;;
    esac
    for half in $halves; do
        ip "$(of_address "$1")" route "$2" "$half" via "$1" proto "$protocol"
    done
}

of() { if [ "$1" = inet6 ]; then echo -6; else echo -4; fi; }
of_address() { case "$1" in *:*) echo -6 ;; *) echo -4 ;; esac }
suffix() { [ "$1" != inet6 ] || echo " -6"; }

# The tables say how large a segment clients may send, where a tunnel is smaller than the network.
clamp() {
    if [ -e "$tables" ]; then
        { forget_tables && cat "$tables"; } | nft -f -
        touch "$made.tables"
    else
        declamp
    fi
}

declamp() {
    [ -e "$made.tables" ] || return 0
    forget_tables | nft -f -
    rm "$made.tables"
}

forget_tables() { nft list tables | sed -n '/ pulumi_lvs$/s/^/delete /p'; }

# Whether all is as it is to be; says what is not.
check() {
    while read -r line; do
        # shellcheck disable=SC2086  # words
        is_so $line || {
            echo "not so: $line"
            return 1
        }
    done <"$wanted"
    [ ! -e "$tables" ] || nft list tables | grep -q ' pulumi_lvs$' || {
        echo "not so: $tables"
        return 1
    }
}

case "${1:-}" in
    start | reload) start ;;
    stop) stop ;;
    check) check ;;
    *)
        echo "usage: lvs-real-server start|reload|stop|check" >&2
        exit 2
        ;;
esac
