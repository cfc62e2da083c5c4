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

# Close all openings. The other tables stay, because they have nothing to do with the host's firewall.
stop() {
    openings=/dev/null
    load_tables
    open
}

remove() {
    tables=/dev/null
    stop
}

load_tables() {
    all_tables >"$scratch/tables"
    if [ -s "$scratch/tables" ]; then
        command -v nft >/dev/null || {
            echo "nft is missing, and this director needs tables in nftables. Install the package nftables." >&2
            exit 1
        }
        { table_deletions && cat "$scratch/tables"; } | nft -f -
        touch "$added.tables"
    elif [ -e "$added.tables" ]; then
        table_deletions | nft -f -
        rm "$added.tables"
    fi
}

table_deletions() { nft list tables | sed -n '/ pulumi_lvs$/s/^/delete /p'; }

all_tables() {
    [ ! -e "$tables" ] || cat "$tables"
    ! firewalld_runs || untracking
}

# Connection tracking does not see all packets of IPVS connections, and takes those under way for invalid.
# firewalld refuses invalid packets before it reads our policies. So these packets become untracked. The
# kernel untracks only packets that it has not assigned to a connection.
untracking() {
    for way in input forward; do echo "late $way inet|pulumi_lvs|untracked end"; done |
        nft_additions notrack >"$scratch/untracked"
    [ -s "$scratch/untracked" ] || return 0
    echo 'table inet pulumi_lvs {'
    echo 'chain untracked {'
    echo 'type filter hook prerouting priority -150; policy accept;'
    echo '}'
    echo '}'
    cat "$scratch/untracked"
}

# our_chains FILE: print the chains of our tables.
our_chains() {
    awk '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" && table ~ / pulumi_lvs$/ { print "chain " $2 " of table " table }
    ' "$1"
}
