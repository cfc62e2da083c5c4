#!/bin/sh
# Load the director's nftables tables, /etc/lvs/director.nft, and open an existing firewall. Lines of
# /etc/lvs/firewall are «way protocol address ports»: `input` for packets to the address, `forward` for
# packets from it. An opening is a rule before all others, with our name as its comment. With firewalld
# it is a policy.
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
        open_nftables
        open_iptables iptables
        open_iptables ip6tables
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

open_nftables() {
    read_ruleset || return 0
    { closing; opening; } >"$scratch/change"
    [ ! -s "$scratch/change" ] || nft -f "$scratch/change"
}

# Fail if the host or its kernel has no nftables.
read_ruleset() { command -v nft >/dev/null && nft -a list ruleset >"$scratch/ruleset" 2>/dev/null; }

closing() {
    awk -v name="$name" '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" { chain = $2 }
        $0 ~ "comment \"" name "\" # handle" { print "delete rule", table, chain, "handle", $NF }
    ' "$scratch/ruleset"
}

# Open every chain of incoming or forwarded packets. Chains of iptables stay as they are, because
# iptables must be able to read them. So do those of programs that manage their own rules.
opening() {
    awk -v name="$name" '
        FNR == NR { count++; way[count] = $1; protocol[count] = $2; address[count] = $3; ports[count] = $4; next }
        $1 == "table" { family = $2; table = $3 }
        $1 == "chain" { chain = $2 }
        $1 == "type" && $2 == "filter" && $4 ~ /^(input|forward)$/ && family ~ /^(ip|ip6|inet)$/ &&
            table !~ /^(pulumi_lvs|keepalived|firewalld|f2b-table)$/ && chain !~ /^[A-Z]+$/ {
            for (i = count; i > 0; i--)
                if (way[i] == $4 && belongs(address[i], family))
                    print "insert rule", family, table, chain, packets(i), "accept comment \"" name "\""
        }
        function belongs(address, family) {
            return address == "any" || family == "inet" || (family == "ip6") == (address ~ /:/)
        }
        function packets(i,    to, text) {
            to = way[i] == "input" ? "d" : "s"
            if (address[i] != "any") text = (address[i] ~ /:/ ? "ip6 " : "ip ") to "addr " address[i] " "
            if (ports[i] == "any") return text "meta l4proto " protocol[i]
            return text protocol[i] " " to "port " ports[i]
        }
    ' "$openings" "$scratch/ruleset"
}

open_iptables() {
    has_iptables "$1" || return 0
    {
        echo '*filter'
        iptables_closing "$1"
        iptables_opening "$1"
        echo COMMIT
    } >"$scratch/change"
    "$1-restore" --noflush <"$scratch/change"
}

# Does iptables have rules, or chains that drop by default?
has_iptables() {
    command -v "$1" >/dev/null || return 1
    case "$("$1" -V)" in
        *nf_tables*) ;;
        # `iptables -S` would load the module of its tables.
        *) [ -s "/proc/net/${1%tables}_tables_names" ] || return 1 ;;
    esac
    "$1" -S | grep -q -e '^-A' -e '^-P .* DROP'
}

iptables_closing() { "$1" -S | sed -n "/--comment \"*$name/s/^-A/-D/p"; }

iptables_opening() {
    awk -v name="$name" -v tool="$1" '
        $3 == "any" || ($3 ~ /:/) == (tool == "ip6tables") { line[++count] = $0 }
        END {
            for (i = count; i > 0; i--) {
                split(line[i], word, " ")
                chain = word[1] == "input" ? "INPUT" : "FORWARD"
                to = word[1] == "input" ? "d" : "s"
                sub(/-/, ":", word[4])
                print "-I " chain (word[3] == "any" ? "" : " -" to " " word[3]) " -p " word[2] \
                    (word[4] == "any" ? "" : " --" to "port " word[4]) \
                    " -m comment --comment " name " -j ACCEPT"
            }
        }' "$openings"
}

firewalld_runs() { systemctl is-active -q firewalld 2>/dev/null; }

# Policies are files, so they stay after a reload of firewalld.
set_policies() {
    changed=
    set_policy input HOST
    set_policy forward ANY
    [ -z "$changed" ] || firewall-cmd -q --reload
}

set_policy() {
    live=/etc/firewalld/policies/$name-$1.xml
    policy "$1" "$2" >"$scratch/change"
    if grep -q '<rule' "$scratch/change"; then
        cmp -s "$scratch/change" "$live" || install_policy
    elif [ -e "$live" ]; then
        rm "$live"
        changed=yes
    fi
}

# policy WAY ZONE: print the policy of firewalld for packets to the host, or for forwarded packets.
policy() {
    echo '<?xml version="1.0" encoding="utf-8"?>'
    echo '<policy priority="-100" target="CONTINUE">'
    echo "  <short>LVS</short><ingress-zone name=\"ANY\"/><egress-zone name=\"$2\"/>"
    awk -v way="$1" '
        $1 == way {
            end = way == "input" ? "destination" : "source"
            port = way == "input" ? "port" : "source-port"
            family = $3 ~ /:/ ? "ipv6" : "ipv4"
            print "  <rule" ($3 == "any" ? "" : " family=\"" family "\"") ">"
            if ($3 != "any") print "    <" end " address=\"" $3 "\"/>"
            if ($4 == "any") print "    <protocol value=\"" $2 "\"/>"
            else print "    <" port " port=\"" $4 "\" protocol=\"" $2 "\"/>"
            print "    <accept/>\n  </rule>"
        }' "$openings"
    echo '</policy>'
}

install_policy() {
    [ -d /usr/lib/firewalld/policies ] || {
        echo "firewalld before 0.9 has no policies. Open it by hand, and set openFirewall: false." >&2
        exit 1
    }
    mkdir -p "${live%/*}"
    cp "$scratch/change" "$live"
    changed=yes
}

# leave PID: stop keepalived. On its own it deletes its servers before its virtual IPs, and the kernel
# then resets clients that send in between. So its checker process is paused until the virtual IPs are
# gone.
leave() {
    checkers=$(cat /run/keepalived/checkers.pid /run/checkers.pid 2>/dev/null) || :
    grep -q "^PPid:[[:blank:]]*$1\$" "/proc/${checkers:-none}/status" 2>/dev/null || return 0
    awk '$1 == "address" { sub(/\/.*/, "", $4); print " " $4 "/" }' "$routers" >"$scratch/addresses"
    kill -STOP "$checkers"
    kill "$1"
    tries=100
    while [ "$tries" -gt 0 ] && ip -o address show | grep -qFf "$scratch/addresses"; do
        sleep 0.02
        tries=$((tries - 1))
    done
    kill -CONT "$checkers"
}

# Fail and print the first thing that is missing.
check() {
    [ ! -s "$tables" ] || nft list tables | grep -q ' pulumi_lvs$' || {
        echo "missing: the tables of $tables"
        return 1
    }
    ! firewalld_runs || return 0
    ! read_ruleset || is_open "$(closing)" "$(opening)"
    for tool in iptables ip6tables; do
        ! has_iptables "$tool" || is_open "$(iptables_closing "$tool")" "$(iptables_opening "$tool")"
    done
}

# Are there as many rules with our name as openings?
is_open() {
    [ "$(echo "$1" | grep -c .)" = "$(echo "$2" | grep -c .)" ] || {
        echo "the firewall lacks openings of $openings"
        return 1
    }
}

# A folder of its own, because a check may run at the same time.
scratch=$(mktemp -d /run/lvs-director.XXXXXX)
trap 'rm -r "$scratch"' EXIT
case "${1:-}" in
    start | reload) start ;;
    stop) stop ;;
    remove) remove ;;
    check) check ;;
    leave) leave "$2" ;;
    *)
        echo "usage: lvs-director start|reload|stop|remove|check|leave PID" >&2
        exit 2
        ;;
esac
