#!/bin/sh
# Load the director's nftables tables, /etc/lvs/director.nft, and open an existing firewall. Lines of
# /etc/lvs/firewall are «way protocol interface source destination ports». The ports of `input` are those
# of the destination, and the ports of `forward` those of the source. An opening is a rule with our name
# as its comment, or a policy of firewalld. It comes after the rules that refuse traffic by its address
# or port, and before those that refuse all the rest.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

tables=/etc/lvs/director.nft
openings=/etc/lvs/firewall
routers=/var/lib/pulumi-lvs/vrrp.routers
# Marks what this script has added.
added=/run/lvs-director
name=pulumi-lvs

start() {
    load_tables
    open
}

open() {
    if firewalld_runs; then
        set_policies
    else
        read_iptables
        open_nftables
        for tool in iptables ip6tables; do open_iptables "$tool"; done
    fi
}

# Close all openings. The tables stay, because they have nothing to do with the host's firewall.
stop() {
    openings=/dev/null
    open
}

remove() {
    stop
    tables=/dev/null
    load_tables
}

load_tables() {
    if [ -s "$tables" ]; then
        { table_deletions && cat "$tables"; } | nft -f -
        touch "$added.tables"
    elif [ -e "$added.tables" ]; then
        table_deletions | nft -f -
        rm "$added.tables"
    fi
}

table_deletions() { nft list tables | sed -n '/ pulumi_lvs$/s/^/delete /p'; }
