#!/bin/sh
# Set up this host as a real server. Each list in /etc/lvs/real-servers, one for each component that has
# this host as a real server, says what it needs:
#   address PREFIX DEVICE  a virtual IP on lo, for packets from the director; ARP requests get no answer
#   device NAME            a tunnel device that the kernel creates, up
#   gue FAMILY PORT        a UDP port that receives tunnelled packets
#   gateway ADDRESS        the director, through which this host sends its answers
# When a line goes from all lists, so does what it added. What existed before stays.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

lists=/etc/lvs/real-servers
# The lines that this script has added.
added=/run/lvs-real-server
# Our routes carry this number of a routing daemon, which no other daemon has.
protocol=76

start() {
    # Turn off ARP answers before the addresses exist.
    for sysctls in /etc/sysctl.d/lvs-*.conf; do
        [ ! -e "$sysctls" ] || sysctl -q -p "$sysctls"
    done
    touch "$added"
    trap 'rm -f "$added.wanted"' EXIT
    wanted >"$added.wanted"
    # A pipe, because SELinux denies `ip` a file of ours as its input.
    wanted | while read -r line; do
        # shellcheck disable=SC2086  # words
        is_present $line || {
            add $line
            echo "$line" >>"$added"
        }
    done
    remove_unless_in "$added.wanted"
    limit_segments
}

stop() {
    [ ! -e "$added" ] || remove_unless_in /dev/null
    rm -f "$added"
    stop_limiting_segments
}

# Print the lines of all lists, each once.
wanted() { cat "$lists"/*.conf 2>/dev/null | awk '!seen[$0]++'; }

tables() { cat "$lists"/*.nft 2>/dev/null || :; }

# In reverse order, because a port of GUE needs its device.
remove_unless_in() {
    sed '1!G;h;$!d' "$added" | grep -vxFf "$1" | while read -r line; do
        # shellcheck disable=SC2086  # words
        ! is_present $line || delete $line
    done
    grep -xFf "$1" "$added" >"$added.new" || :
    mv "$added.new" "$added"
}

is_present() {
    case "$1" in
        address) ip -o address show dev "$3" | grep -qF " $2 " ;;
        device) ip -o link show up dev "$2" | grep -q . ;;
        gue) ip "$(family_option "$2")" fou show | grep -qx "port $3 gue$(suffix "$2")" ;;
        gateway) [ "$(ip "$(family_of "$2")" route show proto "$protocol" | grep -c "via $2 ")" = 2 ] ;;
    esac
}

add() {
    case "$1" in
        address) ip address add "$2" dev "$3" ;;
        device) ip link set "$2" up ;;
        gue) ip "$(family_option "$2")" fou add port "$3" gue ;;
        gateway) each_half "$2" replace ;;
    esac
}

delete() {
    case "$1" in
        address) ip address delete "$2" dev "$3" ;;
        device) ip link set "$2" down ;;
        gue) ip "$(family_option "$2")" fou del port "$3" ;;
        gateway) each_half "$2" delete ;;
    esac
}

# Two routes, of half of all addresses each, precede the default route and leave it as it is.
each_half() {
    case "$1" in
        *:*) halves="::/1 8000::/1" ;;
        *) halves="0.0.0.0/1 128.0.0.0/1" ;;
    esac
    for half in $halves; do
        ip "$(family_of "$1")" route "$2" "$half" via "$1" proto "$protocol"
    done
}

family_option() { if [ "$1" = inet6 ]; then echo -6; else echo -4; fi; }
family_of() { case "$1" in *:*) echo -6 ;; *) echo -4 ;; esac }
suffix() { [ "$1" != inet6 ] || echo " -6"; }

# If a tunnel carries smaller packets than the network, the tables limit the size of clients' segments.
limit_segments() {
    if [ -n "$(tables)" ]; then
        { table_deletions && tables; } | nft -f -
        touch "$added.tables"
    else
        stop_limiting_segments
    fi
}

stop_limiting_segments() {
    [ -e "$added.tables" ] || return 0
    table_deletions | nft -f -
    rm "$added.tables"
}

table_deletions() { nft list tables | sed -n '/ pulumi_lvs$/s/^/delete /p'; }

# Fail and print the first thing that is missing.
check() {
    wanted | while read -r line; do
        # shellcheck disable=SC2086  # words
        is_present $line || {
            echo "missing: $line"
            exit 1
        }
    done || return 1
    [ -z "$(tables)" ] || nft list tables | grep -q ' pulumi_lvs$' || {
        echo "missing: the tables of $lists"
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
